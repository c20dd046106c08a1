// SPDX-License-Identifier: Apache-2.0
// The ranges of input shapes and shape values that an engine is built for.
#ifndef TENFOLD_RUNTIME_OPTIMIZATION_PROFILE_H_
#define TENFOLD_RUNTIME_OPTIMIZATION_PROFILE_H_

#include "../abi/runtime.h"
#include "weights.h"

namespace nvinfer1 {

enum class OptProfileSelector : int32_t {
  kMIN = 0,
  kOPT = 1,
  kMAX = 2,
};

template <>
constexpr inline int32_t EnumMax<OptProfileSelector>() noexcept {
  return 3;
}

class IOptimizationProfile : public INoCopy {
 public:
  bool setDimensions(const char* inputName, OptProfileSelector select, const Dims& dims) noexcept {
    return mImpl->setDimensions(inputName, select, dims);
  }

  Dims getDimensions(const char* inputName, OptProfileSelector select) const noexcept {
    return mImpl->getDimensions(inputName, select);
  }

  TRT_DEPRECATED bool setShapeValues(const char* inputName, OptProfileSelector select, const int32_t* values,
                                     int32_t nbValues) noexcept {
    return mImpl->setShapeValues(inputName, select, values, nbValues);
  }

  int32_t getNbShapeValues(const char* inputName) const noexcept {
    return mImpl->getNbShapeValues(inputName);
  }

  TRT_DEPRECATED const int32_t* getShapeValues(const char* inputName,
                                               OptProfileSelector select) const noexcept {
    return mImpl->getShapeValues(inputName, select);
  }

  bool setExtraMemoryTarget(float target) noexcept { return mImpl->setExtraMemoryTarget(target); }

  float getExtraMemoryTarget() const noexcept { return mImpl->getExtraMemoryTarget(); }

  bool isValid() const noexcept { return mImpl->isValid(); }

  bool setShapeValuesV2(const char* inputName, OptProfileSelector select, const int64_t* values,
                        int32_t nbValues) noexcept {
    return mImpl->setShapeValuesV2(inputName, select, values, nbValues);
  }

  const int64_t* getShapeValuesV2(const char* inputName, OptProfileSelector select) const noexcept {
    return mImpl->getShapeValuesV2(inputName, select);
  }

 protected:
  virtual ~IOptimizationProfile() noexcept = default;
  apiv::VOptimizationProfile* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_RUNTIME_OPTIMIZATION_PROFILE_H_
