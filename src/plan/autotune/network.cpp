#include "plan/autotune/network.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>

#include "base/error.h"
#include "base/parallel.h"
#include "graph/ir/symbols.h"
#include "graph/ops/op_def.h"
#include "plan/autotune/candidates.h"
#include "plan/autotune/measure.h"
#include "plan/memory/assign.h"

namespace tenfold {
namespace {

size_t bytesOf(const TensorDesc& d) { return typeBytes(d.dtype, d.shape.numel()); }

// The elements of shape arithmetic, which is done before the launch.
Tensor elementsOf(const Value& v, const DimBindings& bindings) {
  if (v.isConstant() || !v.contents || !isShapeBoundBy(v, bindings)) return {};
  return knownElements(v, evalShape(*v.shape, bindings), bindings);
}

bool isPacked(const CompiledKernel& kernel, size_t input) {
  return input < kernel.packedInputs.size() && kernel.packedInputs[input];
}

}  // namespace

struct NetworkTimer::Place {
  std::unique_ptr<Kernel> kernel;
  std::unique_ptr<Launch> launch;  // null: nothing is to be done
  std::vector<void*> inputs, outputs;
};

bool canTimeNetwork(const TunedNetwork& network, std::span<const Choice> choices, Target& target) {
  std::string_view last = target.tactics().back()->name();
  auto waits = [&](const Choice& c) { return c.tactic == last; };
  if (std::any_of(choices.begin(), choices.end(), waits)) return false;
  return std::all_of(network.plan.steps.begin(), network.plan.steps.end(), [&](const Step& step) {
    if (step.kind == StepKind::kControl || step.node->is("Plugin") || step.node->op->dataDependentShape)
      return false;
    auto known = [&](const Value* v) { return !v || (v->shape && isShapeBoundBy(*v, network.optimum)); };
    return std::all_of(step.node->inputs.begin(), step.node->inputs.end(), known) &&
           std::all_of(step.node->outputs.begin(), step.node->outputs.end(), known);
  });
}

NetworkTimer::NetworkTimer(const TunedNetwork& network, std::span<const TunedNode> nodes, Target& target)
    : network_(network), nodes_(nodes), target_(target), places_(nodes.size()) {
  auto bytes = [&](const Value& v) -> std::optional<int64_t> {
    return static_cast<int64_t>(typeBytes(v.dtype, evalShape(*v.shape, network.optimum).numel()));
  };
  memory_ = assignMemory(network.plan, bytes, false, 0);
  try {
    arena_ = static_cast<char*>(place(static_cast<size_t>(memory_.arenaBytes), nullptr));
    for (const Value* v : network.plan.graph->values())
      if (Tensor elements = elementsOf(*v, network.optimum); elements.defined())
        addresses_[v->id] = place(elements.bytes(), elements.data());
    uint64_t seed = 0;
    for (const Value* v : network.plan.graph->inputs) {
      if (addresses_.count(v->id)) continue;
      Tensor sample = sampleData(v->dtype, evalShape(*v->shape, network.optimum), ++seed);
      addresses_[v->id] = place(sample.bytes(), sample.data());
    }
  } catch (...) {
    for (void* p : buffers_) target_.release(p);
    throw;
  }
}

NetworkTimer::~NetworkTimer() {
  target_.release(workspace_);
  for (void* p : buffers_) target_.release(p);
}

void* NetworkTimer::place(size_t bytes, const void* contents) {
  buffers_.push_back(target_.allocate(std::max<size_t>(bytes, 1)));
  if (contents) target_.copy(buffers_.back(), contents, bytes, nullptr);
  return buffers_.back();
}

void* NetworkTimer::addressOf(const Value* v, const TensorDesc& desc, bool packed) {
  if (!v || packed) return nullptr;
  int id = v->id;
  if (const auto& own = memory_.places[static_cast<size_t>(id)]; own.kind == PlaceKind::kAlias)
    if (!addresses_.count(id)) id = own.index;
  if (auto known = addresses_.find(id); known != addresses_.end()) return known->second;
  const auto& where = memory_.places[static_cast<size_t>(id)];
  if (where.kind == PlaceKind::kArena) return arena_ + where.offset;
  return desc.known ? addresses_[id] = place(bytesOf(desc), desc.known) : nullptr;
}

std::unique_ptr<NetworkTimer::Place> NetworkTimer::load(size_t node, const CompiledKernel& compiled) {
  const TunedNode& n = nodes_[node];
  auto made = std::make_unique<Place>();
  made->kernel = target_.findTactic(compiled.tactic)->load(*n.node, compiled);
  auto isDone = [&](const Value* v) { return !v || elementsOf(*v, network_.optimum).defined(); };
  auto isEmpty = [](const TensorDesc& d) { return d.dtype == DataType::kUndefined || d.shape.numel() == 0; };
  if (std::all_of(n.node->outputs.begin(), n.node->outputs.end(), isDone) ||
      std::all_of(n.hint.outputs.begin(), n.hint.outputs.end(), isEmpty))
    return made;
  for (size_t i = 0; i < n.hint.inputs.size(); ++i)
    made->inputs.push_back(addressOf(n.node->inputs[i], n.hint.inputs[i], isPacked(compiled, i)));
  for (size_t i = 0; i < n.hint.outputs.size(); ++i)
    made->outputs.push_back(addressOf(n.node->outputs[i], n.hint.outputs[i], false));
  made->launch = made->kernel->prepare(n.hint.inputs, n.hint.outputs);
  return made;
}

void NetworkTimer::exchange(size_t node, std::unique_ptr<Place>& place) { std::swap(places_[node], place); }

double NetworkTimer::time(int iterations) {
  size_t most = 1;
  for (const auto& p : places_)
    if (p->launch) most = std::max(most, p->launch->workspaceBytes());
  if (most > workspaceBytes_) {
    target_.release(workspace_);
    workspace_ = nullptr;
    workspaceBytes_ = 0;  // until there is memory for so much
    workspace_ = target_.allocate(most);
    workspaceBytes_ = most;
  }
  return target_.time(
      [&](StreamHandle stream) {
        for (const auto& p : places_)
          if (p->launch) p->launch->run({p->inputs.data(), p->outputs.data(), workspace_, stream, nullptr});
      },
      iterations);
}

namespace {

using Clock = std::chrono::steady_clock;

// Nodes with one signature, which take one kernel.
struct Group {
  std::vector<size_t> nodes;
  double seconds = 0;  // of all of them, each by itself
};

class NetworkChoice {
 public:
  NetworkChoice(NetworkTimer& timer, std::span<const TunedNode> nodes, std::vector<Choice>& choices,
                Target& target, const TunerOptions& options)
      : timer_(timer), nodes_(nodes), choices_(choices), target_(target), options_(options) {
    std::map<std::string_view, size_t> known;
    for (size_t i = 0; i < nodes.size(); ++i) {
      auto [it, fresh] = known.emplace(choices[i].signature, groups_.size());
      if (fresh) groups_.emplace_back();
      groups_[it->second].nodes.push_back(i);
      if (!choices[i].trials.empty()) groups_[it->second].seconds += choices[i].trials[0].seconds;
    }
    std::stable_sort(groups_.begin(), groups_.end(),
                     [](const Group& a, const Group& b) { return a.seconds > b.seconds; });
  }

  // With the kernels chosen so far.
  void start() {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      auto place = timer_.load(i, choices_[i].compiled);
      timer_.exchange(i, place);
    }
    best_ = timer_.time(iterations_);
  }

  double run(const std::function<void()>& goOn) {
    const auto end = Clock::now() + std::chrono::duration<double>(options_.networkSeconds);
    // What is best depends on the neighbours: once more, after they have changed.
    constexpr int kPasses = 2;
    bool changed = true;
    for (int pass = 0; pass < kPasses && changed; ++pass) {
      changed = false;
      for (const Group& group : groups_)
        for (const Trial& trial : rivals(group)) {
          goOn();
          if (Clock::now() < end) changed |= tryOne(group, trial);
        }
    }
    for (Choice& choice : choices_) putFirst(choice.trials, choice.tactic, choice.config);
    return best_;
  }

 private:
  // Measured, and so near that the neighbours may decide.
  std::vector<Trial> rivals(const Group& group) const {
    constexpr double kNear = 1.6, kResolution = 5e-7;
    constexpr size_t kMost = 6;
    const Choice& chosen = choices_[group.nodes[0]];
    double fastest = std::numeric_limits<double>::infinity();
    for (const Trial& t : chosen.trials)
      if (t.measured && t.refusal.empty()) fastest = std::min(fastest, t.seconds);
    std::vector<Trial> near;
    for (const Trial& t : chosen.trials)
      if (t.measured && t.refusal.empty() && t.seconds <= kNear * fastest + kResolution &&
          (t.tactic != chosen.tactic || t.config != chosen.config) && near.size() < kMost)
        near.push_back(t);
    return near;
  }

  std::vector<CompiledKernel> compile(const Group& group, const Trial& trial) const {
    std::vector<CompiledKernel> kernels(group.nodes.size());
    const Tactic* tactic = target_.findTactic(trial.tactic);
    parallelFor(kernels.size(), compileThreads(target_, options_), [&](size_t i) {
      enterDevice(target_);
      const TunedNode& n = nodes_[group.nodes[i]];
      kernels[i] = tactic->compile(*n.node, trial.config, n.hint);
    });
    return kernels;
  }

  void exchange(const Group& group, std::vector<std::unique_ptr<NetworkTimer::Place>>& places) {
    for (size_t i = 0; i < places.size(); ++i) timer_.exchange(group.nodes[i], places[i]);
  }

  // Infinite where it cannot run.
  double timeOf() {
    try {
      return timer_.time(iterations_);
    } catch (const Error&) {
      return std::numeric_limits<double>::infinity();
    }
  }

  // Whether the network is faster with it, which then stays.
  bool tryOne(const Group& group, const Trial& trial) {
    constexpr double kWorthIt = 0.995;
    try {
      std::vector<CompiledKernel> kernels = compile(group, trial);
      std::vector<std::unique_ptr<NetworkTimer::Place>> places;
      for (size_t i = 0; i < kernels.size(); ++i) places.push_back(timer_.load(group.nodes[i], kernels[i]));
      exchange(group, places);
      double seconds = timeOf();
      if (seconds > kWorthIt * best_) {
        exchange(group, places);
        return false;
      }
      best_ = seconds;
      for (size_t i = 0; i < kernels.size(); ++i)
        take(choices_[group.nodes[i]], trial, std::move(kernels[i]));
      return true;
    } catch (const Error&) {
      return false;  // too little memory for both, for instance
    }
  }

  static void take(Choice& choice, const Trial& trial, CompiledKernel kernel) {
    choice.tactic = trial.tactic;
    choice.config = trial.config;
    choice.compiled = std::move(kernel);
  }

  NetworkTimer& timer_;
  const std::span<const TunedNode> nodes_;
  std::vector<Choice>& choices_;
  Target& target_;
  const TunerOptions& options_;
  const int iterations_ = std::max(5, options_.iterations);  // differences are small
  std::vector<Group> groups_;
  double best_ = 0;
};

}  // namespace

std::optional<double> chooseInNetwork(const TunedNetwork& network, std::span<const TunedNode> nodes,
                                      std::vector<Choice>& choices, Target& target,
                                      const TunerOptions& options, const std::function<void()>& goOn) {
  std::optional<NetworkTimer> timer;
  std::optional<NetworkChoice> choice;
  try {
    timer.emplace(network, nodes, target);
    choice.emplace(*timer, nodes, choices, target, options);
    choice->start();
  } catch (const Error&) {
    return std::nullopt;
  }
  return choice->run(goOn);
}

void putFirst(std::vector<Trial>& trials, std::string_view tactic, std::string_view config) {
  auto at = std::find_if(trials.begin(), trials.end(), [&](const Trial& t) {
    return t.refusal.empty() && t.tactic == tactic && t.config == config;
  });
  if (at != trials.end()) std::rotate(trials.begin(), at, at + 1);
}

}  // namespace tenfold
