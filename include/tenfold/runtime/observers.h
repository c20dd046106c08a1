// SPDX-License-Identifier: Apache-2.0
// Observers of a running engine: per-layer times, debug tensors, and the inspector that describes
// its layers.
#ifndef TENFOLD_RUNTIME_OBSERVERS_H_
#define TENFOLD_RUNTIME_OBSERVERS_H_

#include "../abi/engine.h"
#include "weights.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

namespace v_1_0 {

class IProfiler {
 public:
  virtual void reportLayerTime(const char* layerName, float ms) noexcept = 0;

  virtual ~IProfiler() noexcept {}
};

class IDebugListener : public IVersionedInterface {
 public:
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IDebugListener", 1, 0}; }

  virtual bool processDebugTensor(const void* addr, TensorLocation location, DataType type, const Dims& shape,
                                  const char* name, cudaStream_t stream) = 0;

  ~IDebugListener() override = default;
};

}  // namespace v_1_0

enum class ProfilingVerbosity : int32_t {
  kLAYER_NAMES_ONLY = 0,
  kNONE = 1,
  kDETAILED = 2,

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

enum class LayerInformationFormat : int32_t {
  kONELINE = 0,
  kJSON = 1,
};

template <>
constexpr inline int32_t EnumMax<LayerInformationFormat>() noexcept {
  return 2;
}

class IEngineInspector : public INoCopy {
 public:
  bool setExecutionContext(const IExecutionContext* context) noexcept {
    return mImpl->setExecutionContext(context);
  }

  const IExecutionContext* getExecutionContext() const noexcept { return mImpl->getExecutionContext(); }

  const char* getLayerInformation(int32_t layerIndex, LayerInformationFormat format) const noexcept {
    return mImpl->getLayerInformation(layerIndex, format);
  }

  const char* getEngineInformation(LayerInformationFormat format) const noexcept {
    return mImpl->getEngineInformation(format);
  }

  void setErrorRecorder(IErrorRecorder* recorder) noexcept { mImpl->setErrorRecorder(recorder); }

  IErrorRecorder* getErrorRecorder() const noexcept { return mImpl->getErrorRecorder(); }

  virtual ~IEngineInspector() noexcept = default;

 protected:
  apiv::VEngineInspector* mImpl{nullptr};
};

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_RUNTIME_OBSERVERS_H_
