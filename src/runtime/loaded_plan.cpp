#include "runtime/loaded_plan.h"

#include <algorithm>

#include "base/error.h"
#include "graph/ir/symbols.h"
#include "graph/ops/op_def.h"
#include "runtime/shape_checks.h"

namespace tenfold {
namespace {

std::unique_ptr<Kernel> loadKernel(const Step& step, const CompiledKernel& compiled, Target& target) {
  const Tactic* tactic = target.findTactic(compiled.tactic);
  if (!tactic)
    fail(ErrorKind::kInvalidPlan,
         "the plan wants tactic '{}' for '{}', which target {} of this version does not have; build the plan "
         "again",
         compiled.tactic, step.node->name, target.name());
  return tactic->load(*step.node, compiled);
}

}  // namespace

LoadedPlan::LoadedPlan(const Plan& plan, Target& target, DeviceMemory* memory)
    : LoadedPlan(plan, target, memory ? *memory : target, {}) {}

LoadedPlan::LoadedPlan(const Plan& plan, Target& target, DeviceMemory& memory,
                       const std::set<std::string>& outerSymbols)
    : plan_(plan), target_(target), memory_(memory) {
  classify(outerSymbols);
  openStep_ = openSteps(plan);
  placeConstants();
  // A body may speak of every symbol of the graph around it: they are bound before it runs.
  std::set<std::string> symbols = outerSymbols;
  symbols.merge(symbolsOfShapes(*plan.graph));
  KernelMemory scope(*this);
  for (const Step& step : plan.steps) {
    kernels_.push_back(step.kind == StepKind::kLaunch ? loadKernel(step, step.compiled, target) : nullptr);
    variants_.emplace_back();
    for (const Variant& variant : step.variants)
      variants_.back().push_back(loadKernel(step, variant.compiled, target));
    bodies_.emplace_back();
    for (const auto& body : step.bodies)
      bodies_.back().push_back(std::unique_ptr<LoadedPlan>(new LoadedPlan(*body, target, memory, symbols)));
  }
}

std::unique_ptr<Launch> LoadedPlan::prepare(size_t step, std::span<const TensorDesc> inputs,
                                            std::span<const TensorDesc> outputs) const {
  const Step& s = plan_.steps[step];
  const int64_t size = s.variants.empty() ? 0 : workElements(*s.node, inputs, outputs);
  for (size_t i = 0; i < s.variants.size(); ++i) {
    if (size < s.variants[i].least || size > s.variants[i].most) continue;
    try {
      return variants_[step][i]->prepare(inputs, outputs);
    } catch (const Error& e) {
      // It was chosen for other shapes of about this size; the step's own kernel takes what it refuses.
      if (e.kind() != ErrorKind::kUnsupported) throw;
    }
  }
  return kernels_[step]->prepare(inputs, outputs);
}

void LoadedPlan::placeConstants() {
  constexpr size_t kAlignment = 256;
  constants_.resize(values_.size());
  size_t bytes = 0;
  std::vector<size_t> offsets(values_.size());
  for (const Value* v : plan_.graph->values()) {
    if (!v->isConstant()) continue;
    constants_[v->id] = const_cast<void*>(v->constant.data());
    offsets[v->id] = bytes;
    if (v->constant.data()) bytes += (v->constant.bytes() + kAlignment - 1) / kAlignment * kAlignment;
  }
  if (target_.hostAccessible() || !bytes) return;
  constantsMemory_ =
      std::shared_ptr<void>(memory_.allocate(bytes), [&memory = memory_](void* p) { memory.release(p); });
  for (const Value* v : plan_.graph->values()) {
    if (!v->isConstant() || !v->constant.data()) continue;
    char* to = static_cast<char*>(constantsMemory_.get()) + offsets[v->id];
    target_.copy(to, v->constant.data(), v->constant.bytes(), nullptr);
    constants_[v->id] = to;
  }
}

void LoadedPlan::classify(const std::set<std::string>& outerSymbols) {
  std::set<std::string> symbols = symbolsOfInputs(*plan_.graph);
  symbols.insert(outerSymbols.begin(), outerSymbols.end());
  for (const Value* v : plan_.graph->values()) {
    values_.resize(std::max<size_t>(values_.size(), v->id + 1));
    staticShape_.resize(values_.size());
    values_[v->id] = v;
    staticShape_[v->id] = isShapeBoundBy(*v, symbols);
  }
  for (const Step& step : plan_.steps) {
    bool known = step.kind != StepKind::kControl && !step.node->op->dataDependentShape;
    for (const Value* v : step.node->inputs) known = known && (!v || staticShape_[v->id]);
    for (const Value* v : step.node->outputs) known = known && (!v || staticShape_[v->id]);
    staticStep_.push_back(known);
    allStatic_ = allStatic_ && known;
  }
}

}  // namespace tenfold
