// IRefitter: takes weights by name or by layer and role, and builds the engine's plan again with them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/refit_origin.h"
#include "api/runtime/engine.h"

namespace tenfold {

class Refitter final : public nv::IRefitter, public nv::apiv::VRefitter {
 public:
  // Throws Error where the engine is not refittable.
  Refitter(Engine& engine, nv::ILogger& logger);

  nv::IRefitter* getPImpl() noexcept override { return this; }
  bool setWeights(const char* layer, nv::WeightsRole role, const nv::Weights weights) noexcept override;
  bool setNamedWeights(const char* name, nv::Weights weights) noexcept override {
    return setNamedWeightsWithLocation(name, weights, nv::TensorLocation::kHOST);
  }
  bool setNamedWeightsWithLocation(const char* name, nv::Weights weights,
                                   nv::TensorLocation location) noexcept override;
  nv::Weights getNamedWeights(const char* name) const noexcept override;
  nv::TensorLocation getWeightsLocation(const char* name) const noexcept override;
  bool unsetNamedWeights(const char* name) noexcept override;
  nv::Weights getWeightsPrototype(const char* name) const noexcept override;

  // The plan has all weights that nobody exchanges: nothing is ever missing.
  int32_t getMissing(int32_t, const char**, nv::WeightsRole*) noexcept override { return 0; }
  int32_t getMissingWeights(int32_t, const char**) noexcept override { return 0; }
  int32_t getAll(int32_t size, const char** layers, nv::WeightsRole* roles) noexcept override;
  int32_t getAllWeights(int32_t size, const char** names) noexcept override;

  bool refitCudaEngine() noexcept override;
  // Work that is already on the stream is waited for; the engine is refitted when this returns.
  bool refitCudaEngineAsync(cudaStream_t stream) noexcept override;

  // There are no ranges without calibration.
  bool setDynamicRange(const char* tensor, float min, float max) noexcept override;
  float getDynamicRangeMin(const char* tensor) const noexcept override;
  float getDynamicRangeMax(const char* tensor) const noexcept override;
  int32_t getTensorsWithDynamicRange(int32_t, const char**) const noexcept override { return 0; }

  void setErrorRecorder(nv::IErrorRecorder* recorder) noexcept override { reporter_.setRecorder(recorder); }
  nv::IErrorRecorder* getErrorRecorder() const noexcept override { return reporter_.recorder(); }
  nv::ILogger* getLogger() const noexcept override { return reporter_.logger(); }
  bool setMaxThreads(int32_t threads) noexcept override;
  int32_t getMaxThreads() const noexcept override { return threads_; }
  void setWeightsValidation(bool validation) noexcept override { validation_ = validation; }
  bool getWeightsValidation() const noexcept override { return validation_; }

 private:
  struct Given {
    nv::Weights weights;
    nv::TensorLocation location;
  };
  // Throws Error where there are none of that name.
  const RefittableWeights& named(const char* name) const;
  void give(const RefittableWeights& which, const nv::Weights& weights, nv::TensorLocation location);
  Tensor tensorOf(int value, const Given& given) const;

  Engine& engine_;
  Reporter reporter_;
  RefitOrigin origin_;
  std::map<int, Given> given_;  // by value id
  int32_t threads_ = 1;
  bool validation_ = true;
};

}  // namespace tenfold
