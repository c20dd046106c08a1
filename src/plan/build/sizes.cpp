#include "plan/build/sizes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "graph/ir/symbols.h"
#include "graph/ops/op_def.h"
#include "plan/memory/profile.h"

namespace tenfold {
namespace {

constexpr int64_t kUnknownExtent = 16;  // stands for a dimension that only run time tells, in tuning

int64_t extentAt(const Dim& d, const DimBindings& bindings) {
  std::vector<std::string> symbols;
  d.collectSymbols(symbols);
  DimBindings complete = bindings;
  for (const std::string& s : symbols) complete.try_emplace(s, kUnknownExtent);
  return std::max<int64_t>(d.eval(complete), 0);
}

TensorDesc describe(const Value* v, const DimBindings& optimum) {
  if (!v) return {};
  TensorDesc desc{v->dtype, {}, v->layout, v->isConstant() ? v->constant.data() : nullptr};
  if (v->shape)
    for (const Dim& d : *v->shape) desc.shape.push_back(extentAt(d, optimum));
  return desc;
}

// What regions and reductions compile in must not change with the shapes: they know constants only.
bool mayFollowShapes(const Node& node) { return !node.is("Region") && !node.opName().starts_with("Reduce"); }

// The elements of a value that follow from these extents; undefined where they do not.
Tensor elementsOf(const Value& v, const DimBindings& bindings) {
  bool isArithmetic = !v.isConstant() && isInteger(v.dtype) && typeBits(v.dtype) >= 32;
  if (!isArithmetic || !isShapeBoundBy(v, bindings)) return {};
  return knownElements(v, evalShape(*v.shape, bindings), bindings);
}

bool isStatic(const Value* v) { return !v || (v->shape && constantShape(*v->shape)); }

// A maximum that stands for none.
bool isUnlimited(const DimBindings& bindings) {
  constexpr int64_t kUnlimited = std::numeric_limits<int32_t>::max();
  return std::any_of(bindings.begin(), bindings.end(), [&](const auto& b) { return b.second >= kUnlimited; });
}

bool isBound(const Node& node, const DimBindings& bindings) {
  auto bound = [&](const Value* v) { return !v || !v->shape || isShapeBoundBy(*v, bindings); };
  return std::all_of(node.inputs.begin(), node.inputs.end(), bound) &&
         std::all_of(node.outputs.begin(), node.outputs.end(), bound);
}

bool isEmpty(const TuningHint& hint) {
  auto empty = [](const TensorDesc& d) { return d.dtype != DataType::kUndefined && d.shape.numel() == 0; };
  return std::any_of(hint.inputs.begin(), hint.inputs.end(), empty) ||
         std::any_of(hint.outputs.begin(), hint.outputs.end(), empty);
}

// Kernels of one step by the sizes that they were chosen for; the step's own one is null.
using BySize = std::map<int64_t, Choice*>;

bool isSame(const Choice* a, const Choice* b) {
  return a == b ||
         (a && b && a->compiled.tactic == b->compiled.tactic && a->compiled.config == b->compiled.config);
}

// Each kernel serves up to the geometric mean of its size and the next one's.
void addVariants(Step& step, const BySize& sizes) {
  int64_t least = 0;
  for (auto at = sizes.begin(); at != sizes.end();) {
    auto last = at, next = std::next(at);
    while (next != sizes.end() && isSame(next->second, at->second)) last = next++;
    int64_t most = std::numeric_limits<int64_t>::max();
    if (next != sizes.end())
      most = static_cast<int64_t>(std::sqrt(static_cast<double>(last->first)) *
                                  std::sqrt(static_cast<double>(next->first)));
    if (Choice* c = at->second)
      step.variants.push_back({least, most, std::move(c->compiled), std::move(c->trials)});
    least = most < std::numeric_limits<int64_t>::max() ? most + 1 : most;
    at = next;
  }
}

}  // namespace

TunedSizes tunedSizes(const Graph& graph, const std::vector<Profile>& profiles) {
  TunedSizes sizes{profileOptimum(graph, profiles[0]), {}};
  auto add = [&](Profile profile, Shape ProfileInput::*shape, std::vector<int64_t> ProfileInput::*values) {
    for (ProfileInput& input : profile.inputs) input.opt = input.*shape, input.optValues = input.*values;
    DimBindings bindings = profileOptimum(graph, profile);
    bool known = bindings == sizes.optimum ||
                 std::find(sizes.others.begin(), sizes.others.end(), bindings) != sizes.others.end();
    if (!known && !isUnlimited(bindings)) sizes.others.push_back(std::move(bindings));
  };
  for (const Profile& p : profiles) {
    add(p, &ProfileInput::opt, &ProfileInput::optValues);
    add(p, &ProfileInput::min, &ProfileInput::minValues);
    add(p, &ProfileInput::max, &ProfileInput::maxValues);
  }
  return sizes;
}

TunedNode tunedNode(const Node& node, const Target& target, bool allowTf32, const DimBindings& bindings) {
  TunedNode tuned{.node = &node};
  TuningHint& hint = tuned.hint;
  hint.allowTf32 = allowTf32;
  for (const Value* v : node.inputs) hint.inputs.push_back(describe(v, bindings));
  for (const Value* v : node.outputs) hint.outputs.push_back(describe(v, bindings));
  for (size_t i = 0; i < node.inputs.size() && !target.hostAccessible() && mayFollowShapes(node); ++i) {
    Tensor elements = node.inputs[i] ? elementsOf(*node.inputs[i], bindings) : Tensor();
    if (!elements.defined()) continue;
    hint.inputs[i].known = elements.data();
    tuned.held.push_back(std::move(elements));
  }
  auto hasRank = [](const Value* v) { return !v || v->shape; };
  hint.knownRanks = std::all_of(node.inputs.begin(), node.inputs.end(), hasRank) &&
                    std::all_of(node.outputs.begin(), node.outputs.end(), hasRank);
  hint.staticShapes = std::all_of(node.inputs.begin(), node.inputs.end(), isStatic) &&
                      std::all_of(node.outputs.begin(), node.outputs.end(), isStatic);
  return tuned;
}

// Asks for each step's kernel at the other sizes.
void chooseVariants(const std::vector<Step*>& steps, const std::vector<TunedNode>& launches,
                    const std::vector<Choice>& used, Target& target, const TunerOptions& tuner,
                    const TunedSizes& sizes) {
  constexpr int64_t kLargest = int64_t{1} << 30;  // elements that are worth the memory while building
  struct Asked {
    size_t step;
    int64_t size;
  };
  std::vector<TunedNode> nodes;
  std::vector<Asked> asked;
  std::vector<BySize> found(steps.size());
  for (size_t i = 0; i < steps.size(); ++i) {
    const TunedNode& own = launches[i];
    const Node& node = *own.node;
    if (own.hint.staticShapes || !own.hint.knownRanks || node.op->dataDependentShape) continue;
    found[i][workElements(node, own.hint.inputs, own.hint.outputs)] = nullptr;
    for (const DimBindings& bindings : sizes.others) {
      if (!isBound(node, bindings)) continue;
      TunedNode other = tunedNode(node, target, own.hint.allowTf32, bindings);
      int64_t size = workElements(node, other.hint.inputs, other.hint.outputs);
      if (size > kLargest || isEmpty(other.hint) || !found[i].try_emplace(size, nullptr).second) continue;
      other.beside = &own;
      other.used = &used[i];
      nodes.push_back(std::move(other));
      asked.push_back({i, size});
    }
  }
  std::vector<Choice> choices = chooseTactics(nodes, target, tuner);
  for (size_t k = 0; k < asked.size(); ++k)
    if (!choices[k].tactic.empty()) found[asked[k].step][asked[k].size] = &choices[k];
  for (size_t i = 0; i < steps.size(); ++i) addVariants(*steps[i], found[i]);
}

}  // namespace tenfold
