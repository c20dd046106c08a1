// SPDX-License-Identifier: Apache-2.0
// Resampling of images.
#ifndef TENFOLD_NETWORK_RESIZE_H_
#define TENFOLD_NETWORK_RESIZE_H_

#include "../abi/shape.h"
#include "shape.h"

namespace nvinfer1 {

//! How values between elements are computed.
enum class InterpolationMode : int32_t {
  kNEAREST = 0,  //!< the nearest element
  kLINEAR = 1,   //!< linear in each dimension
  kCUBIC = 2,    //!< cubic in each dimension
};

template <>
struct impl::EnumMaxImpl<InterpolationMode> {
  static constexpr int32_t kVALUE = 3;
};

//! Which place of the input belongs to a place of the output, along an axis with scale = output size / input
//! size.
enum class ResizeCoordinateTransformation : int32_t {
  kALIGN_CORNERS = 0,  //!< x * (input size - 1) / (output size - 1)
  kASYMMETRIC = 1,     //!< x / scale
  kHALF_PIXEL = 2,     //!< (x + 0.5) / scale - 0.5
};

template <>
struct impl::EnumMaxImpl<ResizeCoordinateTransformation> {
  static constexpr int32_t kVALUE = 3;
};

//! Which place of the input is read when the output has extent 1.
enum class ResizeSelector : int32_t {
  kFORMULA = 0,  //!< that of the coordinate transformation
  kUPPER = 1,    //!< the first
};

template <>
struct impl::EnumMaxImpl<ResizeSelector> {
  static constexpr int32_t kVALUE = 2;
};

//! How places are rounded for kNEAREST.
enum class ResizeRoundMode : int32_t {
  kHALF_UP = 0,    //!< to nearest, halves up
  kHALF_DOWN = 1,  //!< to nearest, halves down
  kFLOOR = 2,      //!< down
  kCEIL = 3,       //!< up
};

template <>
struct impl::EnumMaxImpl<ResizeRoundMode> {
  static constexpr int32_t kVALUE = 4;
};

//! Resamples a tensor to other extents, given by dimensions, scales or a tensor.
class IResizeLayer : public ILayer {
 public:
  //! Input 0 is the data; input 1, a vector of integers, replaces the output dimensions.
  using ILayer::setInput;

  //! Sets the extents of the output, as many as the input has.
  void setOutputDimensions(const Dims& dimensions) noexcept { mImpl->setOutputDimensions(dimensions); }

  //! What setOutputDimensions() set; rank -1 when nothing was.
  Dims getOutputDimensions() const noexcept { return mImpl->getOutputDimensions(); }

  //! Sets output size / input size of each dimension, instead of dimensions; the size is rounded down.
  void setScales(const float* scales, int32_t nbScales) noexcept { mImpl->setScales(scales, nbScales); }

  //! Writes up to `size` scales; returns their number, -1 when none were set.
  int32_t getScales(int32_t size, float* scales) const noexcept { return mImpl->getScales(size, scales); }

  //! Sets how values are computed; kNEAREST by default.
  void setResizeMode(InterpolationMode interpolationMode) noexcept {
    mImpl->setResizeMode(interpolationMode);
  }

  //! What setResizeMode() set; kNEAREST by default.
  InterpolationMode getResizeMode() const noexcept { return mImpl->getResizeMode(); }

  //! Sets which places belong together; kASYMMETRIC by default.
  void setCoordinateTransformation(ResizeCoordinateTransformation coordTransform) noexcept {
    mImpl->setCoordinateTransformation(coordTransform);
  }

  //! What setCoordinateTransformation() set; kASYMMETRIC by default.
  ResizeCoordinateTransformation getCoordinateTransformation() const noexcept {
    return mImpl->getCoordinateTransformation();
  }

  //! Sets which place is read when the output has extent 1; kFORMULA by default.
  void setSelectorForSinglePixel(ResizeSelector selector) noexcept {
    mImpl->setSelectorForSinglePixel(selector);
  }

  //! What setSelectorForSinglePixel() set; kFORMULA by default.
  ResizeSelector getSelectorForSinglePixel() const noexcept { return mImpl->getSelectorForSinglePixel(); }

  //! Sets how places are rounded for kNEAREST; kFLOOR by default.
  void setNearestRounding(ResizeRoundMode value) noexcept { mImpl->setNearestRounding(value); }

  //! What setNearestRounding() set; kFLOOR by default.
  ResizeRoundMode getNearestRounding() const noexcept { return mImpl->getNearestRounding(); }

  //! Sets the coefficient of cubic interpolation; -0.75 by default.
  void setCubicCoeff(float A) noexcept { mImpl->setCubicCoeff(A); }

  //! What setCubicCoeff() set; -0.75 by default.
  float getCubicCoeff() const noexcept { return mImpl->getCubicCoeff(); }

  //! Says whether weights of elements outside are 0 and the others add up to 1; false by default.
  void setExcludeOutside(bool excludeFlag) noexcept { mImpl->setExcludeOutside(excludeFlag); }

  //! What setExcludeOutside() set; false by default.
  bool getExcludeOutside() const noexcept { return mImpl->getExcludeOutside(); }

  // What versions 7 and 8 had.
#include "../legacy/resize.inc"
 protected:
  virtual ~IResizeLayer() noexcept = default;
  apiv::VResizeLayer* mImpl{nullptr};
};

//! Reads input 0, [N, C, H, W], at the places in input 1, [N, Hout, Wout, 2], whose (x, y) run from -1 to 1.
class IGridSampleLayer : public ILayer {
 public:
  //! Sets how values are computed; kLINEAR by default.
  void setInterpolationMode(InterpolationMode mode) noexcept { mImpl->setInterpolationMode(mode); }

  //! What setInterpolationMode() set; kLINEAR by default.
  InterpolationMode getInterpolationMode() const noexcept { return mImpl->getInterpolationMode(); }

  //! Says whether -1 and 1 are the centres of the corner elements, instead of their edges; false by default.
  void setAlignCorners(bool alignCorners) noexcept { mImpl->setAlignCorners(alignCorners); }

  //! What setAlignCorners() set; false by default.
  bool getAlignCorners() const noexcept { return mImpl->getAlignCorners(); }

  //! Sets what is read outside: kFILL, kCLAMP or kREFLECT; kFILL by default. False for others.
  bool setSampleMode(SampleMode mode) noexcept { return mImpl->setSampleMode(mode); }

  //! What setSampleMode() set; kFILL by default.
  SampleMode getSampleMode() const noexcept { return mImpl->getSampleMode(); }

 protected:
  virtual ~IGridSampleLayer() noexcept = default;
  apiv::VGridSampleLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_RESIZE_H_
