// SPDX-License-Identifier: Apache-2.0
// Soft-max and the normalisations.
#ifndef TENFOLD_NETWORK_NORMALIZATION_H_
#define TENFOLD_NETWORK_NORMALIZATION_H_

#include "../abi/reduction.h"
#include "layer.h"

namespace nvinfer1 {

//! Soft-max: exp(x) divided by the sum of exp(x) along one axis.
class ISoftMaxLayer : public ILayer {
 public:
  //! Sets the axis, as the bit 1 << axis; exactly one. By default the third from the last, or 0 when the rank
  //! is below 3.
  void setAxes(uint32_t axes) noexcept { mImpl->setAxes(axes); }

  //! The axis, as the bit 1 << axis.
  uint32_t getAxes() const noexcept { return mImpl->getAxes(); }

 protected:
  virtual ~ISoftMaxLayer() noexcept = default;
  apiv::VSoftMaxLayer* mImpl{nullptr};
};

//! Soft-max of sequences of different length: input 0 is [batch, time], input 1 the length of each sequence,
//! [batch, 1]. Outside the sequence the output is 0.
class IRaggedSoftMaxLayer : public ILayer {
 protected:
  virtual ~IRaggedSoftMaxLayer() noexcept = default;
  apiv::VRaggedSoftMaxLayer* mImpl{nullptr};
};

//! Local response normalization: x / (k + alpha / window * sum of squares over neighbouring channels) ^ beta.
class ILRNLayer : public ILayer {
 public:
  //! Sets the number of neighbouring channels, odd.
  void setWindowSize(int64_t windowSize) noexcept { mImpl->setWindowSize(windowSize); }

  //! What setWindowSize() set.
  int64_t getWindowSize() const noexcept { return mImpl->getWindowSize(); }

  //! Sets alpha.
  void setAlpha(float alpha) noexcept { mImpl->setAlpha(alpha); }

  //! What setAlpha() set.
  float getAlpha() const noexcept { return mImpl->getAlpha(); }

  //! Sets beta.
  void setBeta(float beta) noexcept { mImpl->setBeta(beta); }

  //! What setBeta() set.
  float getBeta() const noexcept { return mImpl->getBeta(); }

  //! Sets k.
  void setK(float k) noexcept { mImpl->setK(k); }

  //! What setK() set.
  float getK() const noexcept { return mImpl->getK(); }

 protected:
  virtual ~ILRNLayer() noexcept = default;
  apiv::VLRNLayer* mImpl{nullptr};
};

//! (x - mean) / sqrt(variance + epsilon) * scale + bias, with mean and variance over some axes. Inputs are x,
//! scale and bias. It is instance, group or layer normalization depending on axes and groups.
class INormalizationLayer : public ILayer {
 public:
  //! Sets epsilon; 1e-5 by default.
  void setEpsilon(float eps) noexcept { mImpl->setEpsilon(eps); }

  //! What setEpsilon() set; 1e-5 by default.
  float getEpsilon() const noexcept { return mImpl->getEpsilon(); }

  //! Sets the axes to normalize over, as bits 1 << axis.
  void setAxes(uint32_t axesMask) noexcept { mImpl->setAxes(axesMask); }

  //! What setAxes() set.
  uint32_t getAxes() const noexcept { return mImpl->getAxes(); }

  //! Sets the number of groups that channels fall into, for group normalization; 1 by default.
  void setNbGroups(int64_t nbGroups) noexcept { mImpl->setNbGroups(nbGroups); }

  //! What setNbGroups() set; 1 by default.
  int64_t getNbGroups() const noexcept { return mImpl->getNbGroups(); }

  //! Sets the type to compute in: kFLOAT or kHALF; kFLOAT by default.
  TRT_DEPRECATED_BECAUSE("use a strongly typed network") void setComputePrecision(DataType type) noexcept {
    mImpl->setComputePrecision(type);
  }

  //! What setComputePrecision() set; kFLOAT by default.
  TRT_DEPRECATED_BECAUSE("use a strongly typed network") DataType getComputePrecision() const noexcept {
    return mImpl->getComputePrecision();
  }

  //! Whether addNormalizationV2() made the layer.
  TRT_NODISCARD bool isV2() const noexcept { return mImpl->isV2(); }

 protected:
  virtual ~INormalizationLayer() noexcept = default;
  apiv::VNormalizationLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_NORMALIZATION_H_
