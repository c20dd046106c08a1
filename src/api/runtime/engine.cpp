#include "api/runtime/engine.h"

#include "api/refusals.h"
#include "api/runtime/configs.h"
#include "api/runtime/context.h"
#include "api/runtime/inspector.h"
#include "api/runtime/refitter.h"
#include "api/serialize.h"
#include "tenfold/engine_target.h"

namespace tenfold {

Engine::Engine(std::shared_ptr<EngineState> state) : state_(std::move(state)) {
  mImpl = this;
  state_->handle = this;
  for (const IoTensor& t : state_->tensors) names_.push_back(t.value->name);
  for (const Profile& profile : state_->plan->profiles)
    for (const ProfileInput& input : profile.inputs)
      for (const auto* values : {&input.minValues, &input.optValues, &input.maxValues})
        shapeValues32_.emplace_back(values->begin(), values->end());
}

nv::IHostMemory* Engine::serialize() const noexcept {
  return reporter().guard("serialize", [&] { return serializePlan(state_->kernels().plan()); });
}

nv::ISerializationConfig* Engine::createSerializationConfig() noexcept {
  return reporter().guard("createSerializationConfig", [&]() -> nv::ISerializationConfig* {
    return new SerializationConfig(state_->reporter);
  });
}

nv::IHostMemory* Engine::serializeWithConfig(nv::ISerializationConfig& config) const noexcept {
  return reporter().guard("serializeWithConfig", [&] {
    if (config.getFlag(nv::SerializationFlag::kEXCLUDE_WEIGHTS)) refuse(Refusal::kPlanWithoutWeights);
    return serializePlan(state_->kernels().plan());
  });
}

nv::IExecutionContext* Engine::createExecutionContext(
    nv::ExecutionContextAllocationStrategy strategy) noexcept {
  return reporter().guard("createExecutionContext", [&]() -> nv::IExecutionContext* {
    return new Context(state_, checkEnum(strategy, "ExecutionContextAllocationStrategy"));
  });
}

nv::IExecutionContext* Engine::createExecutionContextWithoutDeviceMemory() noexcept {
  return createExecutionContext(nv::ExecutionContextAllocationStrategy::kUSER_MANAGED);
}

nv::IExecutionContext* Engine::createExecutionContextWithRuntimeConfig(nv::IRuntimeConfig* config) noexcept {
  return reporter().guard("createExecutionContext", [&]() -> nv::IExecutionContext* {
    return new Context(state_, needed(config, "the runtime config").getExecutionContextAllocationStrategy());
  });
}

nv::IRuntimeConfig* Engine::createRuntimeConfig() noexcept {
  return reporter().guard("createRuntimeConfig",
                          [&]() -> nv::IRuntimeConfig* { return new RuntimeConfig(state_->reporter); });
}

nv::IEngineInspector* Engine::createEngineInspector() const noexcept {
  return reporter().guard("createEngineInspector",
                          [&]() -> nv::IEngineInspector* { return new Inspector(state_); });
}

nv::IRefitter* Engine::createRefitter(nv::ILogger& logger) noexcept {
  return reporter().guard("createRefitter", [&]() -> nv::IRefitter* { return new Refitter(*this, logger); });
}

void Engine::refit(std::unique_ptr<Plan> plan) {
  nv::IGpuAllocator* allocator = state_->allocator ? &state_->allocator->program() : nullptr;
  auto next = std::make_shared<EngineState>(std::move(plan), state_->reporter, allocator);
  next->handle = this;
  state_->successor = next;
  state_ = std::move(next);
}

void Engine::setErrorRecorder(nv::IErrorRecorder* recorder) noexcept {
  state_->reporter->setRecorder(recorder);
}

}  // namespace tenfold

extern "C" const char* tenfoldEngineTarget(const nvinfer1::ICudaEngine* engine) noexcept {
  const auto* ours = dynamic_cast<const tenfold::Engine*>(engine);
  return ours ? ours->state()->target.name().data() : "";
}

extern "C" bool tenfoldFinishTuning(nvinfer1::ICudaEngine* engine, bool wait) noexcept {
  const auto* ours = dynamic_cast<const tenfold::Engine*>(engine);
  if (!ours) return false;
  return ours->state()->reporter->guard("tenfoldFinishTuning", [&] {
    ours->state()->finishTuning();
    if (wait) ours->state()->waitForTuning();
    return true;
  });
}
