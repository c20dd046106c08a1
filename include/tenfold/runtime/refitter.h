// SPDX-License-Identifier: Apache-2.0
// Exchanging the weights of a built engine.
#ifndef TENFOLD_RUNTIME_REFITTER_H_
#define TENFOLD_RUNTIME_REFITTER_H_

#include "../abi/runtime.h"
#include "engine.h"
#include "logger.h"

namespace nvinfer1 {

class IRefitter : public INoCopy {
 public:
  bool setWeights(const char* layerName, WeightsRole role, Weights weights) noexcept {
    return mImpl->setWeights(layerName, role, weights);
  }

  bool refitCudaEngine() noexcept { return mImpl->refitCudaEngine(); }

  int32_t getMissing(int32_t size, const char** layerNames, WeightsRole* roles) noexcept {
    return mImpl->getMissing(size, layerNames, roles);
  }

  int32_t getAll(int32_t size, const char** layerNames, WeightsRole* roles) noexcept {
    return mImpl->getAll(size, layerNames, roles);
  }

  TRT_DEPRECATED bool setDynamicRange(const char* tensorName, float min, float max) noexcept {
    return mImpl->setDynamicRange(tensorName, min, max);
  }

  TRT_DEPRECATED float getDynamicRangeMin(const char* tensorName) const noexcept {
    return mImpl->getDynamicRangeMin(tensorName);
  }

  TRT_DEPRECATED float getDynamicRangeMax(const char* tensorName) const noexcept {
    return mImpl->getDynamicRangeMax(tensorName);
  }

  TRT_DEPRECATED int32_t getTensorsWithDynamicRange(int32_t size, const char** tensorNames) const noexcept {
    return mImpl->getTensorsWithDynamicRange(size, tensorNames);
  }

  void setErrorRecorder(IErrorRecorder* recorder) noexcept { mImpl->setErrorRecorder(recorder); }

  IErrorRecorder* getErrorRecorder() const noexcept { return mImpl->getErrorRecorder(); }

  bool setNamedWeights(const char* name, Weights weights) noexcept {
    return mImpl->setNamedWeights(name, weights);
  }

  int32_t getMissingWeights(int32_t size, const char** weightsNames) noexcept {
    return mImpl->getMissingWeights(size, weightsNames);
  }

  int32_t getAllWeights(int32_t size, const char** weightsNames) noexcept {
    return mImpl->getAllWeights(size, weightsNames);
  }

  ILogger* getLogger() const noexcept { return mImpl->getLogger(); }

  bool setMaxThreads(int32_t maxThreads) noexcept { return mImpl->setMaxThreads(maxThreads); }

  int32_t getMaxThreads() const noexcept { return mImpl->getMaxThreads(); }

  bool setNamedWeights(const char* name, Weights weights, TensorLocation location) noexcept {
    return mImpl->setNamedWeightsWithLocation(name, weights, location);
  }

  Weights getNamedWeights(const char* weightsName) const noexcept {
    return mImpl->getNamedWeights(weightsName);
  }

  TensorLocation getWeightsLocation(const char* weightsName) const noexcept {
    return mImpl->getWeightsLocation(weightsName);
  }

  bool unsetNamedWeights(const char* weightsName) noexcept { return mImpl->unsetNamedWeights(weightsName); }

  void setWeightsValidation(bool weightsValidation) noexcept {
    mImpl->setWeightsValidation(weightsValidation);
  }

  bool getWeightsValidation() const noexcept { return mImpl->getWeightsValidation(); }

  bool refitCudaEngineAsync(cudaStream_t stream) noexcept { return mImpl->refitCudaEngineAsync(stream); }

  Weights getWeightsPrototype(const char* weightsName) const noexcept {
    return mImpl->getWeightsPrototype(weightsName);
  }

  virtual ~IRefitter() noexcept = default;

  // What versions 7 and 8 had.
#include "../legacy/destroy.inc"
 protected:
  apiv::VRefitter* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_RUNTIME_REFITTER_H_
