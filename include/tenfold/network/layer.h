// SPDX-License-Identifier: Apache-2.0
// Tensors and layers of a network, and what every layer has in common.
#ifndef TENFOLD_NETWORK_LAYER_H_
#define TENFOLD_NETWORK_LAYER_H_

#include "../abi/layer.h"
#include "../runtime/engine.h"

namespace nvinfer1 {

//! Kinds of layers, as ILayer::getType() gives them.
enum class LayerType : int32_t {
  kCONVOLUTION = 0,          //!< IConvolutionLayer
  kCAST = 1,                 //!< ICastLayer
  kACTIVATION = 2,           //!< IActivationLayer
  kPOOLING = 3,              //!< IPoolingLayer
  kLRN = 4,                  //!< ILRNLayer
  kSCALE = 5,                //!< IScaleLayer
  kSOFTMAX = 6,              //!< ISoftMaxLayer
  kDECONVOLUTION = 7,        //!< IDeconvolutionLayer
  kCONCATENATION = 8,        //!< IConcatenationLayer
  kELEMENTWISE = 9,          //!< IElementWiseLayer
  kPLUGIN = 10,              //!< a version-1 plugin; no longer made
  kUNARY = 11,               //!< IUnaryLayer
  kPADDING = 12,             //!< IPaddingLayer
  kSHUFFLE = 13,             //!< IShuffleLayer
  kREDUCE = 14,              //!< IReduceLayer
  kTOPK = 15,                //!< ITopKLayer
  kGATHER = 16,              //!< IGatherLayer
  kMATRIX_MULTIPLY = 17,     //!< IMatrixMultiplyLayer
  kRAGGED_SOFTMAX = 18,      //!< IRaggedSoftMaxLayer
  kCONSTANT = 19,            //!< IConstantLayer
  kIDENTITY = 20,            //!< IIdentityLayer
  kPLUGIN_V2 = 21,           //!< IPluginV2Layer
  kSLICE = 22,               //!< ISliceLayer
  kSHAPE = 23,               //!< IShapeLayer
  kPARAMETRIC_RELU = 24,     //!< IParametricReLULayer
  kRESIZE = 25,              //!< IResizeLayer
  kTRIP_LIMIT = 26,          //!< ITripLimitLayer
  kRECURRENCE = 27,          //!< IRecurrenceLayer
  kITERATOR = 28,            //!< IIteratorLayer
  kLOOP_OUTPUT = 29,         //!< ILoopOutputLayer
  kSELECT = 30,              //!< ISelectLayer
  kFILL = 31,                //!< IFillLayer
  kQUANTIZE = 32,            //!< IQuantizeLayer
  kDEQUANTIZE = 33,          //!< IDequantizeLayer
  kCONDITION = 34,           //!< IConditionLayer
  kCONDITIONAL_INPUT = 35,   //!< IIfConditionalInputLayer
  kCONDITIONAL_OUTPUT = 36,  //!< IIfConditionalOutputLayer
  kSCATTER = 37,             //!< IScatterLayer
  kEINSUM = 38,              //!< IEinsumLayer
  kASSERTION = 39,           //!< IAssertionLayer
  kONE_HOT = 40,             //!< IOneHotLayer
  kNON_ZERO = 41,            //!< INonZeroLayer
  kGRID_SAMPLE = 42,         //!< IGridSampleLayer
  kNMS = 43,                 //!< INMSLayer
  kREVERSE_SEQUENCE = 44,    //!< IReverseSequenceLayer
  kNORMALIZATION = 45,       //!< INormalizationLayer
  kPLUGIN_V3 = 46,           //!< IPluginV3Layer
  kSQUEEZE = 47,             //!< ISqueezeLayer
  kUNSQUEEZE = 48,           //!< IUnsqueezeLayer
  kCUMULATIVE = 49,          //!< ICumulativeLayer
  kDYNAMIC_QUANTIZE = 50,    //!< IDynamicQuantizeLayer
  kATTENTION_INPUT = 51,     //!< IAttentionInputLayer
  kATTENTION_OUTPUT = 52,    //!< IAttentionOutputLayer
  kROTARY_EMBEDDING = 53,    //!< IRotaryEmbeddingLayer
  kKVCACHE_UPDATE = 54,      //!< IKVCacheUpdateLayer
  kMOE = 55,                 //!< IMoELayer
  kDIST_COLLECTIVE = 56,     //!< IDistCollectiveLayer
};

template <>
constexpr inline int32_t EnumMax<LayerType>() noexcept {
  return 57;
}

//! A tensor of a network: an input of it or an output of a layer. Owned by the network.
class ITensor : public INoCopy {
 public:
  //! Names the tensor; the string is copied. Inputs and outputs of an engine are known by this name, which
  //! must be unique.
  void setName(const char* name) noexcept { mImpl->setName(name); }

  //! What setName() set.
  const char* getName() const noexcept { return mImpl->getName(); }

  //! Sets the dimensions of a network input, -1 where they are dynamic; without effect on others.
  void setDimensions(const Dims& dimensions) noexcept { mImpl->setDimensions(dimensions); }

  //! Dimensions under what is known of the network so far, -1 where they are dynamic; rank -1 when they
  //! cannot be computed.
  Dims getDimensions() const noexcept { return mImpl->getDimensions(); }

  //! Sets the type of a network input or output. In a strongly typed network only inputs have a type of their
  //! own.
  TRT_DEPRECATED_BECAUSE("use a strongly typed network") void setType(DataType type) noexcept {
    mImpl->setType(type);
  }

  //! Element type.
  DataType getType() const noexcept { return mImpl->getType(); }

  //! Sets the range of values that 8-bit integers stand for: |min| and |max| at most 127 * scale. True for
  //! success.
  TRT_DEPRECATED_BECAUSE("use quantization layers") bool setDynamicRange(float min, float max) noexcept {
    return mImpl->setDynamicRange(min, max);
  }

  //! Whether the tensor is an input of the network.
  bool isNetworkInput() const noexcept { return mImpl->isNetworkInput(); }

  //! Whether the tensor is marked as an output of the network.
  bool isNetworkOutput() const noexcept { return mImpl->isNetworkOutput(); }

  //! Without effect: there is no implicit batch.
  TRT_DEPRECATED_BECAUSE("there is no implicit batch")
  void setBroadcastAcrossBatch(bool broadcastAcrossBatch) noexcept {
    mImpl->setBroadcastAcrossBatch(broadcastAcrossBatch);
  }

  //! Always false.
  TRT_DEPRECATED_BECAUSE("there is no implicit batch") bool getBroadcastAcrossBatch() const noexcept {
    return mImpl->getBroadcastAcrossBatch();
  }

  //! Where an engine wants or puts the tensor.
  TensorLocation getLocation() const noexcept { return mImpl->getLocation(); }

  //! Asks for a place; only kDEVICE, or kHOST for shape tensors.
  TRT_DEPRECATED_BECAUSE("shape tensors are placed by themselves")
  void setLocation(TensorLocation location) noexcept { mImpl->setLocation(location); }

  //! Whether setDynamicRange() gave a range.
  TRT_DEPRECATED_BECAUSE("use quantization layers") bool dynamicRangeIsSet() const noexcept {
    return mImpl->dynamicRangeIsSet();
  }

  //! Forgets the range.
  void resetDynamicRange() noexcept { mImpl->resetDynamicRange(); }

  //! Lower end of the range; NaN when none is set.
  float getDynamicRangeMin() const noexcept { return mImpl->getDynamicRangeMin(); }

  //! Upper end of the range; NaN when none is set.
  float getDynamicRangeMax() const noexcept { return mImpl->getDynamicRangeMax(); }

  //! Restricts the layouts of a network input or output to a set of bits 1 << TensorFormat; all by default,
  //! of which kLINEAR is taken.
  void setAllowedFormats(TensorFormats formats) noexcept { mImpl->setAllowedFormats(formats); }

  //! What setAllowedFormats() set.
  TensorFormats getAllowedFormats() const noexcept { return mImpl->getAllowedFormats(); }

  //! Whether the values are used to compute shapes. Final only when the network is complete.
  bool isShapeTensor() const noexcept { return mImpl->isShapeTensor(); }

  //! Whether the values are computed on the device. Final only when the network is complete.
  bool isExecutionTensor() const noexcept { return mImpl->isExecutionTensor(); }

  //! Names dimension `index` of a network input; dimensions of the same name must be equal at run time. The
  //! string is copied.
  void setDimensionName(int32_t index, const char* name) noexcept { mImpl->setDimensionName(index, name); }

  //! Name of dimension `index` of a network input; null when it has none.
  const char* getDimensionName(int32_t index) const noexcept { return mImpl->getDimensionName(index); }

  // What versions 7 and 8 had.
#include "../legacy/tensor.inc"
 protected:
  virtual ~ITensor() noexcept = default;
  apiv::VTensor* mImpl{nullptr};
};

//! Base of all layers. Owned by the network. Setters that get invalid arguments log an error and change
//! nothing.
class ILayer : public INoCopy {
 public:
  //! Kind of the layer, which tells its class.
  LayerType getType() const noexcept { return mLayer->getType(); }

  //! Names the layer for messages, profiles and refitting; the string is copied.
  void setName(const char* name) noexcept { mLayer->setName(name); }

  //! Name of the layer; a new layer has one made of its kind and number.
  const char* getName() const noexcept { return mLayer->getName(); }

  //! Number of inputs.
  int32_t getNbInputs() const noexcept { return mLayer->getNbInputs(); }

  //! Input `index`; null when it is out of range or not set.
  ITensor* getInput(int32_t index) const noexcept { return mLayer->getInput(index); }

  //! Number of outputs.
  int32_t getNbOutputs() const noexcept { return mLayer->getNbOutputs(); }

  //! Output `index`; null when out of range.
  ITensor* getOutput(int32_t index) const noexcept { return mLayer->getOutput(index); }

  //! Replaces input `index`; where the layer allows more inputs than it was made with, this adds one.
  void setInput(int32_t index, ITensor& tensor) noexcept { mLayer->setInput(index, tensor); }

  //! Asks for a type to compute in. The builder follows as its precision flags say.
  TRT_DEPRECATED_BECAUSE("use a strongly typed network") void setPrecision(DataType dataType) noexcept {
    mLayer->setPrecision(dataType);
  }

  //! The type to compute in; kFLOAT when none was asked for.
  DataType getPrecision() const noexcept { return mLayer->getPrecision(); }

  //! Whether a type to compute in was asked for.
  TRT_DEPRECATED_BECAUSE("use a strongly typed network") bool precisionIsSet() const noexcept {
    return mLayer->precisionIsSet();
  }

  //! Leaves the type to compute in to the builder.
  TRT_DEPRECATED_BECAUSE("use a strongly typed network") void resetPrecision() noexcept {
    mLayer->resetPrecision();
  }

  //! Asks for the type of output `index`.
  TRT_DEPRECATED_BECAUSE("use a strongly typed network")
  void setOutputType(int32_t index, DataType dataType) noexcept { mLayer->setOutputType(index, dataType); }

  //! Type of output `index`.
  DataType getOutputType(int32_t index) const noexcept { return mLayer->getOutputType(index); }

  //! Whether a type of output `index` was asked for.
  TRT_DEPRECATED_BECAUSE("use a strongly typed network") bool outputTypeIsSet(int32_t index) const noexcept {
    return mLayer->outputTypeIsSet(index);
  }

  //! Leaves the type of output `index` to the builder.
  TRT_DEPRECATED_BECAUSE("use a strongly typed network") void resetOutputType(int32_t index) noexcept {
    mLayer->resetOutputType(index);
  }

  //! Attaches text that the inspector shows; the string is copied.
  void setMetadata(const char* metadata) noexcept { mLayer->setMetadata(metadata); }

  //! What setMetadata() set; "" by default.
  const char* getMetadata() const noexcept { return mLayer->getMetadata(); }

  //! Sets the number of devices that take part, for layers that exchange data; 1 by default. False when the
  //! layer has none.
  bool setNbRanks(int32_t nbRanks) noexcept { return mLayer->setNbRanks(nbRanks); }

  //! What setNbRanks() set; 1 by default.
  int32_t getNbRanks() const noexcept { return mLayer->getNbRanks(); }

 protected:
  virtual ~ILayer() noexcept = default;
  apiv::VLayer* mLayer{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_LAYER_H_
