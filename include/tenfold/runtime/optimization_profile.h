// SPDX-License-Identifier: Apache-2.0
// The ranges of input shapes and shape values that an engine is built for.
#ifndef TENFOLD_RUNTIME_OPTIMIZATION_PROFILE_H_
#define TENFOLD_RUNTIME_OPTIMIZATION_PROFILE_H_

#include "../abi/runtime.h"
#include "weights.h"

namespace nvinfer1 {

//! Which of a profile's three values is meant.
enum class OptProfileSelector : int32_t {
  kMIN = 0,  //!< the least that must work
  kOPT = 1,  //!< what the engine is tuned for
  kMAX = 2,  //!< the greatest that must work
};

template <>
constexpr inline int32_t EnumMax<OptProfileSelector>() noexcept {
  return 3;
}

//! The ranges of dynamic dimensions and shape values that an engine is built for. Made by
//! IBuilder::createOptimizationProfile(), owned by the builder.
class IOptimizationProfile : public INoCopy {
 public:
  //! Sets the least, best or greatest dimensions of an input. They must agree with the static ones of the
  //! network. False when name or dimensions are invalid.
  bool setDimensions(const char* inputName, OptProfileSelector select, const Dims& dims) noexcept {
    return mImpl->setDimensions(inputName, select, dims);
  }

  //! What setDimensions() set; rank -1 when nothing was.
  Dims getDimensions(const char* inputName, OptProfileSelector select) const noexcept {
    return mImpl->getDimensions(inputName, select);
  }

  //! Sets the least, best or greatest values of a shape-tensor input of 32-bit integers. False on error.
  TRT_DEPRECATED_BECAUSE("use setShapeValuesV2")
  bool setShapeValues(const char* inputName, OptProfileSelector select, const int32_t* values,
                      int32_t nbValues) noexcept {
    return mImpl->setShapeValues(inputName, select, values, nbValues);
  }

  //! Number of values set for a shape-tensor input; -1 when none were.
  int32_t getNbShapeValues(const char* inputName) const noexcept {
    return mImpl->getNbShapeValues(inputName);
  }

  //! What setShapeValues() set; null when nothing was.
  TRT_DEPRECATED_BECAUSE("use getShapeValuesV2")
  const int32_t* getShapeValues(const char* inputName, OptProfileSelector select) const noexcept {
    return mImpl->getShapeValues(inputName, select);
  }

  //! Sets how much more memory this profile may take, 0 to 1 times that of the largest other; 1 by default.
  //! False when out of range.
  bool setExtraMemoryTarget(float target) noexcept { return mImpl->setExtraMemoryTarget(target); }

  //! What setExtraMemoryTarget() set; 1 by default.
  float getExtraMemoryTarget() const noexcept { return mImpl->getExtraMemoryTarget(); }

  //! Whether for every input that has values kMIN <= kOPT <= kMAX holds and all three are set.
  bool isValid() const noexcept { return mImpl->isValid(); }

  //! Sets the least, best or greatest values of a shape-tensor input. They are copied. False on error.
  bool setShapeValuesV2(const char* inputName, OptProfileSelector select, const int64_t* values,
                        int32_t nbValues) noexcept {
    return mImpl->setShapeValuesV2(inputName, select, values, nbValues);
  }

  //! What setShapeValuesV2() set; null when nothing was.
  const int64_t* getShapeValuesV2(const char* inputName, OptProfileSelector select) const noexcept {
    return mImpl->getShapeValuesV2(inputName, select);
  }

 protected:
  virtual ~IOptimizationProfile() noexcept = default;
  apiv::VOptimizationProfile* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_RUNTIME_OPTIMIZATION_PROFILE_H_
