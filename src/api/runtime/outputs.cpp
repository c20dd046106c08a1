#include "api/runtime/outputs.h"

#include <algorithm>

#include "api/convert.h"

namespace tenfold {

constexpr uint64_t kAlignment = 256;

ContextOutputs::ContextOutputs(const EngineState& engine) : engine_(engine) {
  for (const Value* v : engine.graph().outputs) {
    Slot slot;
    slot.value = v;
    slot.isDebug = std::find(engine.debugTensors.begin(), engine.debugTensors.end(), v->name) !=
                   engine.debugTensors.end();
    slots_.push_back(slot);
  }
}

ContextOutputs::~ContextOutputs() {
  for (Slot& slot : slots_)
    if (slot.ownBytes) engine_.target.release(slot.address);
}

void ContextOutputs::takeOver(const ContextOutputs& other) {
  for (size_t i = 0; i < slots_.size(); ++i) {
    const Slot& from = other.slots_[i];
    if (!from.ownBytes) slots_[i].address = from.address;
    slots_[i].allocator = from.allocator;
    slots_[i].reported = from.reported;
  }
  listener_ = other.listener_;
}

void ContextOutputs::setAllocator(size_t index, nvinfer1::IOutputAllocator* allocator) {
  slots_[index].allocator = allocator;
}

bool ContextOutputs::mustWait() const {
  return std::any_of(slots_.begin(), slots_.end(), [](const Slot& s) { return s.allocator != nullptr; });
}

void ContextOutputs::begin(StreamHandle stream) {
  stream_ = stream;
  size_t visible = slots_.size() - engine_.hiddenOutputs;
  for (size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    slot.target = slot.address;
    slot.runAllocator = slot.allocator;
    require(i >= visible || slot.address || slot.allocator,
            "output '{}' has no memory: set it with setTensorAddress or setOutputAllocator",
            slot.value->name);
  }
}

void* ContextOutputs::provide(size_t index, const Shape& shape) {
  Slot& slot = slots_[index];
  slot.shape = shape;
  if (slot.runAllocator) return slot.target = reallocate(slot, shape);
  if (index < slots_.size() - engine_.hiddenOutputs) return slot.target;
  size_t bytes = typeBytes(slot.value->dtype, shape.numel());
  if (bytes > slot.ownBytes) {
    if (slot.ownBytes) engine_.target.release(slot.address);
    slot.ownBytes = 0;
    slot.address = engine_.target.allocate(bytes);
    slot.ownBytes = bytes;
  }
  return slot.target = slot.address;
}

void* ContextOutputs::reallocate(Slot& slot, const Shape& shape) {
  const char* name = slot.value->name.c_str();
  uint64_t bytes = std::max<uint64_t>(typeBytes(slot.value->dtype, shape.numel()), 1);
  void* memory = slot.runAllocator->reallocateOutputAsync(name, slot.target, bytes, kAlignment,
                                                          static_cast<cudaStream_t>(stream_));
  if (!memory)
    fail(ErrorKind::kOutOfMemory, "the allocator of output '{}' gave no memory: {} bytes", name, bytes);
  slot.address = memory;
  slot.runAllocator->notifyShape(name, toDims(shape));
  return memory;
}

size_t ContextOutputs::debugSlot(const char* name) const {
  needed(name, "the name of a debug tensor");
  for (size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i].isDebug && slots_[i].value->name == name) return i;
  fail("'{}' is no debug tensor: mark it with INetworkDefinition::markDebug before building", name);
}

void ContextOutputs::setDebugState(const char* name, bool reported) {
  slots_[debugSlot(name)].reported = reported;
}

bool ContextOutputs::debugState(const char* name) const { return slots_[debugSlot(name)].reported; }

void ContextOutputs::setDebugStates(const std::vector<std::string>& names, bool reported) {
  for (const std::string& name : names) setDebugState(name.c_str(), reported);
}

void ContextOutputs::reportDebugTensors() {
  if (!listener_) return;
  for (const Slot& slot : slots_)
    if (slot.reported)
      require(listener_->processDebugTensor(slot.target, nvinfer1::TensorLocation::kDEVICE,
                                            apiType(slot.value->dtype), toDims(slot.shape),
                                            slot.value->name.c_str(), static_cast<cudaStream_t>(stream_)),
              "the debug listener could not process '{}'", slot.value->name);
}

}  // namespace tenfold
