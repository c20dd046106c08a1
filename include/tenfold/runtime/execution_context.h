// SPDX-License-Identifier: Apache-2.0
// The execution context: shapes, addresses and launches of one engine.
#ifndef TENFOLD_RUNTIME_EXECUTION_CONTEXT_H_
#define TENFOLD_RUNTIME_EXECUTION_CONTEXT_H_

#include <cstddef>
#include <cstring>

#include "../abi/engine.h"
#include "allocator.h"
#include "engine.h"
#include "observers.h"

namespace nvinfer1 {

//! Runs an engine: holds shapes, addresses and scratch memory of one execution at a time. A context may be
//! used by one thread at a time; several contexts of an engine run at the same time. Release with delete.
class IExecutionContext : public INoCopy {
 public:
  //! Lets enqueueV3() wait after each layer, to find the layer that fails; false by default.
  void setDebugSync(bool sync) noexcept { mImpl->setDebugSync(sync); }

  //! What setDebugSync() set; false by default.
  bool getDebugSync() const noexcept { return mImpl->getDebugSync(); }

  //! Sends the time of each layer to `profiler`, which must outlive the context; null, the default, ends
  //! that.
  void setProfiler(IProfiler* profiler) noexcept { mImpl->setProfiler(profiler); }

  //! What setProfiler() set.
  IProfiler* getProfiler() const noexcept { return mImpl->getProfiler(); }

  //! The engine of this context.
  const ICudaEngine& getEngine() const noexcept { return mImpl->getEngine(); }

  //! Names the context for messages and traces; the string is copied.
  void setName(const char* name) noexcept { mImpl->setName(name); }

  //! What setName() set; "" by default.
  const char* getName() const noexcept { return mImpl->getName(); }

  //! As setDeviceMemoryV2(), trusting that the memory is large enough.
  void setDeviceMemory(void* memory) noexcept { mImpl->setDeviceMemory(memory); }

  //! Gives scratch memory of `size` bytes, aligned to 256, to a context made with kUSER_MANAGED. It must be
  //! free of other use while the context runs.
  void setDeviceMemoryV2(void* memory, int64_t size) noexcept { mImpl->setDeviceMemoryV2(memory, size); }

  //! Distances between neighbours along each dimension of an input or output, in elements; -1 where shapes
  //! are not known yet, rank -1 on error.
  Dims getTensorStrides(const char* tensorName) const noexcept { return mImpl->getTensorStrides(tensorName); }

  //! The chosen profile: 0 by default; -1 when none is chosen.
  int32_t getOptimizationProfile() const noexcept { return mImpl->getOptimizationProfile(); }

  //! Sets the dimensions of an input. False when it is none or the profile does not allow them.
  bool setInputShape(const char* tensorName, const Dims& dims) noexcept {
    return mImpl->setInputShape(tensorName, dims);
  }

  //! Dimensions of an input or output under the shapes set so far, -1 where they are not known; rank -1 on
  //! error.
  Dims getTensorShape(const char* tensorName) const noexcept { return mImpl->getTensorShape(tensorName); }

  //! Whether every dynamic input has been given dimensions.
  bool allInputDimensionsSpecified() const noexcept { return mImpl->allInputDimensionsSpecified(); }

  //! Whether every shape-tensor input has been given values.
  TRT_DEPRECATED_BECAUSE("use inferShapes") bool allInputShapesSpecified() const noexcept {
    return mImpl->allInputShapesSpecified();
  }

  //! Sends errors to `recorder`, whose references are counted; null sends them to the logger only.
  void setErrorRecorder(IErrorRecorder* recorder) noexcept { mImpl->setErrorRecorder(recorder); }

  //! What setErrorRecorder() set; by default the engine's.
  IErrorRecorder* getErrorRecorder() const noexcept { return mImpl->getErrorRecorder(); }

  //! Runs the engine and waits. bindings[i] is the address of the tensor getIOTensorName(i). False on error.
  bool executeV2(void* const* bindings) noexcept { return mImpl->executeV2(bindings); }

  //! Chooses a profile, in order with `stream`. Input shapes must be set again. False when there is no such
  //! profile.
  bool setOptimizationProfileAsync(int32_t profileIndex, cudaStream_t stream) noexcept {
    return mImpl->setOptimizationProfileAsync(profileIndex, stream);
  }

  //! Says whether enqueueV3() reports to the profiler itself, which makes it wait; true by default.
  void setEnqueueEmitsProfile(bool enqueueEmitsProfile) noexcept {
    mImpl->setEnqueueEmitsProfile(enqueueEmitsProfile);
  }

  //! What setEnqueueEmitsProfile() set; true by default.
  bool getEnqueueEmitsProfile() const noexcept { return mImpl->getEnqueueEmitsProfile(); }

  //! Waits for the last enqueueV3() and reports its layer times; for setEnqueueEmitsProfile(false). False
  //! when there is nothing to report.
  bool reportToProfiler() const noexcept { return mImpl->reportToProfiler(); }

  //! Sets the memory of an input or output: device memory, or host memory where getTensorLocation() says so.
  //! Of a dynamic size is needed at least what the shapes at enqueueV3() take. False when there is no such
  //! tensor.
  bool setTensorAddress(const char* tensorName, void* data) noexcept {
    return mImpl->setTensorAddress(tensorName, data);
  }

  //! What setTensorAddress() or the like set; null by default and on error.
  const void* getTensorAddress(const char* tensorName) const noexcept {
    return mImpl->getTensorAddress(tensorName);
  }

  //! As setTensorAddress(), for outputs only.
  bool setOutputTensorAddress(const char* tensorName, void* data) noexcept {
    return mImpl->setOutputTensorAddress(tensorName, data);
  }

  //! As setTensorAddress(), for inputs only; the memory is not written.
  bool setInputTensorAddress(const char* tensorName, const void* data) noexcept {
    return mImpl->setInputTensorAddress(tensorName, data);
  }

  //! The memory of an output; null by default and on error.
  void* getOutputTensorAddress(const char* tensorName) const noexcept {
    return mImpl->getOutputTensorAddress(tensorName);
  }

  //! Computes the shapes of all tensors that do not depend on data. Returns the number of inputs whose
  //! dimensions or values are missing, of which up to nbMaxNames names go to tensorNames; 0 when all is
  //! known; -1 on error.
  int32_t inferShapes(int32_t nbMaxNames, const char** tensorNames) noexcept {
    return mImpl->inferShapes(nbMaxNames, tensorNames);
  }

  //! Bytes of scratch memory that the present shapes need, for a context made with kUSER_MANAGED; 0 on error.
  size_t updateDeviceMemorySizeForShapes() noexcept { return mImpl->updateDeviceMemorySizeForShapes(); }

  //! Sets an event that enqueueV3() records once the inputs may be overwritten; null for none. True for
  //! success.
  bool setInputConsumedEvent(cudaEvent_t event) noexcept { return mImpl->setInputConsumedEvent(event); }

  //! What setInputConsumedEvent() set; null by default.
  cudaEvent_t getInputConsumedEvent() const noexcept { return mImpl->getInputConsumedEvent(); }

  //! Sets who provides memory for an output, instead of setTensorAddress(); null ends that. False when there
  //! is no such output.
  bool setOutputAllocator(const char* tensorName, IOutputAllocator* outputAllocator) noexcept {
    return mImpl->setOutputAllocator(tensorName, outputAllocator);
  }

  //! What setOutputAllocator() set; null by default.
  IOutputAllocator* getOutputAllocator(const char* tensorName) const noexcept {
    return mImpl->getOutputAllocator(tensorName);
  }

  //! Bytes that an output takes at most under the present input shapes; -1 on error.
  int64_t getMaxOutputSize(const char* tensorName) const noexcept {
    return mImpl->getMaxOutputSize(tensorName);
  }

  //! Sets who allocates scratch memory that enqueueV3() needs besides the planned one; null for the runtime's
  //! allocator. True for success.
  bool setTemporaryStorageAllocator(IGpuAllocator* allocator) noexcept {
    return mImpl->setTemporaryStorageAllocator(allocator);
  }

  //! What setTemporaryStorageAllocator() set; null by default.
  IGpuAllocator* getTemporaryStorageAllocator() const noexcept {
    return mImpl->getTemporaryStorageAllocator();
  }

  //! Runs the engine asynchronously on `stream`. Shapes of all inputs and addresses of all tensors must be
  //! set. May be captured into a CUDA graph. False on error, with nothing enqueued or the stream in an
  //! undefined state as the message says.
  bool enqueueV3(cudaStream_t stream) noexcept { return mImpl->enqueueV3(stream); }

  //! Limits the part of the device's cache that may be reserved for data used again, in bytes; 0 by default.
  void setPersistentCacheLimit(size_t size) noexcept { mImpl->setPersistentCacheLimit(size); }

  //! What setPersistentCacheLimit() set; 0 by default.
  size_t getPersistentCacheLimit() const noexcept { return mImpl->getPersistentCacheLimit(); }

  //! Says how much is traced; not more than the engine was built for. False on error.
  bool setNvtxVerbosity(ProfilingVerbosity verbosity) noexcept { return mImpl->setNvtxVerbosity(verbosity); }

  //! What setNvtxVerbosity() set; that of the engine by default.
  ProfilingVerbosity getNvtxVerbosity() const noexcept { return mImpl->getNvtxVerbosity(); }

  //! Gives the streams that the engine uses besides the main one, getNbAuxStreams() of them; by default the
  //! context makes its own.
  void setAuxStreams(cudaStream_t* auxStreams, int32_t nbStreams) noexcept {
    mImpl->setAuxStreams(auxStreams, nbStreams);
  }

  //! Sends debug tensors to `listener`; null ends that. True for success.
  bool setDebugListener(IDebugListener* listener) noexcept { return mImpl->setDebugListener(listener); }

  //! What setDebugListener() set; null by default.
  IDebugListener* getDebugListener() noexcept { return mImpl->getDebugListener(); }

  //! Turns reporting of one debug tensor on or off; false when it is none.
  bool setTensorDebugState(const char* name, bool flag) noexcept {
    return mImpl->setTensorDebugState(name, flag);
  }

  //! Whether a debug tensor is reported.
  bool getDebugState(const char* name) const noexcept { return mImpl->getDebugState(name); }

  //! The options the context was made with.
  IRuntimeConfig* getRuntimeConfig() const noexcept { return mImpl->getRuntimeConfig(); }

  //! Turns reporting of all debug tensors on or off. True for success.
  bool setAllTensorsDebugState(bool flag) noexcept { return mImpl->setAllTensorsDebugState(flag); }

  //! Turns reporting of the tensors marked with markUnfusedTensorsAsDebugTensors() on or off. False when
  //! there are none.
  bool setUnfusedTensorsDebugState(bool flag) noexcept { return mImpl->setUnfusedTensorsDebugState(flag); }

  //! What setUnfusedTensorsDebugState() set; false by default.
  bool getUnfusedTensorsDebugState() const noexcept { return mImpl->getUnfusedTensorsDebugState(); }

  //! Sets the communicator (ncclComm_t) that collective layers use; it must outlive the context. False on
  //! error.
  bool setCommunicator(void* communicator) noexcept { return mImpl->setCommunicator(communicator); }

  virtual ~IExecutionContext() noexcept = default;

  // What versions 7 and 8 had.
#include "../legacy/destroy.inc"
#include "../legacy/execution_context.inc"
 protected:
  apiv::VExecutionContext* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_RUNTIME_EXECUTION_CONTEXT_H_
