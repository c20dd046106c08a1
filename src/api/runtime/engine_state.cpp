#include "api/runtime/engine_state.h"

#include <algorithm>
#include <cstring>

#include "api/facts.h"

namespace tenfold {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<IoTensor> listTensors(const Plan& plan, size_t hiddenOutputs) {
  std::vector<IoTensor> tensors;
  const Graph& graph = *plan.graph;
  for (size_t i = 0; i < graph.inputs.size(); ++i)
    tensors.push_back({graph.inputs[i], true, i, graph.inputs[i]->contents.has_value()});
  std::vector<std::string> shapeOutputs = facts::names(plan, facts::kShapeOutputs);
  for (size_t i = 0; i + hiddenOutputs < graph.outputs.size(); ++i)
    tensors.push_back({graph.outputs[i], false, i, contains(shapeOutputs, graph.outputs[i]->name)});
  return tensors;
}

}  // namespace

EngineState::EngineState(std::unique_ptr<Plan> made, std::shared_ptr<const Reporter> maker,
                         nvinfer1::IGpuAllocator* memory)
    : plan(std::move(made)),
      target(tenfold::target(plan->target)),
      loaded(*plan, target),
      reporter(std::make_shared<Reporter>(std::move(maker))),
      allocator(memory),
      debugTensors(facts::names(*plan, facts::kDebugTensors)),
      unfusedDebugTensors(facts::names(*plan, facts::kUnfusedDebugTensors)) {
  int64_t hidden = facts::number(*plan, facts::kHiddenOutputs, 0);
  require(hidden >= 0 && static_cast<size_t>(hidden) <= graph().outputs.size(),
          "the plan hides {} outputs of {}", hidden, graph().outputs.size());
  hiddenOutputs = static_cast<size_t>(hidden);
  tensors = listTensors(*plan, hiddenOutputs);
  for (size_t i = 0; i < plan->steps.size(); ++i)
    if (plan->steps[i].kind != StepKind::kAlias) layers.push_back(i);
  if (plan->device != target.deviceSignature())
    reporter->warn(
        fmt::format("the plan was built on another device ({}); this one is {}: it may be slower "
                    "than a plan built here",
                    plan->device, target.deviceSignature()));
}

const IoTensor& EngineState::tensor(const char* name) const {
  needed(name, "the name of a tensor");
  for (const IoTensor& t : tensors)
    if (!std::strcmp(t.name(), name)) return t;
  std::string names;
  for (const IoTensor& t : tensors) names += (names.empty() ? "" : ", ") + t.value->name;
  fail("there is no input or output '{}'; there are: {}", name, names);
}

const IoTensor& EngineState::input(const char* name) const {
  const IoTensor& t = tensor(name);
  require(t.isInput, "'{}' is an output, an input is needed", name);
  return t;
}

const IoTensor& EngineState::output(const char* name) const {
  const IoTensor& t = tensor(name);
  require(!t.isInput, "'{}' is an input, an output is needed", name);
  return t;
}

const Profile& EngineState::profile(int32_t index) const {
  return plan->profiles[checkIndex(index, plan->profiles.size(), "optimization profile")];
}

int64_t EngineState::arenaBytes(int32_t profile) const {
  const MemoryPlan& memory = plan->memory[checkIndex(profile, plan->memory.size(), "optimization profile")];
  return memory.bounded ? memory.arenaBytes : 0;
}

int64_t EngineState::maxArenaBytes() const {
  int64_t most = 0;
  for (const MemoryPlan& memory : plan->memory)
    if (memory.bounded) most = std::max(most, memory.arenaBytes);
  return most;
}

}  // namespace tenfold
