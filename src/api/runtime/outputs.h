// Where the outputs of a context's runs go: the program's addresses, its allocators, or memory for hidden
// outputs; and who hears about debug tensors.
#pragma once

#include <string>
#include <vector>

#include "NvInferRuntime.h"
#include "api/runtime/engine_state.h"

namespace tenfold {

class ContextOutputs final : public OutputMemory {
 public:
  explicit ContextOutputs(const EngineState& engine);
  ~ContextOutputs() override;

  // The program's addresses, allocators and wishes of another object for an engine with the same outputs.
  void takeOver(const ContextOutputs& other);
  void setAddress(size_t index, void* address) { slots_[index].address = address; }
  void* address(size_t index) const { return slots_[index].address; }
  void setAllocator(size_t index, nvinfer1::IOutputAllocator* allocator);
  nvinfer1::IOutputAllocator* allocator(size_t index) const { return slots_[index].allocator; }
  // Some allocator is to be told a shape before the enqueue returns.
  bool mustWait() const;

  // Fixes the addresses for a run. Throws Error naming an output that has neither address nor allocator.
  void begin(StreamHandle stream);
  void* provide(size_t index, const Shape& shape) override;

  void setDebugListener(nvinfer1::IDebugListener* listener) { listener_ = listener; }
  nvinfer1::IDebugListener* debugListener() const { return listener_; }
  // Throws Error where it is no debug tensor.
  void setDebugState(const char* name, bool reported);
  bool debugState(const char* name) const;
  void setDebugStates(const std::vector<std::string>& names, bool reported);
  // Tells the listener what the run computed.
  void reportDebugTensors();

 private:
  struct Slot {
    const Value* value = nullptr;
    bool isDebug = false, reported = false;
    void* address = nullptr;
    nvinfer1::IOutputAllocator* allocator = nullptr;
    // Of the run under way.
    void* target = nullptr;
    nvinfer1::IOutputAllocator* runAllocator = nullptr;
    Shape shape;
    // Of hidden outputs.
    size_t ownBytes = 0;
  };
  void* reallocate(Slot& slot, const Shape& shape);
  size_t debugSlot(const char* name) const;

  const EngineState& engine_;
  std::vector<Slot> slots_;  // as the graph's outputs
  nvinfer1::IDebugListener* listener_ = nullptr;
  StreamHandle stream_ = nullptr;
};

}  // namespace tenfold
