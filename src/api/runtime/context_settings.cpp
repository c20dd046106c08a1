// A context's memory, debug tensors and settings.
#include "api/refusals.h"
#include "api/runtime/context.h"

namespace tenfold {

void Context::setDeviceMemory(void* memory) noexcept {
  reporter_->guard("setDeviceMemory",
                   [&] { execution_->lendMemory(memory, engine().contextBytes(execution_->profile())); });
}

void Context::setDeviceMemoryV2(void* memory, int64_t size) noexcept {
  reporter_->guard("setDeviceMemoryV2", [&] { execution_->lendMemory(memory, size); });
}

// Tensors are placed for the profile, whatever the shapes; what kernels need follows from the shapes.
size_t Context::updateDeviceMemorySizeForShapes() noexcept {
  return reporter_->guard("updateDeviceMemorySizeForShapes",
                          [&] { return static_cast<size_t>(execution_->memoryBytes()); });
}

void Context::setName(const char* name) noexcept {
  reporter_->guard("setName", [&] { name_ = &needed(name, "the name of a context"); });
}

bool Context::setInputConsumedEvent(cudaEvent_t event) noexcept {
  return reporter_->guard("setInputConsumedEvent", [&] {
    if (event && engine().target.hostAccessible()) refuse(Refusal::kInputEvent);
    execution_->setInputConsumedEvent(event);
    return true;
  });
}

bool Context::setTemporaryStorageAllocator(nv::IGpuAllocator* allocator) noexcept {
  temporaryStorage_ = allocator;
  return true;
}

bool Context::setNvtxVerbosity(nv::ProfilingVerbosity verbosity) noexcept {
  return reporter_->guard("setNvtxVerbosity", [&] {
    nvtxVerbosity_ = checkEnum(verbosity, "ProfilingVerbosity");
    execution_->setRanges(nvtxVerbosity_ != nv::ProfilingVerbosity::kNONE);
    return true;
  });
}

void Context::setAuxStreams(cudaStream_t* streams, int32_t count) noexcept {
  reporter_->guard("setAuxStreams", [&] {
    require(count == 0 || (count > 0 && streams), "{} auxiliary streams at {}", count,
            static_cast<const void*>(streams));
    std::vector<StreamHandle> given(streams, streams + count);
    execution_->setAuxStreams(given);
  });
}

bool Context::setDebugListener(nv::IDebugListener* listener) noexcept {
  return reporter_->guard("setDebugListener", [&] {
    execution_->finish();
    execution_->outputs().setDebugListener(listener);
    return true;
  });
}

bool Context::setTensorDebugState(const char* name, bool flag) noexcept {
  return reporter_->guard("setTensorDebugState", [&] {
    execution_->finish();
    execution_->outputs().setDebugState(name, flag);
    return true;
  });
}

bool Context::getDebugState(const char* name) const noexcept {
  return reporter_->guard("getDebugState", [&] { return execution_->outputs().debugState(name); });
}

bool Context::setAllTensorsDebugState(bool flag) noexcept {
  return reporter_->guard("setAllTensorsDebugState", [&] {
    execution_->finish();
    execution_->outputs().setDebugStates(engine().debugTensors, flag);
    return true;
  });
}

bool Context::setUnfusedTensorsDebugState(bool flag) noexcept {
  return reporter_->guard("setUnfusedTensorsDebugState", [&] {
    require(!engine().unfusedDebugTensors.empty(),
            "no tensors were marked with markUnfusedTensorsAsDebugTensors before building");
    execution_->finish();
    execution_->outputs().setDebugStates(engine().unfusedDebugTensors, flag);
    unfusedDebugState_ = flag;
    return true;
  });
}

bool Context::setCommunicator(void* communicator) noexcept {
  return reporter_->guard("setCommunicator", [&] {
    if (communicator) refuse(Refusal::kCommunicator);
    return true;
  });
}

}  // namespace tenfold
