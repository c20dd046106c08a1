#include "plan/build/steps.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "graph/ir/symbols.h"
#include "graph/ops/infer.h"
#include "plan/autotune/network.h"
#include "plan/build/sizes.h"

namespace tenfold {
namespace {

// With one channel, or one place per sample and channel, both layouts are the same bytes.
bool isOneEverywhere(const Value& v, size_t from, size_t to) {
  return std::all_of(v.shape->begin() + static_cast<long>(from), v.shape->begin() + static_cast<long>(to),
                     [](const Dim& d) { return d == Dim(1); });
}
bool liesPlain(const Value& v) {
  if (v.layout == Layout::kPlain) return true;
  return v.shape && v.rank() >= 3 && (isOneEverywhere(v, 1, 2) || isOneEverywhere(v, 2, v.shape->size()));
}

// Channels-last [n,c,...] and plain [n,...,c] are the same bytes, whichever of them is the input.
bool isTurnedView(const Node& node) {
  const Value &in = *node.input(0), &out = *node.output();
  std::vector<int64_t> perm = node.attrs.integers("perm");
  size_t rank = perm.size();
  if (in.layout == out.layout || rank < 3 || perm[0] != 0) return false;
  bool toLast = in.layout == Layout::kChannelsLast;
  for (size_t i = 1; i + 1 < rank; ++i)
    if (toLast ? perm[i] != static_cast<int64_t>(i) + 1 : perm[i + 1] != static_cast<int64_t>(i))
      return false;
  return perm[toLast ? rank - 1 : 1] == (toLast ? 1 : static_cast<int64_t>(rank) - 1);
}

// Whether the node's result is its input's bytes as they lie.
bool isView(const Node& node) {
  static const std::set<std::string_view> kViews = {"Reshape", "Squeeze",  "Unsqueeze",
                                                    "Flatten", "Identity", "Reorder"};
  if (!node.input(0) || !node.output()) return false;
  const Value &in = *node.input(0), &out = *node.output();
  if (in.dtype != out.dtype) return false;
  if (node.is("Transpose")) return isTurnedView(node);
  return kViews.count(node.opName()) &&
         ((liesPlain(in) && liesPlain(out)) || (node.is("Identity") && in.layout == out.layout));
}

bool isControl(const Node& node) { return node.is("If") || node.is("Loop") || node.is("Scan"); }

// Which views can share their input's memory. A caller's output buffer can hold one output only, and inputs
// and constants are not to be written to or handed out.
class AliasChooser {
 public:
  explicit AliasChooser(const Graph& graph) : graph_(graph), inputSymbols_(symbolsOfInputs(graph)) {
    for (const Value* v : graph.outputs) hasOutput_.insert(v);
  }
  bool alias(const Node& node) {
    if (!isView(node)) return false;
    const Value *from = root(node.input(0)), *to = node.output();
    bool isOutput = graph_.isOutput(to);
    // A buffer for an output is asked for with its final shape, before the value that it views is computed.
    if (isOutput && (!from->producer || hasOutput_.count(from) || !isShapeBoundBy(*to, inputSymbols_)))
      return false;
    roots_[to] = from;
    if (isOutput) hasOutput_.insert(from);
    return true;
  }

 private:
  const Value* root(const Value* v) const {
    auto it = roots_.find(v);
    return it == roots_.end() ? v : it->second;
  }
  const Graph& graph_;
  const std::set<std::string> inputSymbols_;
  std::map<const Value*, const Value*> roots_;
  std::set<const Value*> hasOutput_;
};

// A body is a plan of its own: its memory is planned when its shapes are known, at run time.
std::unique_ptr<Plan> planBody(const Graph& body, Target& target, const BuildOptions& options,
                               const TunedSizes& sizes) {
  auto plan = std::make_unique<Plan>();
  plan->name = body.name;
  plan->graph = body.clone();
  BuildOptions alone = options;  // what runs before and behind it is not known
  alone.tuner.networkSeconds = 0;
  chooseSteps(*plan, target, alone, sizes);
  dropPackedConstants(*plan);
  return plan;
}

}  // namespace

void separateOutputs(Graph& graph) {
  std::set<const Value*> seen;
  for (Value*& output : graph.outputs) {
    if (output->producer && seen.insert(output).second) continue;
    Node* copy = graph.addNode("Identity", {output}, {}, 1, output->name);
    inferNode(graph, *copy);
    copy->output()->name = output->name;
    copy->output()->layout = output->layout;
    output = copy->output();
    seen.insert(output);
  }
}

void chooseSteps(Plan& plan, Target& target, const BuildOptions& options, const TunedSizes& sizes) {
  AliasChooser aliases(*plan.graph);
  std::vector<TunedNode> launches;
  for (Node* node : plan.graph->nodes()) {
    Step step;
    step.node = node;
    if (isControl(*node)) {
      step.kind = StepKind::kControl;
      for (const auto& body : node->bodies) step.bodies.push_back(planBody(*body, target, options, sizes));
    } else if (aliases.alias(*node)) {
      step.kind = StepKind::kAlias;
    } else {
      launches.push_back(tunedNode(*node, target, options.allowTf32, sizes.optimum));
    }
    plan.steps.push_back(std::move(step));
  }
  auto progress = [&](int done, int total) {
    if (options.progress && !options.progress("Choosing tactics", done, total))
      fail("the build was cancelled by its progress monitor");
  };
  const TunedNetwork network{plan, sizes.optimum};
  std::vector<Choice> choices = chooseTactics(launches, target, options.tuner, progress, &network);
  std::vector<Step*> steps;
  for (Step& step : plan.steps) {
    if (step.kind != StepKind::kLaunch) continue;
    Choice& choice = choices[steps.size()];
    step.compiled = std::move(choice.compiled);
    step.trials = std::move(choice.trials);
    steps.push_back(&step);
  }
  chooseVariants(steps, launches, choices, target, options.tuner, sizes);
}

void dropPackedConstants(Plan& plan) {
  std::map<Value*, bool> needed;
  for (const Step& step : plan.steps)
    for (size_t i = 0; i < step.node->inputs.size(); ++i) {
      Value* v = step.node->inputs[i];
      if (!v || !v->isConstant()) continue;
      auto packs = [&](const CompiledKernel& k) { return i < k.packedInputs.size() && k.packedInputs[i]; };
      bool packed = step.kind == StepKind::kLaunch && packs(step.compiled) &&
                    std::all_of(step.variants.begin(), step.variants.end(),
                                [&](const Variant& variant) { return packs(variant.compiled); });
      needed[v] = needed[v] || !packed;
    }
  // A constant without bytes keeps its shape; nothing reads it any more.
  for (auto& [value, read] : needed)
    if (!read) value->constant = Tensor(value->dtype, value->constant.shape(), nullptr);
}

}  // namespace tenfold
