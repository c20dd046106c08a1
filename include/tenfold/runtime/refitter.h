// SPDX-License-Identifier: Apache-2.0
// Exchanging the weights of a built engine.
#ifndef TENFOLD_RUNTIME_REFITTER_H_
#define TENFOLD_RUNTIME_REFITTER_H_

#include "../abi/runtime.h"
#include "engine.h"
#include "logger.h"

namespace nvinfer1 {

//! Exchanges the weights of an engine that was built refittable. Made by createInferRefitter(); release with
//! delete. No context of the engine may run while it is refitted.
class IRefitter : public INoCopy {
 public:
  //! Sets weights by layer and role. The values must stay valid until refitting. False when there are none of
  //! that name and role, or type or count differ.
  bool setWeights(const char* layerName, WeightsRole role, Weights weights) noexcept {
    return mImpl->setWeights(layerName, role, weights);
  }

  //! Puts the new weights into the engine and waits. False when weights that are needed are missing; see
  //! getMissing().
  bool refitCudaEngine() noexcept { return mImpl->refitCudaEngine(); }

  //! Number of weights that must be set before refitting, given those set so far. Up to `size` of them go to
  //! layerNames and roles, either of which may be null.
  int32_t getMissing(int32_t size, const char** layerNames, WeightsRole* roles) noexcept {
    return mImpl->getMissing(size, layerNames, roles);
  }

  //! Number of weights that can be set. Up to `size` of them go to layerNames and roles, either of which may
  //! be null.
  int32_t getAll(int32_t size, const char** layerNames, WeightsRole* roles) noexcept {
    return mImpl->getAll(size, layerNames, roles);
  }

  //! Sets the range of an 8-bit tensor. False: there are no ranges without calibration.
  TRT_DEPRECATED_BECAUSE("use quantization layers")
  bool setDynamicRange(const char* tensorName, float min, float max) noexcept {
    return mImpl->setDynamicRange(tensorName, min, max);
  }

  //! Lower end of an 8-bit tensor's range; NaN when it has none.
  TRT_DEPRECATED_BECAUSE("use quantization layers")
  float getDynamicRangeMin(const char* tensorName) const noexcept {
    return mImpl->getDynamicRangeMin(tensorName);
  }

  //! Upper end of an 8-bit tensor's range; NaN when it has none.
  TRT_DEPRECATED_BECAUSE("use quantization layers")
  float getDynamicRangeMax(const char* tensorName) const noexcept {
    return mImpl->getDynamicRangeMax(tensorName);
  }

  //! Number of tensors with a range; up to `size` names go to tensorNames.
  TRT_DEPRECATED_BECAUSE("use quantization layers")
  int32_t getTensorsWithDynamicRange(int32_t size, const char** tensorNames) const noexcept {
    return mImpl->getTensorsWithDynamicRange(size, tensorNames);
  }

  //! Sends errors to `recorder`, whose references are counted; null sends them to the logger only.
  void setErrorRecorder(IErrorRecorder* recorder) noexcept { mImpl->setErrorRecorder(recorder); }

  //! What setErrorRecorder() set; by default the engine's.
  IErrorRecorder* getErrorRecorder() const noexcept { return mImpl->getErrorRecorder(); }

  //! Sets weights by name, from host memory that must stay valid until refitting. False when there are none
  //! of that name, or type or count differ.
  bool setNamedWeights(const char* name, Weights weights) noexcept {
    return mImpl->setNamedWeights(name, weights);
  }

  //! Number of named weights that must be set before refitting; up to `size` names go to weightsNames, which
  //! may be null.
  int32_t getMissingWeights(int32_t size, const char** weightsNames) noexcept {
    return mImpl->getMissingWeights(size, weightsNames);
  }

  //! Number of named weights that can be set; up to `size` names go to weightsNames, which may be null.
  int32_t getAllWeights(int32_t size, const char** weightsNames) noexcept {
    return mImpl->getAllWeights(size, weightsNames);
  }

  //! The logger the refitter was made with.
  ILogger* getLogger() const noexcept { return mImpl->getLogger(); }

  //! Sets how many threads may work; 1 by default. False when less than 1.
  bool setMaxThreads(int32_t maxThreads) noexcept { return mImpl->setMaxThreads(maxThreads); }

  //! What setMaxThreads() set; 1 by default.
  int32_t getMaxThreads() const noexcept { return mImpl->getMaxThreads(); }

  //! Sets weights by name, from memory at `location` that must stay valid until refitting. False on error.
  bool setNamedWeights(const char* name, Weights weights, TensorLocation location) noexcept {
    return mImpl->setNamedWeightsWithLocation(name, weights, location);
  }

  //! The weights set under a name; empty when none were.
  Weights getNamedWeights(const char* weightsName) const noexcept {
    return mImpl->getNamedWeights(weightsName);
  }

  //! Where the weights set under a name lie; kHOST when none were.
  TensorLocation getWeightsLocation(const char* weightsName) const noexcept {
    return mImpl->getWeightsLocation(weightsName);
  }

  //! Forgets the weights set under a name; false when none were.
  bool unsetNamedWeights(const char* weightsName) noexcept { return mImpl->unsetNamedWeights(weightsName); }

  //! Says whether new weights are checked to be as valid as the old ones; true by default.
  void setWeightsValidation(bool weightsValidation) noexcept {
    mImpl->setWeightsValidation(weightsValidation);
  }

  //! What setWeightsValidation() set; true by default.
  bool getWeightsValidation() const noexcept { return mImpl->getWeightsValidation(); }

  //! As refitCudaEngine(), in order with `stream` and without waiting.
  bool refitCudaEngineAsync(cudaStream_t stream) noexcept { return mImpl->refitCudaEngineAsync(stream); }

  //! Type and count of named weights, with null values; count -1 when there are none of that name.
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
