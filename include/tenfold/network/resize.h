// SPDX-License-Identifier: Apache-2.0
// Resampling of images.
#ifndef TENFOLD_NETWORK_RESIZE_H_
#define TENFOLD_NETWORK_RESIZE_H_

#include "../abi/shape.h"
#include "shape.h"

namespace nvinfer1 {

enum class InterpolationMode : int32_t {
  kNEAREST = 0,
  kLINEAR = 1,
  kCUBIC = 2,
};

template <>
struct impl::EnumMaxImpl<InterpolationMode> {
  static constexpr int32_t kVALUE = 3;
};

enum class ResizeCoordinateTransformation : int32_t {
  kALIGN_CORNERS = 0,
  kASYMMETRIC = 1,
  kHALF_PIXEL = 2,
};

template <>
struct impl::EnumMaxImpl<ResizeCoordinateTransformation> {
  static constexpr int32_t kVALUE = 3;
};

enum class ResizeSelector : int32_t {
  kFORMULA = 0,
  kUPPER = 1,
};

template <>
struct impl::EnumMaxImpl<ResizeSelector> {
  static constexpr int32_t kVALUE = 2;
};

enum class ResizeRoundMode : int32_t {
  kHALF_UP = 0,
  kHALF_DOWN = 1,
  kFLOOR = 2,
  kCEIL = 3,
};

template <>
struct impl::EnumMaxImpl<ResizeRoundMode> {
  static constexpr int32_t kVALUE = 4;
};

class IResizeLayer : public ILayer {
 public:
  using ILayer::setInput;

  void setOutputDimensions(const Dims& dimensions) noexcept { mImpl->setOutputDimensions(dimensions); }

  Dims getOutputDimensions() const noexcept { return mImpl->getOutputDimensions(); }

  void setScales(const float* scales, int32_t nbScales) noexcept { mImpl->setScales(scales, nbScales); }

  int32_t getScales(int32_t size, float* scales) const noexcept { return mImpl->getScales(size, scales); }

  void setResizeMode(InterpolationMode interpolationMode) noexcept {
    mImpl->setResizeMode(interpolationMode);
  }

  InterpolationMode getResizeMode() const noexcept { return mImpl->getResizeMode(); }

  void setCoordinateTransformation(ResizeCoordinateTransformation coordTransform) noexcept {
    mImpl->setCoordinateTransformation(coordTransform);
  }

  ResizeCoordinateTransformation getCoordinateTransformation() const noexcept {
    return mImpl->getCoordinateTransformation();
  }

  void setSelectorForSinglePixel(ResizeSelector selector) noexcept {
    mImpl->setSelectorForSinglePixel(selector);
  }

  ResizeSelector getSelectorForSinglePixel() const noexcept { return mImpl->getSelectorForSinglePixel(); }

  void setNearestRounding(ResizeRoundMode value) noexcept { mImpl->setNearestRounding(value); }

  ResizeRoundMode getNearestRounding() const noexcept { return mImpl->getNearestRounding(); }

  void setCubicCoeff(float A) noexcept { mImpl->setCubicCoeff(A); }

  float getCubicCoeff() const noexcept { return mImpl->getCubicCoeff(); }

  void setExcludeOutside(bool excludeFlag) noexcept { mImpl->setExcludeOutside(excludeFlag); }

  bool getExcludeOutside() const noexcept { return mImpl->getExcludeOutside(); }

  // What versions 7 and 8 had.
#include "../legacy/resize.inc"
 protected:
  virtual ~IResizeLayer() noexcept = default;
  apiv::VResizeLayer* mImpl{nullptr};
};

class IGridSampleLayer : public ILayer {
 public:
  void setInterpolationMode(InterpolationMode mode) noexcept { mImpl->setInterpolationMode(mode); }

  InterpolationMode getInterpolationMode() const noexcept { return mImpl->getInterpolationMode(); }

  void setAlignCorners(bool alignCorners) noexcept { mImpl->setAlignCorners(alignCorners); }

  bool getAlignCorners() const noexcept { return mImpl->getAlignCorners(); }

  bool setSampleMode(SampleMode mode) noexcept { return mImpl->setSampleMode(mode); }

  SampleMode getSampleMode() const noexcept { return mImpl->getSampleMode(); }

 protected:
  virtual ~IGridSampleLayer() noexcept = default;
  apiv::VGridSampleLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_RESIZE_H_
