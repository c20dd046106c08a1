// SPDX-License-Identifier: Apache-2.0
// Observers of a running engine: per-layer times, debug tensors, and the inspector that describes its layers.
#ifndef TENFOLD_RUNTIME_OBSERVERS_H_
#define TENFOLD_RUNTIME_OBSERVERS_H_

#include "../abi/engine.h"
#include "weights.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

namespace v_1_0 {

//! Receives the time of each layer. Given to IExecutionContext::setProfiler().
class IProfiler {
 public:
  //! A layer took `ms` milliseconds. Called once per layer and execution, in order of execution.
  virtual void reportLayerTime(const char* layerName, float ms) noexcept = 0;

  virtual ~IProfiler() noexcept {}
};

//! Receives the values of debug tensors while an engine runs. Given to IExecutionContext::setDebugListener().
class IDebugListener : public IVersionedInterface {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IDebugListener", 1, 0}; }

  //! A tensor marked with INetworkDefinition::markDebug() has been computed. `addr` is valid during the call;
  //! read it in order with `stream`. False when the values could not be processed.
  virtual bool processDebugTensor(const void* addr, TensorLocation location, DataType type, const Dims& shape,
                                  const char* name, cudaStream_t stream) = 0;

  ~IDebugListener() override = default;
};

}  // namespace v_1_0

//! How much an engine tells about its layers.
enum class ProfilingVerbosity : int32_t {
  kLAYER_NAMES_ONLY = 0,  //!< names of layers; the default
  kNONE = 1,              //!< nothing
  kDETAILED = 2,          //!< names, shapes, formats, tactics

#ifndef TENFOLD_NO_LEGACY_API
  // Names of versions 7 and 8.
  kDEFAULT TRT_DEPRECATED_ENUM = kLAYER_NAMES_ONLY,
  kVERBOSE TRT_DEPRECATED_ENUM = kDETAILED,
#endif
};

template <>
constexpr inline int32_t EnumMax<ProfilingVerbosity>() noexcept {
  return 3;
}

//! Form of the inspector's text.
enum class LayerInformationFormat : int32_t {
  kONELINE = 0,  //!< one line of text for each layer
  kJSON = 1,     //!< JSON
};

template <>
constexpr inline int32_t EnumMax<LayerInformationFormat>() noexcept {
  return 2;
}

//! Describes the layers of an engine. Made by ICudaEngine::createEngineInspector(); release with delete.
class IEngineInspector : public INoCopy {
 public:
  //! Lets the inspector show the shapes of a context of the same engine; null shows dynamic ones as -1. False
  //! when the context belongs to another engine.
  bool setExecutionContext(const IExecutionContext* context) noexcept {
    return mImpl->setExecutionContext(context);
  }

  //! What setExecutionContext() set; null by default.
  const IExecutionContext* getExecutionContext() const noexcept { return mImpl->getExecutionContext(); }

  //! Describes layer `layerIndex`. The text is valid until the next call; null on error.
  const char* getLayerInformation(int32_t layerIndex, LayerInformationFormat format) const noexcept {
    return mImpl->getLayerInformation(layerIndex, format);
  }

  //! Describes the whole engine. The text is valid until the next call; null on error.
  const char* getEngineInformation(LayerInformationFormat format) const noexcept {
    return mImpl->getEngineInformation(format);
  }

  //! Sends errors to `recorder`, whose references are counted; null sends them to the logger only.
  void setErrorRecorder(IErrorRecorder* recorder) noexcept { mImpl->setErrorRecorder(recorder); }

  //! What setErrorRecorder() set; null by default.
  IErrorRecorder* getErrorRecorder() const noexcept { return mImpl->getErrorRecorder(); }

  virtual ~IEngineInspector() noexcept = default;

 protected:
  apiv::VEngineInspector* mImpl{nullptr};
};

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_RUNTIME_OBSERVERS_H_
