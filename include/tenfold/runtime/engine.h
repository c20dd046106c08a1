// SPDX-License-Identifier: Apache-2.0
// The built engine: its tensors, profiles, memory needs, serialization and contexts.
#ifndef TENFOLD_RUNTIME_ENGINE_H_
#define TENFOLD_RUNTIME_ENGINE_H_

#include <cstdlib>
#include <cstring>

#include "../abi/engine.h"
#include "observers.h"
#include "optimization_profile.h"
#include "weights.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

//! Where tactics come from.
enum class TacticSource : int32_t {
  kCUBLAS TRT_DEPRECATED_ENUM = 0,     //!< cuBLAS
  kCUBLAS_LT TRT_DEPRECATED_ENUM = 1,  //!< cuBLASLt
  kCUDNN TRT_DEPRECATED_ENUM = 2,      //!< cuDNN
  kEDGE_MASK_CONVOLUTIONS = 3,         //!< convolutions with masked edges
  kJIT_CONVOLUTIONS = 4,               //!< convolutions compiled for the purpose
};

template <>
constexpr inline int32_t EnumMax<TacticSource>() noexcept {
  return 5;
}

//! What ICudaEngine::serializeWithConfig() leaves out or adds.
enum class SerializationFlag : int32_t {
  kEXCLUDE_WEIGHTS = 0,       //!< leave out weights that can be refitted
  kEXCLUDE_LEAN_RUNTIME = 1,  //!< leave out the bundled runtime
  kINCLUDE_REFIT = 2,         //!< stay refittable although weights are included
};

template <>
constexpr inline int32_t EnumMax<SerializationFlag>() noexcept {
  return 3;
}

//! Options of ICudaEngine::serializeWithConfig(). Made by ICudaEngine::createSerializationConfig(); release
//! with delete.
class ISerializationConfig : public INoCopy {
 public:
  //! Replaces all flags by a set of bits 1 << SerializationFlag; false when a bit is unknown.
  bool setFlags(SerializationFlags serializationFlags) noexcept {
    return mImpl->setFlags(serializationFlags);
  }

  //! All flags, as bits 1 << SerializationFlag.
  SerializationFlags getFlags() const noexcept { return mImpl->getFlags(); }

  //! Clears a flag; false when it is unknown.
  bool clearFlag(SerializationFlag serializationFlag) noexcept { return mImpl->clearFlag(serializationFlag); }

  //! Sets a flag; false when it is unknown.
  bool setFlag(SerializationFlag serializationFlag) noexcept { return mImpl->setFlag(serializationFlag); }

  //! Whether a flag is set.
  bool getFlag(SerializationFlag serializationFlag) const noexcept {
    return mImpl->getFlag(serializationFlag);
  }

  virtual ~ISerializationConfig() noexcept = default;

 protected:
  apiv::VSerializationConfig* mImpl{nullptr};
};

//! When an execution context allocates its device memory.
enum class ExecutionContextAllocationStrategy : int32_t {
  kSTATIC = 0,             //!< at once, enough for every profile
  kON_PROFILE_CHANGE = 1,  //!< when a profile is chosen, enough for that one
  kUSER_MANAGED = 2,       //!< never: setDeviceMemoryV2() provides it
};

template <>
constexpr inline int32_t EnumMax<ExecutionContextAllocationStrategy>() noexcept {
  return 3;
}

//! Options of an execution context. Made by ICudaEngine::createRuntimeConfig(); release with delete.
class IRuntimeConfig : public INoCopy {
 public:
  //! Sets when device memory is allocated; kSTATIC by default.
  void setExecutionContextAllocationStrategy(ExecutionContextAllocationStrategy strategy) noexcept {
    mImpl->setExecutionContextAllocationStrategy(strategy);
  }

  //! What setExecutionContextAllocationStrategy() set; kSTATIC by default.
  ExecutionContextAllocationStrategy getExecutionContextAllocationStrategy() const noexcept {
    return mImpl->getExecutionContextAllocationStrategy();
  }

  virtual ~IRuntimeConfig() noexcept = default;

 protected:
  apiv::VRuntimeConfig* mImpl{nullptr};
};

//! Numbers that an engine gives about itself.
enum class EngineStat : int32_t {
  kTOTAL_WEIGHTS_SIZE = 0,     //!< bytes of all weights
  kSTRIPPED_WEIGHTS_SIZE = 1,  //!< bytes of the weights that a plan without weights lacks
};

template <>
constexpr inline int32_t EnumMax<EngineStat>() noexcept {
  return 2;
}

//! A built engine. It cannot change, except by refitting, and may be shared between threads. Tensors are
//! named as in the network; a name that is not an input or output is an error. Release with delete, after its
//! contexts.
class ICudaEngine : public INoCopy {
 public:
  //! Dimensions of an input or output, -1 where they are dynamic; rank -1 on error.
  Dims getTensorShape(const char* tensorName) const noexcept { return mImpl->getTensorShape(tensorName); }

  //! Element type of an input or output; kFLOAT on error.
  DataType getTensorDataType(const char* tensorName) const noexcept {
    return mImpl->getTensorDataType(tensorName);
  }

  //! Number of layers after optimization, for all profiles.
  int32_t getNbLayers() const noexcept { return mImpl->getNbLayers(); }

  //! The engine as a plan; null on error. Release with delete.
  IHostMemory* serialize() const noexcept { return mImpl->serialize(); }

  //! Makes a context that allocates its memory as `strategy` says; null on error. Release with delete.
  IExecutionContext* createExecutionContext(
      ExecutionContextAllocationStrategy strategy = ExecutionContextAllocationStrategy::kSTATIC) noexcept {
    return mImpl->createExecutionContext(strategy);
  }

  //! Whether an input or output lies in device memory, or, for the values of shapes, in host memory.
  TensorLocation getTensorLocation(const char* tensorName) const noexcept {
    return mImpl->getTensorLocation(tensorName);
  }

  //! Whether an input's or output's values take part in the computation of shapes: such an input must be set
  //! before shapes can be inferred.
  bool isShapeInferenceIO(const char* tensorName) const noexcept {
    return mImpl->isShapeInferenceIO(tensorName);
  }

  //! Whether the tensor is an input or an output; kNONE when it is neither.
  TensorIOMode getTensorIOMode(const char* tensorName) const noexcept {
    return mImpl->getTensorIOMode(tensorName);
  }

  //! Name of the input whose memory the output `tensorName` shares and updates in place; null when it shares
  //! none.
  TRT_NODISCARD const char* getAliasedInputTensor(const char* tensorName) const noexcept {
    return mImpl->getAliasedInputTensor(tensorName);
  }

  //! Makes a context with the strategy kUSER_MANAGED.
  TRT_DEPRECATED_BECAUSE("use createExecutionContext(kUSER_MANAGED)")
  IExecutionContext* createExecutionContextWithoutDeviceMemory() noexcept {
    return mImpl->createExecutionContextWithoutDeviceMemory();
  }

  //! Makes a context with the given options; null on error. Release with delete.
  IExecutionContext* createExecutionContext(IRuntimeConfig* runtimeConfig) noexcept {
    return mImpl->createExecutionContextWithRuntimeConfig(runtimeConfig);
  }

  //! Makes options for createExecutionContext(); null on error. Release with delete.
  IRuntimeConfig* createRuntimeConfig() noexcept { return mImpl->createRuntimeConfig(); }

  //! getDeviceMemorySizeV2().
  TRT_DEPRECATED_BECAUSE("use getDeviceMemorySizeV2") size_t getDeviceMemorySize() const noexcept {
    return mImpl->getDeviceMemorySize();
  }

  //! getDeviceMemorySizeForProfileV2().
  TRT_DEPRECATED_BECAUSE("use getDeviceMemorySizeForProfileV2")
  size_t getDeviceMemorySizeForProfile(int32_t profileIndex) const noexcept {
    return mImpl->getDeviceMemorySizeForProfile(profileIndex);
  }

  //! Bytes of device memory that a context needs, enough for every profile.
  int64_t getDeviceMemorySizeV2() const noexcept { return mImpl->getDeviceMemorySizeV2(); }

  //! Bytes of device memory that a context needs for one profile; 0 when there is no such profile.
  int64_t getDeviceMemorySizeForProfileV2(int32_t profileIndex) const noexcept {
    return mImpl->getDeviceMemorySizeForProfileV2(profileIndex);
  }

  //! Whether weights can be exchanged with IRefitter.
  bool isRefittable() const noexcept { return mImpl->isRefittable(); }

  //! Bytes of one component of a packed format in profile 0; -1 when the format is not packed.
  int32_t getTensorBytesPerComponent(const char* tensorName) const noexcept {
    return mImpl->getTensorBytesPerComponent(tensorName);
  }

  //! Bytes of one component of a packed format; -1 when the format is not packed.
  int32_t getTensorBytesPerComponent(const char* tensorName, int32_t profileIndex) const noexcept {
    return mImpl->getTensorBytesPerComponentV2(tensorName, profileIndex);
  }

  //! Components that are packed together in profile 0; -1 when the format is not packed.
  int32_t getTensorComponentsPerElement(const char* tensorName) const noexcept {
    return mImpl->getTensorComponentsPerElement(tensorName);
  }

  //! Components that are packed together; -1 when the format is not packed.
  int32_t getTensorComponentsPerElement(const char* tensorName, int32_t profileIndex) const noexcept {
    return mImpl->getTensorComponentsPerElementV2(tensorName, profileIndex);
  }

  //! Layout of an input or output in profile 0.
  TensorFormat getTensorFormat(const char* tensorName) const noexcept {
    return mImpl->getTensorFormat(tensorName);
  }

  //! Layout of an input or output.
  TensorFormat getTensorFormat(const char* tensorName, int32_t profileIndex) const noexcept {
    return mImpl->getTensorFormatV2(tensorName, profileIndex);
  }

  //! Layout of an input or output in profile 0, in words; "" on error.
  const char* getTensorFormatDesc(const char* tensorName) const noexcept {
    return mImpl->getTensorFormatDesc(tensorName);
  }

  //! Layout of an input or output, in words; "" on error.
  const char* getTensorFormatDesc(const char* tensorName, int32_t profileIndex) const noexcept {
    return mImpl->getTensorFormatDescV2(tensorName, profileIndex);
  }

  //! Dimension along which components are packed in profile 0; -1 for none.
  int32_t getTensorVectorizedDim(const char* tensorName) const noexcept {
    return mImpl->getTensorVectorizedDim(tensorName);
  }

  //! Dimension along which components are packed; -1 for none.
  int32_t getTensorVectorizedDim(const char* tensorName, int32_t profileIndex) const noexcept {
    return mImpl->getTensorVectorizedDimV2(tensorName, profileIndex);
  }

  //! Name of the network the engine was built from, "" when it had none.
  const char* getName() const noexcept { return mImpl->getName(); }

  //! Number of optimization profiles, at least 1.
  int32_t getNbOptimizationProfiles() const noexcept { return mImpl->getNbOptimizationProfiles(); }

  //! Least, best or greatest dimensions of an input in a profile; rank -1 on error.
  Dims getProfileShape(const char* tensorName, int32_t profileIndex,
                       OptProfileSelector select) const noexcept {
    return mImpl->getProfileShape(tensorName, profileIndex, select);
  }

  //! As getProfileTensorValuesV2(), for 32-bit integers.
  TRT_DEPRECATED_BECAUSE("use getProfileTensorValuesV2")
  const int32_t* getProfileTensorValues(const char* tensorName, int32_t profileIndex,
                                        OptProfileSelector select) const noexcept {
    return mImpl->getProfileTensorValues(tensorName, profileIndex, select);
  }

  //! The capability that the engine was built for.
  EngineCapability getEngineCapability() const noexcept { return mImpl->getEngineCapability(); }

  //! Sends errors to `recorder`, whose references are counted; null sends them to the logger only.
  void setErrorRecorder(IErrorRecorder* recorder) noexcept { mImpl->setErrorRecorder(recorder); }

  //! What setErrorRecorder() set; null by default.
  IErrorRecorder* getErrorRecorder() const noexcept { return mImpl->getErrorRecorder(); }

  //! Always false.
  TRT_DEPRECATED_BECAUSE("there is no implicit batch") bool hasImplicitBatchDimension() const noexcept {
    return mImpl->hasImplicitBatchDimension();
  }

  //! The tactic sources that the builder was allowed to use, as bits 1 << TacticSource.
  TacticSources getTacticSources() const noexcept { return mImpl->getTacticSources(); }

  //! How much the engine tells about its layers.
  ProfilingVerbosity getProfilingVerbosity() const noexcept { return mImpl->getProfilingVerbosity(); }

  //! Makes an inspector of this engine; null on error. Release with delete.
  IEngineInspector* createEngineInspector() const noexcept { return mImpl->createEngineInspector(); }

  //! Number of inputs and outputs.
  int32_t getNbIOTensors() const noexcept { return mImpl->getNbIOTensors(); }

  //! Name of input or output `index`, inputs first; null when out of range.
  const char* getIOTensorName(int32_t index) const noexcept { return mImpl->getIOTensorName(index); }

  //! The compatibility that the engine was built for.
  HardwareCompatibilityLevel getHardwareCompatibilityLevel() const noexcept {
    return mImpl->getHardwareCompatibilityLevel();
  }

  //! Number of streams that the engine uses besides the one given to enqueueV3().
  int32_t getNbAuxStreams() const noexcept { return mImpl->getNbAuxStreams(); }

  //! Makes options for serializeWithConfig(); null on error. Release with delete.
  ISerializationConfig* createSerializationConfig() noexcept { return mImpl->createSerializationConfig(); }

  //! The engine as a plan, with options; null on error. Release with delete.
  IHostMemory* serializeWithConfig(ISerializationConfig& config) const noexcept {
    return mImpl->serializeWithConfig(config);
  }

  //! As setWeightStreamingBudgetV2(), with -1 for no streaming and 0 for the automatic budget.
  TRT_DEPRECATED_BECAUSE("use setWeightStreamingBudgetV2")
  bool setWeightStreamingBudget(int64_t gpuMemoryBudget) noexcept {
    return mImpl->setWeightStreamingBudget(gpuMemoryBudget);
  }

  //! What setWeightStreamingBudget() set.
  TRT_DEPRECATED_BECAUSE("use getWeightStreamingBudgetV2") int64_t getWeightStreamingBudget() const noexcept {
    return mImpl->getWeightStreamingBudget();
  }

  //! The least device memory with which the engine can stream weights: 0.
  TRT_DEPRECATED_BECAUSE("it is 0") int64_t getMinimumWeightStreamingBudget() const noexcept {
    return mImpl->getMinimumWeightStreamingBudget();
  }

  //! Bytes of the weights that can stay in host memory and be streamed; 0 when the engine was built without
  //! BuilderFlag::kWEIGHT_STREAMING.
  int64_t getStreamableWeightsSize() const noexcept { return mImpl->getStreamableWeightsSize(); }

  //! Limits the device memory for streamable weights, in bytes; contexts made from now on stream the rest.
  //! False when the engine cannot stream or contexts exist.
  bool setWeightStreamingBudgetV2(int64_t gpuMemoryBudget) noexcept {
    return mImpl->setWeightStreamingBudgetV2(gpuMemoryBudget);
  }

  //! The budget in bytes; all streamable weights by default.
  int64_t getWeightStreamingBudgetV2() const noexcept { return mImpl->getWeightStreamingBudgetV2(); }

  //! A budget that fits the device's free memory, in bytes.
  int64_t getWeightStreamingAutomaticBudget() const noexcept {
    return mImpl->getWeightStreamingAutomaticBudget();
  }

  //! Extra bytes that a context needs under the present budget.
  int64_t getWeightStreamingScratchMemorySize() const noexcept {
    return mImpl->getWeightStreamingScratchMemorySize();
  }

  //! Whether a tensor was marked as a debug tensor.
  bool isDebugTensor(const char* name) const noexcept { return mImpl->isDebugTensor(name); }

  //! Least, best or greatest values of a shape-tensor input in a profile; null when it is none. The values
  //! live as long as the engine.
  const int64_t* getProfileTensorValuesV2(const char* tensorName, int32_t profileIndex,
                                          OptProfileSelector select) const noexcept {
    return mImpl->getProfileTensorValuesV2(tensorName, profileIndex, select);
  }

  //! A number about the engine; -1 when it is unknown.
  int64_t getEngineStat(EngineStat stat) const noexcept { return mImpl->getEngineStat(stat); }

  virtual ~ICudaEngine() noexcept = default;

  // What versions 7 and 8 had.
#include "../legacy/destroy.inc"
#include "../legacy/engine.inc"
 protected:
  apiv::VCudaEngine* mImpl{nullptr};
};

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_RUNTIME_ENGINE_H_
