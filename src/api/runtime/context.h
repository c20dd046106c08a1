// IExecutionContext: the face of an Execution.
#pragma once

#include "api/runtime/configs.h"
#include "api/runtime/execution.h"

namespace tenfold {

namespace nv = nvinfer1;

class Context final : public nv::IExecutionContext, public nv::apiv::VExecutionContext {
 public:
  Context(std::shared_ptr<const EngineState> engine, AllocationStrategy strategy);
  ~Context() noexcept override = default;

  const EngineState& engine() const { return execution_->engine(); }
  Execution& execution() const { return *execution_; }

  nv::IExecutionContext* getPImpl() noexcept override { return this; }
  const nv::ICudaEngine& getEngine() const noexcept override { return *engine().handle; }

  // Shapes and addresses: context_tensors.cpp.
  int32_t getOptimizationProfile() const noexcept override { return execution_->profile(); }
  bool setOptimizationProfileAsync(int32_t profile, cudaStream_t stream) noexcept override;
  bool setInputShape(const char* name, const nv::Dims& dims) noexcept override;
  nv::Dims getTensorShape(const char* name) const noexcept override;
  nv::Dims getTensorStrides(const char* name) const noexcept override;
  bool allInputDimensionsSpecified() const noexcept override { return execution_->shapesGiven(); }
  bool allInputShapesSpecified() const noexcept override { return execution_->valuesGiven(); }
  int32_t inferShapes(int32_t nbMaxNames, const char** names) noexcept override;
  bool setTensorAddress(const char* name, void* data) noexcept override;
  const void* getTensorAddress(const char* name) const noexcept override;
  bool setInputTensorAddress(const char* name, const void* data) noexcept override;
  bool setOutputTensorAddress(const char* name, void* data) noexcept override;
  void* getOutputTensorAddress(const char* name) const noexcept override;
  bool setOutputAllocator(const char* name, nv::IOutputAllocator* allocator) noexcept override;
  nv::IOutputAllocator* getOutputAllocator(const char* name) noexcept override;
  int64_t getMaxOutputSize(const char* name) const noexcept override;

  // Runs: context.cpp.
  bool enqueueV3(cudaStream_t stream) noexcept override;
  bool executeV2(void* const* bindings) noexcept override;
  void setProfiler(nv::IProfiler* profiler) noexcept override;
  nv::IProfiler* getProfiler() const noexcept override { return profiler_; }
  void setEnqueueEmitsProfile(bool emits) noexcept override { emitsProfile_ = emits; }
  bool getEnqueueEmitsProfile() const noexcept override { return emitsProfile_; }
  bool reportToProfiler() const noexcept override;

  // Memory and settings: context_settings.cpp.
  void setDeviceMemory(void* memory) noexcept override;
  void setDeviceMemoryV2(void* memory, int64_t size) noexcept override;
  size_t updateDeviceMemorySizeForShapes() noexcept override;
  void setDebugSync(bool sync) noexcept override { debugSync_ = sync; }
  bool getDebugSync() const noexcept override { return debugSync_; }
  void setName(const char* name) noexcept override;
  const char* getName() const noexcept override { return name_.c_str(); }
  void setErrorRecorder(nv::IErrorRecorder* recorder) noexcept override { reporter_->setRecorder(recorder); }
  nv::IErrorRecorder* getErrorRecorder() const noexcept override { return reporter_->recorder(); }
  bool setInputConsumedEvent(cudaEvent_t event) noexcept override;
  cudaEvent_t getInputConsumedEvent() const noexcept override {
    return static_cast<cudaEvent_t>(execution_->inputConsumedEvent());
  }
  bool setTemporaryStorageAllocator(nv::IGpuAllocator* allocator) noexcept override;
  nv::IGpuAllocator* getTemporaryStorageAllocator() const noexcept override { return temporaryStorage_; }
  void setPersistentCacheLimit(size_t size) noexcept override { persistentCacheLimit_ = size; }
  size_t getPersistentCacheLimit() const noexcept override { return persistentCacheLimit_; }
  bool setNvtxVerbosity(nv::ProfilingVerbosity verbosity) noexcept override;
  nv::ProfilingVerbosity getNvtxVerbosity() const noexcept override { return nvtxVerbosity_; }
  void setAuxStreams(cudaStream_t* streams, int32_t count) noexcept override;
  bool setDebugListener(nv::IDebugListener* listener) noexcept override;
  nv::IDebugListener* getDebugListener() noexcept override { return execution_->outputs().debugListener(); }
  bool setTensorDebugState(const char* name, bool flag) noexcept override;
  bool getDebugState(const char* name) const noexcept override;
  bool setAllTensorsDebugState(bool flag) noexcept override;
  bool setUnfusedTensorsDebugState(bool flag) noexcept override;
  bool getUnfusedTensorsDebugState() const noexcept override { return unfusedDebugState_; }
  nv::IRuntimeConfig* getRuntimeConfig() const noexcept override { return config_.get(); }
  bool setCommunicator(void* communicator) noexcept override;

 private:
  bool enqueue(const char* entry, cudaStream_t stream, bool wait) noexcept;
  void reportTimes() const;
  // After the engine was refitted: the next runs are its new plan's.
  void followRefit();

  std::unique_ptr<Reporter> reporter_;
  std::unique_ptr<RuntimeConfig> config_;
  std::string name_;
  nv::IProfiler* profiler_ = nullptr;
  bool emitsProfile_ = true, debugSync_ = false, unfusedDebugState_ = false;
  std::unique_ptr<StepTimes> times_;
  size_t persistentCacheLimit_ = 0;
  nv::ProfilingVerbosity nvtxVerbosity_;
  nv::IGpuAllocator* temporaryStorage_ = nullptr;
  std::unique_ptr<Execution> execution_;  // last: its work may use all of the above
};

}  // namespace tenfold
