#include "runtime/loaded_plan.h"

#include <algorithm>

#include "base/error.h"
#include "graph/ir/symbols.h"
#include "graph/ops/op_def.h"
#include "runtime/shape_checks.h"

namespace tenfold {
namespace {

std::unique_ptr<Kernel> loadKernel(const Step& step, Target& target) {
  const Tactic* tactic = target.findTactic(step.compiled.tactic);
  if (!tactic)
    fail(ErrorKind::kInvalidPlan,
         "the plan wants tactic '{}' for '{}', which target {} of this version does not have; build the plan "
         "again",
         step.compiled.tactic, step.node->name, target.name());
  return tactic->load(*step.node, step.compiled);
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
    kernels_.push_back(step.kind == StepKind::kLaunch ? loadKernel(step, target) : nullptr);
    bodies_.emplace_back();
    for (const auto& body : step.bodies)
      bodies_.back().push_back(std::unique_ptr<LoadedPlan>(new LoadedPlan(*body, target, memory, symbols)));
  }
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
