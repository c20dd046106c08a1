// SPDX-License-Identifier: Apache-2.0
// Attention and what transformers need around it.
#ifndef TENFOLD_NETWORK_ATTENTION_H_
#define TENFOLD_NETWORK_ATTENTION_H_

#include "../abi/control_flow.h"
#include "layer.h"

namespace nvinfer1 {

enum class AttentionNormalizationOp : int32_t {
  kNONE = 0,
  kSOFTMAX = 1,
};

template <>
struct impl::EnumMaxImpl<AttentionNormalizationOp> {
  static constexpr int32_t kVALUE = 2;
};

class IAttentionBoundaryLayer : public ILayer {
 public:
  IAttention* getAttention() const noexcept { return mBoundary->getAttention(); }

 protected:
  virtual ~IAttentionBoundaryLayer() noexcept = default;
  apiv::VAttentionBoundaryLayer* mBoundary{nullptr};
};

class IAttentionInputLayer : public IAttentionBoundaryLayer {
 public:
  using ILayer::setInput;

 protected:
  virtual ~IAttentionInputLayer() noexcept = default;
  apiv::VAttentionInputLayer* mImpl{nullptr};
};

class IAttentionOutputLayer : public IAttentionBoundaryLayer {
 protected:
  virtual ~IAttentionOutputLayer() noexcept = default;
  apiv::VAttentionOutputLayer* mImpl{nullptr};
};

class IAttention : public INoCopy {
 public:
  bool setNormalizationOperation(AttentionNormalizationOp op) noexcept {
    return mImpl->setNormalizationOperation(op);
  }

  AttentionNormalizationOp getNormalizationOperation() const noexcept {
    return mImpl->getNormalizationOperation();
  }

  bool setMask(ITensor& mask) noexcept { return mImpl->setMask(mask); }

  ITensor* getMask() noexcept { return mImpl->getMask(); }

  bool setCausal(bool isCausal) noexcept { return mImpl->setCausal(isCausal); }

  bool getCausal() const noexcept { return mImpl->getCausal(); }

  bool setDecomposable(bool decomposable) noexcept { return mImpl->setDecomposable(decomposable); }

  bool getDecomposable() const noexcept { return mImpl->getDecomposable(); }

  bool setInput(int32_t index, ITensor& input) noexcept { return mImpl->setInput(index, input); }

  int32_t getNbInputs() const noexcept { return mImpl->getNbInputs(); }

  ITensor* getInput(int32_t index) const noexcept { return mImpl->getInput(index); }

  int32_t getNbOutputs() const noexcept { return mImpl->getNbOutputs(); }

  ITensor* getOutput(int32_t index) const noexcept { return mImpl->getOutput(index); }

  bool setName(const char* name) noexcept { return mImpl->setName(name); }

  const char* getName() const noexcept { return mImpl->getName(); }

  bool setNormalizationQuantizeScale(ITensor& tensor) noexcept {
    return mImpl->setNormalizationQuantizeScale(tensor);
  }

  ITensor* getNormalizationQuantizeScale() const noexcept { return mImpl->getNormalizationQuantizeScale(); }

  bool setNormalizationQuantizeToType(DataType type) noexcept {
    return mImpl->setNormalizationQuantizeToType(type);
  }

  DataType getNormalizationQuantizeToType() const noexcept { return mImpl->getNormalizationQuantizeToType(); }

  bool setMetadata(const char* metadata) noexcept { return mImpl->setMetadata(metadata); }

  const char* getMetadata() const noexcept { return mImpl->getMetadata(); }

  bool setNbRanks(int32_t nbRanks) noexcept { return mImpl->setNbRanks(nbRanks); }

  int32_t getNbRanks() const noexcept { return mImpl->getNbRanks(); }

 protected:
  virtual ~IAttention() noexcept = default;
  apiv::VAttention* mImpl{nullptr};
};

class IRotaryEmbeddingLayer : public ILayer {
 public:
  using ILayer::setInput;

  void setInterleaved(bool interleaved) noexcept { mImpl->setInterleaved(interleaved); }

  TRT_NODISCARD bool getInterleaved() const noexcept { return mImpl->getInterleaved(); }

  TRT_NODISCARD bool setRotaryEmbeddingDim(int32_t rotaryEmbeddingDim) noexcept {
    return mImpl->setRotaryEmbeddingDim(rotaryEmbeddingDim);
  }

  TRT_NODISCARD int32_t getRotaryEmbeddingDim() const noexcept { return mImpl->getRotaryEmbeddingDim(); }

 protected:
  virtual ~IRotaryEmbeddingLayer() noexcept = default;
  apiv::VRotaryEmbeddingLayer* mImpl{nullptr};
};

enum class KVCacheMode : int32_t {
  kLINEAR = 0,
};

template <>
struct impl::EnumMaxImpl<KVCacheMode> {
  static constexpr int32_t kVALUE = 1;
};

class IKVCacheUpdateLayer : public ILayer {
 public:
  using ILayer::setInput;

  bool setCacheMode(KVCacheMode cacheMode) noexcept { return mImpl->setCacheMode(cacheMode); }

  KVCacheMode getCacheMode() const noexcept { return mImpl->getCacheMode(); }

 protected:
  virtual ~IKVCacheUpdateLayer() noexcept = default;
  apiv::VKVCacheUpdateLayer* mImpl{nullptr};
};

enum class MoEActType : int32_t {
  kNONE = 0,
  kSILU = 1,
};

template <>
struct impl::EnumMaxImpl<MoEActType> {
  static constexpr int32_t kVALUE = 2;
};

class IMoELayer : public ILayer {
 public:
  using ILayer::setInput;

  void setGatedWeights(ITensor& fcGateWeights, ITensor& fcUpWeights, ITensor& fcDownWeights,
                       MoEActType activationType) noexcept {
    mImpl->setGatedWeights(fcGateWeights, fcUpWeights, fcDownWeights, activationType);
  }

  void setGatedBiases(ITensor& fcGateBiases, ITensor& fcUpBiases, ITensor& fcDownBiases) noexcept {
    mImpl->setGatedBiases(fcGateBiases, fcUpBiases, fcDownBiases);
  }

  void setActivationType(MoEActType activationType) noexcept { mImpl->setActivationType(activationType); }

  MoEActType getActivationType() const noexcept { return mImpl->getActivationType(); }

  void setQuantizationStatic(ITensor& fcDownActivationScale, DataType dataType) noexcept {
    mImpl->setQuantizationStatic(fcDownActivationScale, dataType);
  }

  void setQuantizationDynamicDblQ(ITensor& fcDownActivationDblQScale, DataType dataType,
                                  const Dims& blockShape, DataType dynQOutputScaleType) noexcept {
    mImpl->setQuantizationDynamicDblQ(fcDownActivationDblQScale, dataType, blockShape, dynQOutputScaleType);
  }

  void setQuantizationToType(DataType type) noexcept { mImpl->setQuantizationToType(type); }

  DataType getQuantizationToType() const noexcept { return mImpl->getQuantizationToType(); }

  void setQuantizationBlockShape(const Dims& blockShape) noexcept {
    mImpl->setQuantizationBlockShape(blockShape);
  }

  Dims getQuantizationBlockShape() const noexcept { return mImpl->getQuantizationBlockShape(); }

  void setDynQOutputScaleType(DataType type) noexcept { mImpl->setDynQOutputScaleType(type); }

  DataType getDynQOutputScaleType() const noexcept { return mImpl->getDynQOutputScaleType(); }

  void setSwigluParams(float limit, float alpha, float beta) noexcept {
    mImpl->setSwigluParams(limit, alpha, beta);
  }

  void setSwigluParamLimit(float limit) noexcept { mImpl->setSwigluParamLimit(limit); }

  float getSwigluParamLimit() const noexcept { return mImpl->getSwigluParamLimit(); }

  void setSwigluParamAlpha(float alpha) noexcept { mImpl->setSwigluParamAlpha(alpha); }

  float getSwigluParamAlpha() const noexcept { return mImpl->getSwigluParamAlpha(); }

  void setSwigluParamBeta(float beta) noexcept { mImpl->setSwigluParamBeta(beta); }

  float getSwigluParamBeta() const noexcept { return mImpl->getSwigluParamBeta(); }

  void setInput(int32_t index, ITensor& tensor) noexcept { mImpl->setInput(index, tensor); }

 protected:
  virtual ~IMoELayer() noexcept = default;
  apiv::VMoELayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_ATTENTION_H_
