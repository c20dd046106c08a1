// What an engine, its contexts and its inspectors share. Nothing in it changes once it is made, but for
// better kernels that finishTuning() adds.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "NvInferRuntime.h"
#include "api/errors.h"
#include "api/runtime/arena.h"
#include "plan/plan.h"
#include "runtime/loaded_plan.h"

namespace tenfold {

// An input or output of the engine.
struct IoTensor {
  const Value* value = nullptr;
  bool isInput = false;
  size_t index = 0;      // among the inputs, or among the outputs
  bool isShape = false;  // its values decide shapes (inputs), or tell them (outputs): it lies on the host
  const char* name() const { return value->name.c_str(); }
};

struct EngineState {
  // Throws Error where the plan cannot run on this machine. `maker` reports for the object that makes the
  // engine; `allocator` (null: the target's own memory) provides the contexts' arenas.
  EngineState(std::unique_ptr<Plan> plan, std::shared_ptr<const Reporter> maker,
              nvinfer1::IGpuAllocator* allocator);
  ~EngineState();  // ends the tuning

  // The plan and its kernels: what was loaded, and then what finishTuning() has made of it. Both have the
  // same graph, steps and memory plans.
  const LoadedPlan& kernels() const {
    const LoadedPlan* better = better_.load(std::memory_order_acquire);
    return better ? *better : loaded;
  }
  // Measures in the background what the builder only estimated; contexts take the results between two runs.
  void finishTuning() const;
  void waitForTuning() const;

  const Graph& graph() const { return *plan->graph; }
  // Throws Error where there is none of that name, or `name` is null.
  const IoTensor& tensor(const char* name) const;
  const IoTensor& input(const char* name) const;
  const IoTensor& output(const char* name) const;
  const Profile& profile(int32_t index) const;
  // Bytes of a context's memory: an arena of tensors, and behind it, from workspaceOffset on, what kernels
  // need while they run. 0 where the profile sets no limit and contexts make their own.
  int64_t contextBytes(int32_t profile) const;
  int64_t maxContextBytes() const;
  int64_t workspaceOffset(int32_t profile) const;
  // Streams that a context may use beside the caller's, as the builder was told, and those that it does use.
  int mostAuxStreams() const;
  int auxStreams() const;
  DeviceMemory& contextMemory() const { return allocator ? *allocator : static_cast<DeviceMemory&>(target); }

  std::unique_ptr<Plan> plan;
  Target& target;
  // The program's, for contexts and, on a device, weights; null: memory comes from the target.
  std::unique_ptr<AllocatorMemory> allocator;
  LoadedPlan loaded;
  std::shared_ptr<Reporter> reporter;
  std::vector<IoTensor> tensors;  // inputs, then outputs, without hidden ones
  size_t hiddenOutputs = 0;       // the graph's last so many outputs
  std::vector<size_t> layers;     // the steps that do work
  std::vector<std::string> debugTensors, unfusedDebugTensors;
  nvinfer1::ICudaEngine* handle = nullptr;
  // The state after the engine was refitted, to which contexts go over before they run again; else null.
  std::shared_ptr<const EngineState> successor;

 private:
  void tune() const;
  mutable std::mutex tuningMutex_;
  mutable std::thread tuning_;
  mutable std::atomic<bool> ending_ = false;
  mutable std::unique_ptr<Plan> betterPlan_;
  mutable std::unique_ptr<LoadedPlan> betterKernels_;
  mutable std::atomic<const LoadedPlan*> better_ = nullptr;

  int64_t workspaceBytes(int32_t profile) const;
  mutable std::mutex workspaceMutex_;
  mutable std::map<int32_t, int64_t> workspaceBytes_;  // by profile, once somebody has asked
  mutable int auxStreams_ = 0;                         // that the profiles asked for make use of
};

}  // namespace tenfold
