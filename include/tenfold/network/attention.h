// SPDX-License-Identifier: Apache-2.0
// Attention and what transformers need around it.
#ifndef TENFOLD_NETWORK_ATTENTION_H_
#define TENFOLD_NETWORK_ATTENTION_H_

#include "../abi/control_flow.h"
#include "layer.h"

namespace nvinfer1 {

//! What IAttention does to the products of queries and keys.
enum class AttentionNormalizationOp : int32_t {
  kNONE = 0,     //!< nothing
  kSOFTMAX = 1,  //!< soft-max along the keys
};

template <>
struct impl::EnumMaxImpl<AttentionNormalizationOp> {
  static constexpr int32_t kVALUE = 2;
};

//! Base of the layers through which tensors enter and leave an attention.
class IAttentionBoundaryLayer : public ILayer {
 public:
  //! The attention.
  IAttention* getAttention() const noexcept { return mBoundary->getAttention(); }

 protected:
  virtual ~IAttentionBoundaryLayer() noexcept = default;
  apiv::VAttentionBoundaryLayer* mBoundary{nullptr};
};

//! An input of an attention.
class IAttentionInputLayer : public IAttentionBoundaryLayer {
 public:
  //! Replaces an input; see the description of the class.
  using ILayer::setInput;

 protected:
  virtual ~IAttentionInputLayer() noexcept = default;
  apiv::VAttentionInputLayer* mImpl{nullptr};
};

//! The output of an attention.
class IAttentionOutputLayer : public IAttentionBoundaryLayer {
 protected:
  virtual ~IAttentionOutputLayer() noexcept = default;
  apiv::VAttentionOutputLayer* mImpl{nullptr};
};

//! normalization(query * transposed key + mask) * value. Query is [N, heads, queries, size], key and value
//! [N, heads of keys, keys, size]; the number of heads is a multiple of that of the keys. Scaling is left to
//! the application. Owned by the network.
class IAttention : public INoCopy {
 public:
  //! Sets the normalization; false when it is unknown.
  bool setNormalizationOperation(AttentionNormalizationOp op) noexcept {
    return mImpl->setNormalizationOperation(op);
  }

  //! What setNormalizationOperation() set.
  AttentionNormalizationOp getNormalizationOperation() const noexcept {
    return mImpl->getNormalizationOperation();
  }

  //! Sets a mask, broadcast to [N, heads, queries, keys]: booleans, false for excluded, or numbers to be
  //! added. Not together with setCausal(true). False on error.
  bool setMask(ITensor& mask) noexcept { return mImpl->setMask(mask); }

  //! The mask; null when there is none.
  ITensor* getMask() noexcept { return mImpl->getMask(); }

  //! Says whether queries see only keys up to their own place; false by default. False on error.
  bool setCausal(bool isCausal) noexcept { return mImpl->setCausal(isCausal); }

  //! What setCausal() set; false by default.
  bool getCausal() const noexcept { return mImpl->getCausal(); }

  //! Says whether the builder may compute the attention in several steps when it has no fused kernel; false
  //! by default. False on error.
  bool setDecomposable(bool decomposable) noexcept { return mImpl->setDecomposable(decomposable); }

  //! What setDecomposable() set; false by default.
  bool getDecomposable() const noexcept { return mImpl->getDecomposable(); }

  //! Replaces input `index`: 0 query, 1 key, 2 value, 3 mask, 4 quantization scale. False on error.
  bool setInput(int32_t index, ITensor& input) noexcept { return mImpl->setInput(index, input); }

  //! Number of inputs, with those that are optional and set.
  int32_t getNbInputs() const noexcept { return mImpl->getNbInputs(); }

  //! Input `index`; null when it is out of range or not set.
  ITensor* getInput(int32_t index) const noexcept { return mImpl->getInput(index); }

  //! Number of outputs: 1.
  int32_t getNbOutputs() const noexcept { return mImpl->getNbOutputs(); }

  //! Output `index`; null when out of range.
  ITensor* getOutput(int32_t index) const noexcept { return mImpl->getOutput(index); }

  //! Names the attention for messages; the string is copied. True for success.
  bool setName(const char* name) noexcept { return mImpl->setName(name); }

  //! What setName() set.
  const char* getName() const noexcept { return mImpl->getName(); }

  //! Sets the scale by which the normalized products are quantized. False on error.
  bool setNormalizationQuantizeScale(ITensor& tensor) noexcept {
    return mImpl->setNormalizationQuantizeScale(tensor);
  }

  //! What setNormalizationQuantizeScale() set; null by default.
  ITensor* getNormalizationQuantizeScale() const noexcept { return mImpl->getNormalizationQuantizeScale(); }

  //! Sets the type to which the normalized products are quantized: kFP8 or kINT8. False for others.
  bool setNormalizationQuantizeToType(DataType type) noexcept {
    return mImpl->setNormalizationQuantizeToType(type);
  }

  //! What setNormalizationQuantizeToType() set.
  DataType getNormalizationQuantizeToType() const noexcept { return mImpl->getNormalizationQuantizeToType(); }

  //! Attaches text that the inspector shows; the string is copied. True for success.
  bool setMetadata(const char* metadata) noexcept { return mImpl->setMetadata(metadata); }

  //! What setMetadata() set.
  const char* getMetadata() const noexcept { return mImpl->getMetadata(); }

  //! Sets the number of devices that share the attention; 1 by default. False when less than 1.
  bool setNbRanks(int32_t nbRanks) noexcept { return mImpl->setNbRanks(nbRanks); }

  //! What setNbRanks() set; 1 by default.
  int32_t getNbRanks() const noexcept { return mImpl->getNbRanks(); }

 protected:
  virtual ~IAttention() noexcept = default;
  apiv::VAttention* mImpl{nullptr};
};

//! Rotary position embedding: rotates pairs of elements of input 0, [N, heads, sequence, size], by the angles
//! whose cosines and sines are inputs 1 and 2. Input 3, optional, has positions to look them up by.
class IRotaryEmbeddingLayer : public ILayer {
 public:
  //! Input 0 is the data, 1 cosines, 2 sines, 3 positions.
  using ILayer::setInput;

  //! Says whether neighbours form pairs, instead of the two halves.
  void setInterleaved(bool interleaved) noexcept { mImpl->setInterleaved(interleaved); }

  //! Whether neighbours form pairs.
  TRT_NODISCARD bool getInterleaved() const noexcept { return mImpl->getInterleaved(); }

  //! Sets how many leading elements are rotated; 0 for all. False on error.
  TRT_NODISCARD bool setRotaryEmbeddingDim(int32_t rotaryEmbeddingDim) noexcept {
    return mImpl->setRotaryEmbeddingDim(rotaryEmbeddingDim);
  }

  //! How many leading elements are rotated; 0 for all.
  TRT_NODISCARD int32_t getRotaryEmbeddingDim() const noexcept { return mImpl->getRotaryEmbeddingDim(); }

 protected:
  virtual ~IRotaryEmbeddingLayer() noexcept = default;
  apiv::VRotaryEmbeddingLayer* mImpl{nullptr};
};

//! How IKVCacheUpdateLayer addresses its cache.
enum class KVCacheMode : int32_t {
  kLINEAR = 0,  //!< by position in the sequence
};

template <>
struct impl::EnumMaxImpl<KVCacheMode> {
  static constexpr int32_t kVALUE = 1;
};

//! Writes new keys or values into a cache, in place: input 0 is the cache, [N, heads, capacity, size], input
//! 1 the new elements, [N, heads, number, size], input 2 the position of the first for each sequence, [N].
//! The output shares the memory of the cache.
class IKVCacheUpdateLayer : public ILayer {
 public:
  //! Input 0 is the cache, 1 the new elements, 2 the positions.
  using ILayer::setInput;

  //! Sets how the cache is addressed; false when it is unknown.
  bool setCacheMode(KVCacheMode cacheMode) noexcept { return mImpl->setCacheMode(cacheMode); }

  //! How the cache is addressed.
  KVCacheMode getCacheMode() const noexcept { return mImpl->getCacheMode(); }

 protected:
  virtual ~IKVCacheUpdateLayer() noexcept = default;
  apiv::VKVCacheUpdateLayer* mImpl{nullptr};
};

//! Activation between the products of an expert.
enum class MoEActType : int32_t {
  kNONE = 0,  //!< none
  kSILU = 1,  //!< x * sigmoid(x), gated
};

template <>
struct impl::EnumMaxImpl<MoEActType> {
  static constexpr int32_t kVALUE = 2;
};

//! A mixture of experts: for each token the gated multi-layer perceptrons of the experts chosen, weighted by
//! their scores. Input 0 has the tokens, [tokens, size], input 1 the chosen experts and input 2 their scores,
//! [tokens, number].
class IMoELayer : public ILayer {
 public:
  //! Replaces input `index`: 0 tokens, 1 chosen experts, 2 scores; the others as their setters order them.
  using ILayer::setInput;

  //! Sets the weights of all experts, each with the expert as first dimension, and the activation.
  void setGatedWeights(ITensor& fcGateWeights, ITensor& fcUpWeights, ITensor& fcDownWeights,
                       MoEActType activationType) noexcept {
    mImpl->setGatedWeights(fcGateWeights, fcUpWeights, fcDownWeights, activationType);
  }

  //! Sets the biases that belong to the weights.
  void setGatedBiases(ITensor& fcGateBiases, ITensor& fcUpBiases, ITensor& fcDownBiases) noexcept {
    mImpl->setGatedBiases(fcGateBiases, fcUpBiases, fcDownBiases);
  }

  //! Sets the activation.
  void setActivationType(MoEActType activationType) noexcept { mImpl->setActivationType(activationType); }

  //! What setActivationType() set.
  MoEActType getActivationType() const noexcept { return mImpl->getActivationType(); }

  //! Quantizes the input of the last product by a given scale to `dataType`.
  void setQuantizationStatic(ITensor& fcDownActivationScale, DataType dataType) noexcept {
    mImpl->setQuantizationStatic(fcDownActivationScale, dataType);
  }

  //! Quantizes the input of the last product by scales computed per block, themselves scaled.
  void setQuantizationDynamicDblQ(ITensor& fcDownActivationDblQScale, DataType dataType,
                                  const Dims& blockShape, DataType dynQOutputScaleType) noexcept {
    mImpl->setQuantizationDynamicDblQ(fcDownActivationDblQScale, dataType, blockShape, dynQOutputScaleType);
  }

  //! Sets the type that the input of the last product is quantized to.
  void setQuantizationToType(DataType type) noexcept { mImpl->setQuantizationToType(type); }

  //! What setQuantizationToType() set.
  DataType getQuantizationToType() const noexcept { return mImpl->getQuantizationToType(); }

  //! Sets the shape of the blocks that share a scale.
  void setQuantizationBlockShape(const Dims& blockShape) noexcept {
    mImpl->setQuantizationBlockShape(blockShape);
  }

  //! What setQuantizationBlockShape() set.
  Dims getQuantizationBlockShape() const noexcept { return mImpl->getQuantizationBlockShape(); }

  //! Sets the type of computed scales.
  void setDynQOutputScaleType(DataType type) noexcept { mImpl->setDynQOutputScaleType(type); }

  //! What setDynQOutputScaleType() set.
  DataType getDynQOutputScaleType() const noexcept { return mImpl->getDynQOutputScaleType(); }

  //! Sets the three parameters of the gated activation.
  void setSwigluParams(float limit, float alpha, float beta) noexcept {
    mImpl->setSwigluParams(limit, alpha, beta);
  }

  //! Sets the limit that the gated activation's inputs are clamped to.
  void setSwigluParamLimit(float limit) noexcept { mImpl->setSwigluParamLimit(limit); }

  //! What setSwigluParamLimit() set.
  float getSwigluParamLimit() const noexcept { return mImpl->getSwigluParamLimit(); }

  //! Sets the factor of the sigmoid's argument.
  void setSwigluParamAlpha(float alpha) noexcept { mImpl->setSwigluParamAlpha(alpha); }

  //! What setSwigluParamAlpha() set.
  float getSwigluParamAlpha() const noexcept { return mImpl->getSwigluParamAlpha(); }

  //! Sets what is added to the linear part.
  void setSwigluParamBeta(float beta) noexcept { mImpl->setSwigluParamBeta(beta); }

  //! What setSwigluParamBeta() set.
  float getSwigluParamBeta() const noexcept { return mImpl->getSwigluParamBeta(); }

  //! Replaces input `index`: 0 tokens, 1 chosen experts, 2 scores; the others as their setters order them.
  void setInput(int32_t index, ITensor& tensor) noexcept { mImpl->setInput(index, tensor); }

 protected:
  virtual ~IMoELayer() noexcept = default;
  apiv::VMoELayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_ATTENTION_H_
