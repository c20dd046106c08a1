// SPDX-License-Identifier: Apache-2.0
// Convolution, deconvolution, pooling and padding.
#ifndef TENFOLD_NETWORK_CONVOLUTION_H_
#define TENFOLD_NETWORK_CONVOLUTION_H_

#include "../abi/convolution.h"
#include "layer.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

enum class PaddingMode : int32_t {
  kEXPLICIT_ROUND_DOWN = 0,
  kEXPLICIT_ROUND_UP = 1,
  kSAME_UPPER = 2,
  kSAME_LOWER = 3,

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

class IConvolutionLayer : public ILayer {
 public:
  using ILayer::setInput;

  void setNbOutputMaps(int64_t nbOutputMaps) noexcept { mImpl->setNbOutputMaps(nbOutputMaps); }

  int64_t getNbOutputMaps() const noexcept { return mImpl->getNbOutputMaps(); }

  void setNbGroups(int64_t nbGroups) noexcept { mImpl->setNbGroups(nbGroups); }

  int64_t getNbGroups() const noexcept { return mImpl->getNbGroups(); }

  void setKernelWeights(Weights weights) noexcept { mImpl->setKernelWeights(weights); }

  Weights getKernelWeights() const noexcept { return mImpl->getKernelWeights(); }

  void setBiasWeights(Weights weights) noexcept { mImpl->setBiasWeights(weights); }

  Weights getBiasWeights() const noexcept { return mImpl->getBiasWeights(); }

  void setPrePadding(const Dims& padding) noexcept { mImpl->setPrePadding(padding); }

  Dims getPrePadding() const noexcept { return mImpl->getPrePadding(); }

  void setPostPadding(const Dims& padding) noexcept { mImpl->setPostPadding(padding); }

  Dims getPostPadding() const noexcept { return mImpl->getPostPadding(); }

  void setPaddingMode(PaddingMode paddingMode) noexcept { mImpl->setPaddingMode(paddingMode); }

  PaddingMode getPaddingMode() const noexcept { return mImpl->getPaddingMode(); }

  void setKernelSizeNd(const Dims& kernelSize) noexcept { mImpl->setKernelSizeNd(kernelSize); }

  Dims getKernelSizeNd() const noexcept { return mImpl->getKernelSizeNd(); }

  void setStrideNd(const Dims& stride) noexcept { mImpl->setStrideNd(stride); }

  Dims getStrideNd() const noexcept { return mImpl->getStrideNd(); }

  void setPaddingNd(const Dims& padding) noexcept { mImpl->setPaddingNd(padding); }

  Dims getPaddingNd() const noexcept { return mImpl->getPaddingNd(); }

  void setDilationNd(const Dims& dilation) noexcept { mImpl->setDilationNd(dilation); }

  Dims getDilationNd() const noexcept { return mImpl->getDilationNd(); }

  // What versions 7 and 8 had.
#include "../legacy/convolution.inc"
 protected:
  virtual ~IConvolutionLayer() noexcept = default;
  apiv::VConvolutionLayer* mImpl{nullptr};
};

class IDeconvolutionLayer : public ILayer {
 public:
  using ILayer::setInput;

  void setNbOutputMaps(int64_t nbOutputMaps) noexcept { mImpl->setNbOutputMaps(nbOutputMaps); }

  int64_t getNbOutputMaps() const noexcept { return mImpl->getNbOutputMaps(); }

  void setNbGroups(int64_t nbGroups) noexcept { mImpl->setNbGroups(nbGroups); }

  int64_t getNbGroups() const noexcept { return mImpl->getNbGroups(); }

  void setKernelWeights(Weights weights) noexcept { mImpl->setKernelWeights(weights); }

  Weights getKernelWeights() const noexcept { return mImpl->getKernelWeights(); }

  void setBiasWeights(Weights weights) noexcept { mImpl->setBiasWeights(weights); }

  Weights getBiasWeights() const noexcept { return mImpl->getBiasWeights(); }

  void setPrePadding(const Dims& padding) noexcept { mImpl->setPrePadding(padding); }

  Dims getPrePadding() const noexcept { return mImpl->getPrePadding(); }

  void setPostPadding(const Dims& padding) noexcept { mImpl->setPostPadding(padding); }

  Dims getPostPadding() const noexcept { return mImpl->getPostPadding(); }

  void setPaddingMode(PaddingMode paddingMode) noexcept { mImpl->setPaddingMode(paddingMode); }

  PaddingMode getPaddingMode() const noexcept { return mImpl->getPaddingMode(); }

  void setKernelSizeNd(const Dims& kernelSize) noexcept { mImpl->setKernelSizeNd(kernelSize); }

  Dims getKernelSizeNd() const noexcept { return mImpl->getKernelSizeNd(); }

  void setStrideNd(const Dims& stride) noexcept { mImpl->setStrideNd(stride); }

  Dims getStrideNd() const noexcept { return mImpl->getStrideNd(); }

  void setPaddingNd(const Dims& padding) noexcept { mImpl->setPaddingNd(padding); }

  Dims getPaddingNd() const noexcept { return mImpl->getPaddingNd(); }

  void setDilationNd(const Dims& dilation) noexcept { mImpl->setDilationNd(dilation); }

  Dims getDilationNd() const noexcept { return mImpl->getDilationNd(); }

  // What versions 7 and 8 had.
#include "../legacy/convolution.inc"
 protected:
  virtual ~IDeconvolutionLayer() noexcept = default;
  apiv::VDeconvolutionLayer* mImpl{nullptr};
};

enum class PoolingType : int32_t {
  kMAX = 0,
  kAVERAGE = 1,
  kMAX_AVERAGE_BLEND = 2,
};

template <>
struct impl::EnumMaxImpl<PoolingType> {
  static constexpr int32_t kVALUE = 3;
};

class IPoolingLayer : public ILayer {
 public:
  void setPoolingType(PoolingType type) noexcept { mImpl->setPoolingType(type); }

  PoolingType getPoolingType() const noexcept { return mImpl->getPoolingType(); }

  void setBlendFactor(float blendFactor) noexcept { mImpl->setBlendFactor(blendFactor); }

  float getBlendFactor() const noexcept { return mImpl->getBlendFactor(); }

  void setAverageCountExcludesPadding(bool exclusive) noexcept {
    mImpl->setAverageCountExcludesPadding(exclusive);
  }

  bool getAverageCountExcludesPadding() const noexcept { return mImpl->getAverageCountExcludesPadding(); }

  void setPrePadding(const Dims& padding) noexcept { mImpl->setPrePadding(padding); }

  Dims getPrePadding() const noexcept { return mImpl->getPrePadding(); }

  void setPostPadding(const Dims& padding) noexcept { mImpl->setPostPadding(padding); }

  Dims getPostPadding() const noexcept { return mImpl->getPostPadding(); }

  void setPaddingMode(PaddingMode paddingMode) noexcept { mImpl->setPaddingMode(paddingMode); }

  PaddingMode getPaddingMode() const noexcept { return mImpl->getPaddingMode(); }

  void setWindowSizeNd(const Dims& windowSize) noexcept { mImpl->setWindowSizeNd(windowSize); }

  Dims getWindowSizeNd() const noexcept { return mImpl->getWindowSizeNd(); }

  void setStrideNd(const Dims& stride) noexcept { mImpl->setStrideNd(stride); }

  Dims getStrideNd() const noexcept { return mImpl->getStrideNd(); }

  void setPaddingNd(const Dims& padding) noexcept { mImpl->setPaddingNd(padding); }

  Dims getPaddingNd() const noexcept { return mImpl->getPaddingNd(); }

  // What versions 7 and 8 had.
#include "../legacy/pooling.inc"
 protected:
  virtual ~IPoolingLayer() noexcept = default;
  apiv::VPoolingLayer* mImpl{nullptr};
};

class IPaddingLayer : public ILayer {
 public:
  void setPrePaddingNd(const Dims& padding) noexcept { mImpl->setPrePaddingNd(padding); }

  Dims getPrePaddingNd() const noexcept { return mImpl->getPrePaddingNd(); }

  void setPostPaddingNd(const Dims& padding) noexcept { mImpl->setPostPaddingNd(padding); }

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
