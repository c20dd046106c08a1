// SPDX-License-Identifier: Apache-2.0
// Soft-max and the normalisations.
#ifndef TENFOLD_NETWORK_NORMALIZATION_H_
#define TENFOLD_NETWORK_NORMALIZATION_H_

#include "../abi/reduction.h"
#include "layer.h"

namespace nvinfer1 {

class ISoftMaxLayer : public ILayer {
 public:
  void setAxes(uint32_t axes) noexcept { mImpl->setAxes(axes); }

  uint32_t getAxes() const noexcept { return mImpl->getAxes(); }

 protected:
  virtual ~ISoftMaxLayer() noexcept = default;
  apiv::VSoftMaxLayer* mImpl{nullptr};
};

class IRaggedSoftMaxLayer : public ILayer {
 protected:
  virtual ~IRaggedSoftMaxLayer() noexcept = default;
  apiv::VRaggedSoftMaxLayer* mImpl{nullptr};
};

class ILRNLayer : public ILayer {
 public:
  void setWindowSize(int64_t windowSize) noexcept { mImpl->setWindowSize(windowSize); }

  int64_t getWindowSize() const noexcept { return mImpl->getWindowSize(); }

  void setAlpha(float alpha) noexcept { mImpl->setAlpha(alpha); }

  float getAlpha() const noexcept { return mImpl->getAlpha(); }

  void setBeta(float beta) noexcept { mImpl->setBeta(beta); }

  float getBeta() const noexcept { return mImpl->getBeta(); }

  void setK(float k) noexcept { mImpl->setK(k); }

  float getK() const noexcept { return mImpl->getK(); }

 protected:
  virtual ~ILRNLayer() noexcept = default;
  apiv::VLRNLayer* mImpl{nullptr};
};

class INormalizationLayer : public ILayer {
 public:
  void setEpsilon(float eps) noexcept { mImpl->setEpsilon(eps); }

  float getEpsilon() const noexcept { return mImpl->getEpsilon(); }

  void setAxes(uint32_t axesMask) noexcept { mImpl->setAxes(axesMask); }

  uint32_t getAxes() const noexcept { return mImpl->getAxes(); }

  void setNbGroups(int64_t nbGroups) noexcept { mImpl->setNbGroups(nbGroups); }

  int64_t getNbGroups() const noexcept { return mImpl->getNbGroups(); }

  TRT_DEPRECATED void setComputePrecision(DataType type) noexcept { mImpl->setComputePrecision(type); }

  TRT_DEPRECATED DataType getComputePrecision() const noexcept { return mImpl->getComputePrecision(); }

  TRT_NODISCARD bool isV2() const noexcept { return mImpl->isV2(); }

 protected:
  virtual ~INormalizationLayer() noexcept = default;
  apiv::VNormalizationLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_NORMALIZATION_H_
