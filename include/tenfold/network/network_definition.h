// SPDX-License-Identifier: Apache-2.0
// The network definition: a graph of layers and tensors to build an engine from.
#ifndef TENFOLD_NETWORK_NETWORK_DEFINITION_H_
#define TENFOLD_NETWORK_NETWORK_DEFINITION_H_

#include "../abi/network_definition.h"
#include "attention.h"
#include "conditional.h"
#include "convolution.h"
#include "detection.h"
#include "elementwise.h"
#include "generator.h"
#include "indexing.h"
#include "loop.h"
#include "matrix.h"
#include "normalization.h"
#include "plugin_layer.h"
#include "quantization.h"
#include "reduction.h"
#include "resize.h"
#include "shape.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

//! A graph of layers, from which a builder makes an engine. Made by IBuilder::createNetworkV2(); release with
//! delete. Layers and tensors belong to the network. The add-methods return the new layer, whose output 0 is
//! the result; null, with an error logged, when the arguments are invalid. Axes are sets of bits 1 << axis.
//! Weights are not copied: their values must stay valid until the engine is built. Layers may be removed from
//! the graph only by leaving them unused.
class INetworkDefinition : public INoCopy {
 public:
  //! Adds an input: unique name, type, and dimensions with -1 where they are dynamic. Null on error.
  ITensor* addInput(const char* name, DataType type, const Dims& dimensions) noexcept {
    return mImpl->addInput(name, type, dimensions);
  }

  //! Makes a tensor an output of the network.
  void markOutput(ITensor& tensor) noexcept { mImpl->markOutput(tensor); }

  //! Makes a tensor a debug tensor, which IDebugListener can see. False on error.
  bool markDebug(ITensor& tensor) noexcept { return mImpl->markDebug(tensor); }

  //! Makes a tensor an ordinary one again; false when it was none.
  bool unmarkDebug(ITensor& tensor) noexcept { return mImpl->unmarkDebug(tensor); }

  //! Whether a tensor is a debug tensor.
  bool isDebugTensor(const ITensor& tensor) const noexcept { return mImpl->isDebugTensor(tensor); }

  //! Lets IDebugListener see all tensors that the optimizer leaves as such, without keeping it from fusing.
  //! True for success.
  bool markUnfusedTensorsAsDebugTensors() noexcept { return mImpl->markUnfusedTensorsAsDebugTensors(); }

  //! Undoes markUnfusedTensorsAsDebugTensors(). True for success.
  bool unmarkUnfusedTensorsAsDebugTensors() noexcept { return mImpl->unmarkUnfusedTensorsAsDebugTensors(); }

  //! Adds a function of each element.
  IActivationLayer* addActivation(ITensor& input, ActivationType type) noexcept {
    return mImpl->addActivation(input, type);
  }

  //! Adds a local response normalization over `window` channels.
  ILRNLayer* addLRN(ITensor& input, int64_t window, float alpha, float beta, float k) noexcept {
    return mImpl->addLRN(input, window, alpha, beta, k);
  }

  //! Adds a scale with the channels in dimension 1. Empty weights stand for shift 0, scale 1, power 1.
  IScaleLayer* addScale(ITensor& input, ScaleMode mode, Weights shift, Weights scale,
                        Weights power) noexcept {
    return mImpl->addScale(input, mode, shift, scale, power);
  }

  //! Adds a soft-max; choose the axis with setAxes().
  ISoftMaxLayer* addSoftMax(ITensor& input) noexcept { return mImpl->addSoftMax(input); }

  //! Adds a concatenation of `nbInputs` tensors; choose the axis with setAxis().
  IConcatenationLayer* addConcatenation(ITensor* const* inputs, int32_t nbInputs) noexcept {
    return mImpl->addConcatenation(inputs, nbInputs);
  }

  //! Adds a function of two tensors of the same rank.
  IElementWiseLayer* addElementWise(ITensor& input1, ITensor& input2, ElementWiseOperation op) noexcept {
    return mImpl->addElementWise(input1, input2, op);
  }

  //! Adds a function of each element.
  IUnaryLayer* addUnary(ITensor& input, UnaryOperation operation) noexcept {
    return mImpl->addUnary(input, operation);
  }

  //! Adds a transpose, reshape and transpose; at first all three change nothing.
  IShuffleLayer* addShuffle(ITensor& input) noexcept { return mImpl->addShuffle(input); }

  //! Adds a layer that turns indices into vectors along the new axis `axis`.
  IOneHotLayer* addOneHot(ITensor& indices, ITensor& values, ITensor& depth, int32_t axis) noexcept {
    return mImpl->addOneHot(indices, values, depth, axis);
  }

  //! Number of layers.
  int32_t getNbLayers() const noexcept { return mImpl->getNbLayers(); }

  //! Layer `index`, in the order of adding; null when out of range.
  ILayer* getLayer(int32_t index) const noexcept { return mImpl->getLayer(index); }

  //! Number of inputs.
  int32_t getNbInputs() const noexcept { return mImpl->getNbInputs(); }

  //! Input `index`; null when out of range.
  ITensor* getInput(int32_t index) const noexcept { return mImpl->getInput(index); }

  //! Number of outputs, without those for shapes.
  int32_t getNbOutputs() const noexcept { return mImpl->getNbOutputs(); }

  //! Output `index`; null when out of range.
  ITensor* getOutput(int32_t index) const noexcept { return mImpl->getOutput(index); }

  //! Adds a reduction along the axes in `reduceAxes`.
  IReduceLayer* addReduce(ITensor& input, ReduceOperation operation, uint32_t reduceAxes,
                          bool keepDimensions) noexcept {
    return mImpl->addReduce(input, operation, reduceAxes, keepDimensions);
  }

  //! Adds a choice of the k greatest or least elements along one axis, with 32-bit indices.
  TRT_DEPRECATED_BECAUSE("give the type of the indices")
  ITopKLayer* addTopK(ITensor& input, TopKOperation op, int32_t k, uint32_t reduceAxes) noexcept {
    return mImpl->addTopK(input, op, k, reduceAxes);
  }

  //! Adds a choice of the k greatest or least elements along one axis, with indices of the given type.
  ITopKLayer* addTopK(ITensor& input, TopKOperation op, int32_t k, uint32_t reduceAxes,
                      DataType indicesType) noexcept {
    return mImpl->addTopKV2(input, op, k, reduceAxes, indicesType);
  }

  //! Adds a layer that picks slices along `axis`.
  IGatherLayer* addGather(ITensor& data, ITensor& indices, int32_t axis) noexcept {
    return mImpl->addGather(data, indices, axis);
  }

  //! Adds a layer that picks elements in the given mode.
  IGatherLayer* addGatherV2(ITensor& data, ITensor& indices, GatherMode mode) noexcept {
    return mImpl->addGatherV2(data, indices, mode);
  }

  //! Adds a soft-max of sequences with lengths `bounds`.
  IRaggedSoftMaxLayer* addRaggedSoftMax(ITensor& input, ITensor& bounds) noexcept {
    return mImpl->addRaggedSoftMax(input, bounds);
  }

  //! Adds a product of matrices or vectors.
  IMatrixMultiplyLayer* addMatrixMultiply(ITensor& input0, MatrixOperation op0, ITensor& input1,
                                          MatrixOperation op1) noexcept {
    return mImpl->addMatrixMultiply(input0, op0, input1, op1);
  }

  //! Adds a search for non-zero elements, with 32-bit indices.
  TRT_DEPRECATED_BECAUSE("give the type of the indices") INonZeroLayer* addNonZero(ITensor& input) noexcept {
    return mImpl->addNonZero(input);
  }

  //! Adds a search for non-zero elements, with indices of the given type.
  INonZeroLayer* addNonZero(ITensor& input, DataType indicesType) noexcept {
    return mImpl->addNonZeroV2(input, indicesType);
  }

  //! Adds fixed values. The volume of the dimensions is the number of weights.
  IConstantLayer* addConstant(const Dims& dimensions, Weights weights) noexcept {
    return mImpl->addConstant(dimensions, weights);
  }

  //! Adds a copy.
  IIdentityLayer* addIdentity(ITensor& input) noexcept { return mImpl->addIdentity(input); }

  //! Adds a conversion to another type.
  ICastLayer* addCast(ITensor& input, DataType toType) noexcept { return mImpl->addCast(input, toType); }

  //! Takes a tensor out of the network: it is replaced in no layer and no longer found; only for tensors that
  //! nothing uses.
  void removeTensor(ITensor& tensor) noexcept { mImpl->removeTensor(tensor); }

  //! Makes an output an ordinary tensor again.
  void unmarkOutput(ITensor& tensor) noexcept { mImpl->unmarkOutput(tensor); }

  //! Adds a version-2 plugin, which is cloned.
  TRT_DEPRECATED_BECAUSE("use addPluginV3")
  IPluginV2Layer* addPluginV2(ITensor* const* inputs, int32_t nbInputs, IPluginV2& plugin) noexcept {
    return mImpl->addPluginV2(inputs, nbInputs, plugin);
  }

  //! Adds a version-3 plugin, which is cloned, with its inputs and the inputs that are read as shapes.
  IPluginV3Layer* addPluginV3(ITensor* const* inputs, int32_t nbInputs, ITensor* const* shapeInputs,
                              int32_t nbShapeInputs, IPluginV3& plugin) noexcept {
    return mImpl->addPluginV3(inputs, nbInputs, shapeInputs, nbShapeInputs, plugin);
  }

  //! Adds a layer that takes elements at start + i * stride; the three have as many values as the input
  //! dimensions, and are replaced by tensors with setInput().
  ISliceLayer* addSlice(ITensor& input, const Dims& start, const Dims& size, const Dims& stride) noexcept {
    return mImpl->addSlice(input, start, size, stride);
  }

  //! Names the network; the string is copied.
  void setName(const char* name) noexcept { mImpl->setName(name); }

  //! What setName() set.
  const char* getName() const noexcept { return mImpl->getName(); }

  //! Adds a layer that gives a tensor's shape.
  IShapeLayer* addShape(ITensor& input) noexcept { return mImpl->addShape(input); }

  //! Always false.
  TRT_DEPRECATED_BECAUSE("there is no implicit batch") bool hasImplicitBatchDimension() const noexcept {
    return mImpl->hasImplicitBatchDimension();
  }

  //! The flags the network was made with, as bits 1 << NetworkDefinitionCreationFlag.
  NetworkDefinitionCreationFlags getFlags() const noexcept { return mImpl->getFlags(); }

  //! Whether the network was made with a flag.
  bool getFlag(NetworkDefinitionCreationFlag networkDefinitionCreationFlag) const noexcept {
    return mImpl->getFlag(networkDefinitionCreationFlag);
  }

  //! Makes the values of a tensor that serve as a shape an output in host memory. False on error.
  bool markOutputForShapes(ITensor& tensor) noexcept { return mImpl->markOutputForShapes(tensor); }

  //! Undoes markOutputForShapes(); false on error.
  bool unmarkOutputForShapes(ITensor& tensor) noexcept { return mImpl->unmarkOutputForShapes(tensor); }

  //! Adds a leaky rectifier whose slope is a tensor.
  IParametricReLULayer* addParametricReLU(ITensor& input, ITensor& slope) noexcept {
    return mImpl->addParametricReLU(input, slope);
  }

  //! Adds a convolution with K = nbOutputMaps output channels. Empty kernel weights leave the kernel to
  //! setInput(1, ...).
  IConvolutionLayer* addConvolutionNd(ITensor& input, int64_t nbOutputMaps, const Dims& kernelSize,
                                      Weights kernelWeights, Weights biasWeights) noexcept {
    return mImpl->addConvolutionNd(input, nbOutputMaps, kernelSize, kernelWeights, biasWeights);
  }

  //! Adds a pooling.
  IPoolingLayer* addPoolingNd(ITensor& input, PoolingType type, const Dims& windowSize) noexcept {
    return mImpl->addPoolingNd(input, type, windowSize);
  }

  //! Adds a transposed convolution with K = nbOutputMaps output channels. Empty kernel weights leave the
  //! kernel to setInput(1, ...).
  IDeconvolutionLayer* addDeconvolutionNd(ITensor& input, int64_t nbOutputMaps, Dims kernelSize,
                                          Weights kernelWeights, Weights biasWeights) noexcept {
    return mImpl->addDeconvolutionNd(input, nbOutputMaps, kernelSize, kernelWeights, biasWeights);
  }

  //! Adds a scale with the channels in dimension `channelAxis`. Empty weights stand for shift 0, scale 1,
  //! power 1.
  IScaleLayer* addScaleNd(ITensor& input, ScaleMode mode, Weights shift, Weights scale, Weights power,
                          int32_t channelAxis) noexcept {
    return mImpl->addScaleNd(input, mode, shift, scale, power, channelAxis);
  }

  //! Adds a resampling; set dimensions or scales before building.
  IResizeLayer* addResize(ITensor& input) noexcept { return mImpl->addResize(input); }

  //! Adds a loop; null on error.
  ILoop* addLoop() noexcept { return mImpl->addLoop(); }

  //! Adds a conditional; null on error.
  IIfConditional* addIfConditional() noexcept { return mImpl->addIfConditional(); }

  //! Adds a choice between the elements of two tensors.
  ISelectLayer* addSelect(ITensor& condition, ITensor& thenInput, ITensor& elseInput) noexcept {
    return mImpl->addSelect(condition, thenInput, elseInput);
  }

  //! Adds a check that `condition` is true everywhere; the message is copied.
  IAssertionLayer* addAssertion(ITensor& condition, const char* message) noexcept {
    return mImpl->addAssertion(condition, message);
  }

  //! Adds computed values of type kFLOAT.
  TRT_DEPRECATED_BECAUSE("give the output type")
  IFillLayer* addFill(const Dims& dimensions, FillOperation op) noexcept {
    return mImpl->addFill(dimensions, op);
  }

  //! Adds computed values of the given type. Where dimensions come from a tensor, pass those of rank 0 and
  //! setInput(0, ...).
  IFillLayer* addFill(const Dims& dimensions, FillOperation op, DataType outputType) noexcept {
    return mImpl->addFillV2(dimensions, op, outputType);
  }

  //! Adds zeros around the last two dimensions.
  IPaddingLayer* addPaddingNd(ITensor& input, const Dims& prePadding, const Dims& postPadding) noexcept {
    return mImpl->addPaddingNd(input, prePadding, postPadding);
  }

  //! Names weights that were given to a layer, so that they can be refitted by name. False when they are not
  //! in the network.
  bool setWeightsName(Weights weights, const char* name) noexcept {
    return mImpl->setWeightsName(weights, name);
  }

  //! Sends errors to `recorder`, whose references are counted; null sends them to the logger only.
  void setErrorRecorder(IErrorRecorder* recorder) noexcept { mImpl->setErrorRecorder(recorder); }

  //! What setErrorRecorder() set; by default the builder's.
  IErrorRecorder* getErrorRecorder() const noexcept { return mImpl->getErrorRecorder(); }

  //! Adds a dequantization to kFLOAT.
  TRT_DEPRECATED_BECAUSE("give the output type")
  IDequantizeLayer* addDequantize(ITensor& input, ITensor& scale) noexcept {
    return mImpl->addDequantize(input, scale);
  }

  //! Adds a dequantization to the given type.
  IDequantizeLayer* addDequantize(ITensor& input, ITensor& scale, DataType outputType) noexcept {
    return mImpl->addDequantizeV2(input, scale, outputType);
  }

  //! Adds a copy of `data` with other elements at some indices.
  IScatterLayer* addScatter(ITensor& data, ITensor& indices, ITensor& updates, ScatterMode mode) noexcept {
    return mImpl->addScatter(data, indices, updates, mode);
  }

  //! Adds a quantization to kINT8.
  TRT_DEPRECATED_BECAUSE("give the output type")
  IQuantizeLayer* addQuantize(ITensor& input, ITensor& scale) noexcept {
    return mImpl->addQuantize(input, scale);
  }

  //! Adds a quantization to the given type.
  IQuantizeLayer* addQuantize(ITensor& input, ITensor& scale, DataType outputType) noexcept {
    return mImpl->addQuantizeV2(input, scale, outputType);
  }

  //! Adds a quantization by computed scales of blocks along one axis.
  TRT_DEPRECATED_BECAUSE("use addDynamicQuantizeV2")
  IDynamicQuantizeLayer* addDynamicQuantize(ITensor& input, int32_t axis, int32_t blockSize,
                                            DataType outputType, DataType scaleType) noexcept {
    return mImpl->addDynamicQuantize(input, axis, blockSize, outputType, scaleType);
  }

  //! Adds a quantization by computed scales of blocks of the given shape.
  IDynamicQuantizeLayer* addDynamicQuantizeV2(ITensor& input, const Dims& blockShape, DataType outputType,
                                              DataType scaleType) noexcept {
    return mImpl->addDynamicQuantizeV2(input, blockShape, outputType, scaleType);
  }

  //! Adds a sum of products by equation; the string is copied.
  IEinsumLayer* addEinsum(ITensor* const* inputs, int32_t nbInputs, const char* equation) noexcept {
    return mImpl->addEinsum(inputs, nbInputs, equation);
  }

  //! Adds a layer that reads images at given places.
  IGridSampleLayer* addGridSample(ITensor& input, ITensor& grid) noexcept {
    return mImpl->addGridSample(input, grid);
  }

  //! Adds a non-maximum suppression, with 32-bit indices.
  TRT_DEPRECATED_BECAUSE("give the type of the indices")
  INMSLayer* addNMS(ITensor& boxes, ITensor& scores, ITensor& maxOutputBoxesPerClass) noexcept {
    return mImpl->addNMS(boxes, scores, maxOutputBoxesPerClass);
  }

  //! Adds a non-maximum suppression, with indices of the given type.
  INMSLayer* addNMS(ITensor& boxes, ITensor& scores, ITensor& maxOutputBoxesPerClass,
                    DataType indicesType) noexcept {
    return mImpl->addNMSV2(boxes, scores, maxOutputBoxesPerClass, indicesType);
  }

  //! Adds a layer that reverses sequences.
  IReverseSequenceLayer* addReverseSequence(ITensor& input, ITensor& sequenceLens) noexcept {
    return mImpl->addReverseSequence(input, sequenceLens);
  }

  //! As addNormalizationV2(), with scale and bias of the input's rank.
  TRT_DEPRECATED_BECAUSE("use addNormalizationV2")
  INormalizationLayer* addNormalization(ITensor& input, ITensor& scale, ITensor& bias,
                                        uint32_t axesMask) noexcept {
    return mImpl->addNormalization(input, scale, bias, axesMask);
  }

  //! Adds a running reduction along a constant axis.
  ICumulativeLayer* addCumulative(ITensor& input, ITensor& axis, CumulativeOperation operation,
                                  bool exclusive, bool reverse) noexcept {
    return mImpl->addCumulative(input, axis, operation, exclusive, reverse);
  }

  //! Adds an attention; null on error.
  IAttention* addAttention(ITensor& query, ITensor& key, ITensor& value, AttentionNormalizationOp normOp,
                           bool causal) noexcept {
    return mImpl->addAttention(query, key, value, normOp, causal);
  }

  //! Adds a rotary position embedding of the first `rotaryEmbeddingDim` elements, 0 for all.
  IRotaryEmbeddingLayer* addRotaryEmbedding(ITensor& input, ITensor& cosCache, ITensor& sinCache,
                                            bool interleaved, int32_t rotaryEmbeddingDim) noexcept {
    return mImpl->addRotaryEmbedding(input, cosCache, sinCache, interleaved, rotaryEmbeddingDim);
  }

  //! Adds an update of a cache in place. `cache` must be a network input, and the result a network output.
  IKVCacheUpdateLayer* addKVCacheUpdate(ITensor& cache, ITensor& update, ITensor& writeIndices,
                                        KVCacheMode cacheMode) noexcept {
    return mImpl->addKVCacheUpdate(cache, update, writeIndices, cacheMode);
  }

  //! Adds a mixture of experts; give it weights with setGatedWeights().
  IMoELayer* addMoE(ITensor& hiddenStates, ITensor& selectedExpertsForTokens,
                    ITensor& scoresForSelectedExperts) noexcept {
    return mImpl->addMoE(hiddenStates, selectedExpertsForTokens, scoresForSelectedExperts);
  }

  //! Adds an exchange between devices. `root` is the rank of the root, -1 where there is none; `groups` has
  //! the ranks that take part, groupSize of them, null for all.
  TRT_NODISCARD IDistCollectiveLayer* addDistCollective(ITensor& input, CollectiveOperation distCollectiveOp,
                                                        ReduceOperation reduceOp, int64_t root,
                                                        int64_t* groups, int64_t groupSize) noexcept {
    return mImpl->addDistCollective(input, distCollectiveOp, reduceOp, root, groups, groupSize);
  }

  //! The builder that made the network.
  virtual IBuilder& getBuilder() const noexcept { return mImpl->getBuilder(); }

  //! Lets weights with a name be refitted in an engine built with BuilderFlag::kREFIT_INDIVIDUAL. False when
  //! there are none of that name.
  bool markWeightsRefittable(const char* name) noexcept { return mImpl->markWeightsRefittable(name); }

  //! Undoes markWeightsRefittable(); false when there are none of that name.
  bool unmarkWeightsRefittable(const char* name) noexcept { return mImpl->unmarkWeightsRefittable(name); }

  //! Whether weights were marked with markWeightsRefittable().
  bool areWeightsMarkedRefittable(const char* name) const noexcept {
    return mImpl->areWeightsMarkedRefittable(name);
  }

  //! Adds a layer that removes dimensions of extent 1.
  ISqueezeLayer* addSqueeze(ITensor& input, ITensor& axes) noexcept { return mImpl->addSqueeze(input, axes); }

  //! Adds a layer that inserts dimensions of extent 1.
  IUnsqueezeLayer* addUnsqueeze(ITensor& input, ITensor& axes) noexcept {
    return mImpl->addUnsqueeze(input, axes);
  }

  //! Adds a normalization over the given axes; scale and bias are broadcast to the input.
  TRT_NODISCARD INormalizationLayer* addNormalizationV2(ITensor& input, ITensor& scale, ITensor& bias,
                                                        uint32_t axesMask) noexcept {
    return mImpl->addNormalizationV2(input, scale, bias, axesMask);
  }

  virtual ~INetworkDefinition() noexcept = default;

  // What versions 7 and 8 had.
#include "../legacy/destroy.inc"
#include "../legacy/network_definition.inc"
 protected:
  apiv::VNetworkDefinition* mImpl{nullptr};
};

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_NETWORK_NETWORK_DEFINITION_H_
