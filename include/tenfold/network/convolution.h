// SPDX-License-Identifier: Apache-2.0
// Convolution, deconvolution, pooling and padding.
#ifndef TENFOLD_NETWORK_CONVOLUTION_H_
#define TENFOLD_NETWORK_CONVOLUTION_H_

#include "../abi/convolution.h"
#include "layer.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

//! How the padding and the output size of a convolution or pooling follow from its parameters.
enum class PaddingMode : int32_t {
  kEXPLICIT_ROUND_DOWN = 0,  //!< pre- and post-padding as given, size rounded down
  kEXPLICIT_ROUND_UP = 1,    //!< pre- and post-padding as given, size rounded up
  kSAME_UPPER = 2,           //!< size = input / stride rounded up; the odd element is padded at the end
  kSAME_LOWER = 3,           //!< the same, padded at the start

#ifndef TENFOLD_NO_LEGACY_API
  // Names of versions 7 and 8.
  kCAFFE_ROUND_DOWN TRT_DEPRECATED_ENUM = kEXPLICIT_ROUND_DOWN,
  kCAFFE_ROUND_UP TRT_DEPRECATED_ENUM = kEXPLICIT_ROUND_UP,
#endif
};

template <>
struct impl::EnumMaxImpl<PaddingMode> {
  static constexpr int32_t kVALUE = 4;
};

//! Convolution over the last two or three dimensions: input [N, C, spatial...], output [N, K, spatial...].
//! Kernel and bias may also be tensors, as inputs 1 and 2. In each dimension the output size is (input +
//! padding - dilation * (kernel - 1) - 1) / stride + 1, rounded as the padding mode says.
class IConvolutionLayer : public ILayer {
 public:
  //! Input 0 is the data, 1 the kernel and 2 the bias; a tensor for 1 or 2 replaces the weights, which must
  //! be empty.
  using ILayer::setInput;

  //! Sets the number K of output channels.
  void setNbOutputMaps(int64_t nbOutputMaps) noexcept { mImpl->setNbOutputMaps(nbOutputMaps); }

  //! What setNbOutputMaps() set.
  int64_t getNbOutputMaps() const noexcept { return mImpl->getNbOutputMaps(); }

  //! Sets the number of groups G that channels fall into; divides C and K; 1 by default.
  void setNbGroups(int64_t nbGroups) noexcept { mImpl->setNbGroups(nbGroups); }

  //! What setNbGroups() set; 1 by default.
  int64_t getNbGroups() const noexcept { return mImpl->getNbGroups(); }

  //! Sets the kernel, [K, C / G, spatial...].
  void setKernelWeights(Weights weights) noexcept { mImpl->setKernelWeights(weights); }

  //! The kernel.
  Weights getKernelWeights() const noexcept { return mImpl->getKernelWeights(); }

  //! Sets the bias, [K]; empty for none.
  void setBiasWeights(Weights weights) noexcept { mImpl->setBiasWeights(weights); }

  //! The bias; empty when there is none.
  Weights getBiasWeights() const noexcept { return mImpl->getBiasWeights(); }

  //! Sets the zeros before each spatial dimension; none by default.
  void setPrePadding(const Dims& padding) noexcept { mImpl->setPrePadding(padding); }

  //! What setPrePadding() set; none by default.
  Dims getPrePadding() const noexcept { return mImpl->getPrePadding(); }

  //! Sets the zeros after each spatial dimension; none by default.
  void setPostPadding(const Dims& padding) noexcept { mImpl->setPostPadding(padding); }

  //! What setPostPadding() set; none by default.
  Dims getPostPadding() const noexcept { return mImpl->getPostPadding(); }

  //! Sets how padding and output size are computed; kEXPLICIT_ROUND_DOWN by default.
  void setPaddingMode(PaddingMode paddingMode) noexcept { mImpl->setPaddingMode(paddingMode); }

  //! What setPaddingMode() set; kEXPLICIT_ROUND_DOWN by default.
  PaddingMode getPaddingMode() const noexcept { return mImpl->getPaddingMode(); }

  //! Sets the extents of the kernel, 2 or 3 of them.
  void setKernelSizeNd(const Dims& kernelSize) noexcept { mImpl->setKernelSizeNd(kernelSize); }

  //! What setKernelSizeNd() set.
  Dims getKernelSizeNd() const noexcept { return mImpl->getKernelSizeNd(); }

  //! Sets the stride in each spatial dimension; 1 by default.
  void setStrideNd(const Dims& stride) noexcept { mImpl->setStrideNd(stride); }

  //! What setStrideNd() set; 1 by default.
  Dims getStrideNd() const noexcept { return mImpl->getStrideNd(); }

  //! Sets the zeros before and after each spatial dimension alike.
  void setPaddingNd(const Dims& padding) noexcept { mImpl->setPaddingNd(padding); }

  //! The zeros before and after each spatial dimension, where both are equal.
  Dims getPaddingNd() const noexcept { return mImpl->getPaddingNd(); }

  //! Sets the distance between kernel elements in each spatial dimension; 1 by default.
  void setDilationNd(const Dims& dilation) noexcept { mImpl->setDilationNd(dilation); }

  //! What setDilationNd() set; 1 by default.
  Dims getDilationNd() const noexcept { return mImpl->getDilationNd(); }

  // What versions 7 and 8 had.
#include "../legacy/convolution.inc"
 protected:
  virtual ~IConvolutionLayer() noexcept = default;
  apiv::VConvolutionLayer* mImpl{nullptr};
};

//! Transposed convolution over the last two or three dimensions: input [N, C, spatial...], output [N, K,
//! spatial...]. Kernel and bias may also be tensors, as inputs 1 and 2. In each dimension the output size is
//! (input - 1) * stride + dilation * (kernel - 1) + 1 - padding.
class IDeconvolutionLayer : public ILayer {
 public:
  //! Input 0 is the data, 1 the kernel and 2 the bias; a tensor for 1 or 2 replaces the weights, which must
  //! be empty.
  using ILayer::setInput;

  //! Sets the number K of output channels.
  void setNbOutputMaps(int64_t nbOutputMaps) noexcept { mImpl->setNbOutputMaps(nbOutputMaps); }

  //! What setNbOutputMaps() set.
  int64_t getNbOutputMaps() const noexcept { return mImpl->getNbOutputMaps(); }

  //! Sets the number of groups G that channels fall into; divides C and K; 1 by default.
  void setNbGroups(int64_t nbGroups) noexcept { mImpl->setNbGroups(nbGroups); }

  //! What setNbGroups() set; 1 by default.
  int64_t getNbGroups() const noexcept { return mImpl->getNbGroups(); }

  //! Sets the kernel, [C, K / G, spatial...].
  void setKernelWeights(Weights weights) noexcept { mImpl->setKernelWeights(weights); }

  //! The kernel.
  Weights getKernelWeights() const noexcept { return mImpl->getKernelWeights(); }

  //! Sets the bias, [K]; empty for none.
  void setBiasWeights(Weights weights) noexcept { mImpl->setBiasWeights(weights); }

  //! The bias; empty when there is none.
  Weights getBiasWeights() const noexcept { return mImpl->getBiasWeights(); }

  //! Sets how many elements are cut before each spatial dimension; none by default.
  void setPrePadding(const Dims& padding) noexcept { mImpl->setPrePadding(padding); }

  //! What setPrePadding() set; none by default.
  Dims getPrePadding() const noexcept { return mImpl->getPrePadding(); }

  //! Sets how many elements are cut after each spatial dimension; none by default.
  void setPostPadding(const Dims& padding) noexcept { mImpl->setPostPadding(padding); }

  //! What setPostPadding() set; none by default.
  Dims getPostPadding() const noexcept { return mImpl->getPostPadding(); }

  //! Sets how padding and output size are computed; kEXPLICIT_ROUND_DOWN by default.
  void setPaddingMode(PaddingMode paddingMode) noexcept { mImpl->setPaddingMode(paddingMode); }

  //! What setPaddingMode() set; kEXPLICIT_ROUND_DOWN by default.
  PaddingMode getPaddingMode() const noexcept { return mImpl->getPaddingMode(); }

  //! Sets the extents of the kernel, 2 or 3 of them.
  void setKernelSizeNd(const Dims& kernelSize) noexcept { mImpl->setKernelSizeNd(kernelSize); }

  //! What setKernelSizeNd() set.
  Dims getKernelSizeNd() const noexcept { return mImpl->getKernelSizeNd(); }

  //! Sets the stride in each spatial dimension; 1 by default.
  void setStrideNd(const Dims& stride) noexcept { mImpl->setStrideNd(stride); }

  //! What setStrideNd() set; 1 by default.
  Dims getStrideNd() const noexcept { return mImpl->getStrideNd(); }

  //! Sets how many elements are cut before and after each spatial dimension alike.
  void setPaddingNd(const Dims& padding) noexcept { mImpl->setPaddingNd(padding); }

  //! How many elements are cut before and after each spatial dimension, where both are equal.
  Dims getPaddingNd() const noexcept { return mImpl->getPaddingNd(); }

  //! Sets the distance between kernel elements in each spatial dimension; 1 by default.
  void setDilationNd(const Dims& dilation) noexcept { mImpl->setDilationNd(dilation); }

  //! What setDilationNd() set; 1 by default.
  Dims getDilationNd() const noexcept { return mImpl->getDilationNd(); }

  // What versions 7 and 8 had.
#include "../legacy/convolution.inc"
 protected:
  virtual ~IDeconvolutionLayer() noexcept = default;
  apiv::VDeconvolutionLayer* mImpl{nullptr};
};

//! What a pooling computes of each window.
enum class PoolingType : int32_t {
  kMAX = 0,                //!< the maximum
  kAVERAGE = 1,            //!< the average
  kMAX_AVERAGE_BLEND = 2,  //!< (1 - blend factor) * maximum + blend factor * average
};

template <>
struct impl::EnumMaxImpl<PoolingType> {
  static constexpr int32_t kVALUE = 3;
};

//! Pooling over the last two or three dimensions. Output sizes are computed as for IConvolutionLayer.
class IPoolingLayer : public ILayer {
 public:
  //! Sets what is computed of each window.
  void setPoolingType(PoolingType type) noexcept { mImpl->setPoolingType(type); }

  //! What setPoolingType() set.
  PoolingType getPoolingType() const noexcept { return mImpl->getPoolingType(); }

  //! Sets the share of the average in kMAX_AVERAGE_BLEND; 0 by default.
  void setBlendFactor(float blendFactor) noexcept { mImpl->setBlendFactor(blendFactor); }

  //! What setBlendFactor() set; 0 by default.
  float getBlendFactor() const noexcept { return mImpl->getBlendFactor(); }

  //! Says whether averages leave padding out of the count; true by default.
  void setAverageCountExcludesPadding(bool exclusive) noexcept {
    mImpl->setAverageCountExcludesPadding(exclusive);
  }

  //! What setAverageCountExcludesPadding() set; true by default.
  bool getAverageCountExcludesPadding() const noexcept { return mImpl->getAverageCountExcludesPadding(); }

  //! Sets the padding before each spatial dimension; none by default.
  void setPrePadding(const Dims& padding) noexcept { mImpl->setPrePadding(padding); }

  //! What setPrePadding() set; none by default.
  Dims getPrePadding() const noexcept { return mImpl->getPrePadding(); }

  //! Sets the padding after each spatial dimension; none by default.
  void setPostPadding(const Dims& padding) noexcept { mImpl->setPostPadding(padding); }

  //! What setPostPadding() set; none by default.
  Dims getPostPadding() const noexcept { return mImpl->getPostPadding(); }

  //! Sets how padding and output size are computed; kEXPLICIT_ROUND_DOWN by default.
  void setPaddingMode(PaddingMode paddingMode) noexcept { mImpl->setPaddingMode(paddingMode); }

  //! What setPaddingMode() set; kEXPLICIT_ROUND_DOWN by default.
  PaddingMode getPaddingMode() const noexcept { return mImpl->getPaddingMode(); }

  //! Sets the extents of the window, 2 or 3 of them.
  void setWindowSizeNd(const Dims& windowSize) noexcept { mImpl->setWindowSizeNd(windowSize); }

  //! What setWindowSizeNd() set.
  Dims getWindowSizeNd() const noexcept { return mImpl->getWindowSizeNd(); }

  //! Sets the stride in each spatial dimension; 1 by default.
  void setStrideNd(const Dims& stride) noexcept { mImpl->setStrideNd(stride); }

  //! What setStrideNd() set; 1 by default.
  Dims getStrideNd() const noexcept { return mImpl->getStrideNd(); }

  //! Sets the padding before and after each spatial dimension alike.
  void setPaddingNd(const Dims& padding) noexcept { mImpl->setPaddingNd(padding); }

  //! The padding before and after each spatial dimension, where both are equal.
  Dims getPaddingNd() const noexcept { return mImpl->getPaddingNd(); }

  // What versions 7 and 8 had.
#include "../legacy/pooling.inc"
 protected:
  virtual ~IPoolingLayer() noexcept = default;
  apiv::VPoolingLayer* mImpl{nullptr};
};

//! Zeros around the last two dimensions; negative amounts cut elements off.
class IPaddingLayer : public ILayer {
 public:
  //! Sets the amount before each of the two dimensions.
  void setPrePaddingNd(const Dims& padding) noexcept { mImpl->setPrePaddingNd(padding); }

  //! What setPrePaddingNd() set.
  Dims getPrePaddingNd() const noexcept { return mImpl->getPrePaddingNd(); }

  //! Sets the amount after each of the two dimensions.
  void setPostPaddingNd(const Dims& padding) noexcept { mImpl->setPostPaddingNd(padding); }

  //! What setPostPaddingNd() set.
  Dims getPostPaddingNd() const noexcept { return mImpl->getPostPaddingNd(); }

  // What versions 7 and 8 had.
#include "../legacy/padding.inc"
 protected:
  virtual ~IPaddingLayer() noexcept = default;
  apiv::VPaddingLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_NETWORK_CONVOLUTION_H_
