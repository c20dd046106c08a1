// What a context does: shapes, addresses, memory and runs of one engine. Its calls come from one thread at a
// time; only its own work on a stream runs beside them. Every method throws Error.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "api/runtime/arena.h"
#include "api/runtime/engine_state.h"
#include "api/runtime/outputs.h"
#include "api/runtime/work_in_flight.h"
#include "runtime/executor.h"

namespace tenfold {

using AllocationStrategy = nvinfer1::ExecutionContextAllocationStrategy;

class Execution {
 public:
  Execution(std::shared_ptr<const EngineState> engine, AllocationStrategy strategy, const Reporter& reporter);
  // Goes on where `former` stopped, with an engine of the same inputs, outputs and profiles.
  Execution(std::shared_ptr<const EngineState> engine, Execution& former);
  ~Execution();  // finishes the work under way

  const EngineState& engine() const { return *engine_; }
  int32_t profile() const { return profile_; }
  void setProfile(int32_t index);
  // The program's memory, for AllocationStrategy::kUSER_MANAGED.
  void lendMemory(void* memory, int64_t bytes);
  // What the shapes set need of it.
  int64_t memoryBytes();

  void setShape(const IoTensor& input, const nvinfer1::Dims& dims);
  bool shapesGiven() const;  // of all inputs
  bool valuesGiven() const;  // of all shape tensors
  // Inputs that lack a shape, or values.
  std::vector<const char*> missingInputs() const;
  // Works out the shapes of everything that they determine. Every input has its shape.
  void resolve();
  // As far as known: -1 for other extents; nothing where the rank is unknown.
  std::optional<std::vector<int64_t>> shapeOf(const IoTensor& tensor);
  // The symbols that the inputs set so far bind.
  DimBindings bindings() const;
  std::optional<int64_t> mostOutputBytes(const IoTensor& output);

  void setAddress(const IoTensor& tensor, void* address);
  void* address(const IoTensor& tensor) const;
  ContextOutputs& outputs() { return outputs_; }

  // Runs on `stream`; returns when the work is enqueued, or finished where the stream is the default one, an
  // output has an allocator, or `wait` is true.
  void enqueue(StreamHandle stream, bool wait);
  void finish() { inFlight_.wait(); }
  // Times of the steps of the next runs go there; null: no times are taken.
  void setTimes(StepTimes* times);
  // Records the event when a run no longer needs its inputs; null: none.
  void setInputConsumedEvent(void* event) { inputConsumed_ = event; }
  void* inputConsumedEvent() const { return inputConsumed_; }
  void setRanges(bool on) { executor_->setRanges(ranges_ = on); }
  // Streams of the program's beside the one that it enqueues on; the context makes what is missing.
  void setAuxStreams(std::span<const StreamHandle> streams);

 private:
  struct Input {
    std::optional<Shape> shape;
    const void* address = nullptr;
    std::vector<int64_t> values;  // of shape tensors, as of the last resolve
  };
  void resetShapes();
  void applyMemory();
  void makeExecutor();
  void takeBetterKernels(StreamHandle stream);
  bool readShapeValues();
  void checkValues(size_t input) const;
  void gatherAddresses();
  void run();
  static void runTask(void* self);
  static void runHere(void* self) { static_cast<Execution*>(self)->run(); }

  std::shared_ptr<const EngineState> engine_;
  const AllocationStrategy strategy_;
  const Reporter& reporter_;
  int32_t profile_ = 0;
  Arena arena_;
  const LoadedPlan* kernels_ = nullptr;  // that executor_ runs
  // The second one is from before the engine's tuning: its work may still be under way on a device.
  std::unique_ptr<Executor> executor_, former_;
  std::vector<StreamHandle> auxStreams_;
  bool ranges_ = false;
  std::vector<Input> inputs_;
  bool resolved_ = false;
  ContextOutputs outputs_;
  // Of the run under way.
  std::vector<void*> inputAddresses_;
  StreamHandle stream_ = nullptr;
  StepTimes* times_ = nullptr;
  void* inputConsumed_ = nullptr;
  WorkInFlight inFlight_;
};

}  // namespace tenfold
