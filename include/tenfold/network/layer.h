// SPDX-License-Identifier: Apache-2.0
// Tensors and layers of a network, and what every layer has in common.
#ifndef TENFOLD_NETWORK_LAYER_H_
#define TENFOLD_NETWORK_LAYER_H_

#include "../abi/layer.h"
#include "../runtime/engine.h"

namespace nvinfer1 {

enum class LayerType : int32_t {
  kCONVOLUTION = 0,
  kCAST = 1,
  kACTIVATION = 2,
  kPOOLING = 3,
  kLRN = 4,
  kSCALE = 5,
  kSOFTMAX = 6,
  kDECONVOLUTION = 7,
  kCONCATENATION = 8,
  kELEMENTWISE = 9,
  kPLUGIN = 10,
  kUNARY = 11,
  kPADDING = 12,
  kSHUFFLE = 13,
  kREDUCE = 14,
  kTOPK = 15,
  kGATHER = 16,
  kMATRIX_MULTIPLY = 17,
  kRAGGED_SOFTMAX = 18,
  kCONSTANT = 19,
  kIDENTITY = 20,
  kPLUGIN_V2 = 21,
  kSLICE = 22,
  kSHAPE = 23,
  kPARAMETRIC_RELU = 24,
  kRESIZE = 25,
  kTRIP_LIMIT = 26,
  kRECURRENCE = 27,
  kITERATOR = 28,
  kLOOP_OUTPUT = 29,
  kSELECT = 30,
  kFILL = 31,
  kQUANTIZE = 32,
  kDEQUANTIZE = 33,
  kCONDITION = 34,
  kCONDITIONAL_INPUT = 35,
  kCONDITIONAL_OUTPUT = 36,
  kSCATTER = 37,
  kEINSUM = 38,
  kASSERTION = 39,
  kONE_HOT = 40,
  kNON_ZERO = 41,
  kGRID_SAMPLE = 42,
  kNMS = 43,
  kREVERSE_SEQUENCE = 44,
  kNORMALIZATION = 45,
  kPLUGIN_V3 = 46,
  kSQUEEZE = 47,
  kUNSQUEEZE = 48,
  kCUMULATIVE = 49,
  kDYNAMIC_QUANTIZE = 50,
  kATTENTION_INPUT = 51,
  kATTENTION_OUTPUT = 52,
  kROTARY_EMBEDDING = 53,
  kKVCACHE_UPDATE = 54,
  kMOE = 55,
  kDIST_COLLECTIVE = 56,
};

template <>
constexpr inline int32_t EnumMax<LayerType>() noexcept {
  return 57;
}

class ITensor : public INoCopy {
 public:
  void setName(const char* name) noexcept { mImpl->setName(name); }

  const char* getName() const noexcept { return mImpl->getName(); }

  void setDimensions(const Dims& dimensions) noexcept { mImpl->setDimensions(dimensions); }

  Dims getDimensions() const noexcept { return mImpl->getDimensions(); }

  TRT_DEPRECATED void setType(DataType type) noexcept { mImpl->setType(type); }

  DataType getType() const noexcept { return mImpl->getType(); }

  TRT_DEPRECATED bool setDynamicRange(float min, float max) noexcept {
    return mImpl->setDynamicRange(min, max);
  }

  bool isNetworkInput() const noexcept { return mImpl->isNetworkInput(); }

  bool isNetworkOutput() const noexcept { return mImpl->isNetworkOutput(); }

  TRT_DEPRECATED void setBroadcastAcrossBatch(bool broadcastAcrossBatch) noexcept {
    mImpl->setBroadcastAcrossBatch(broadcastAcrossBatch);
  }

  TRT_DEPRECATED bool getBroadcastAcrossBatch() const noexcept { return mImpl->getBroadcastAcrossBatch(); }

  TensorLocation getLocation() const noexcept { return mImpl->getLocation(); }

  TRT_DEPRECATED void setLocation(TensorLocation location) noexcept { mImpl->setLocation(location); }

  TRT_DEPRECATED bool dynamicRangeIsSet() const noexcept { return mImpl->dynamicRangeIsSet(); }

  void resetDynamicRange() noexcept { mImpl->resetDynamicRange(); }

  float getDynamicRangeMin() const noexcept { return mImpl->getDynamicRangeMin(); }

  float getDynamicRangeMax() const noexcept { return mImpl->getDynamicRangeMax(); }

  void setAllowedFormats(TensorFormats formats) noexcept { mImpl->setAllowedFormats(formats); }

  TensorFormats getAllowedFormats() const noexcept { return mImpl->getAllowedFormats(); }

  bool isShapeTensor() const noexcept { return mImpl->isShapeTensor(); }

  bool isExecutionTensor() const noexcept { return mImpl->isExecutionTensor(); }

  void setDimensionName(int32_t index, const char* name) noexcept { mImpl->setDimensionName(index, name); }

  const char* getDimensionName(int32_t index) const noexcept { return mImpl->getDimensionName(index); }

  // What versions 7 and 8 had.
#include "../legacy/tensor.inc"
 protected:
  virtual ~ITensor() noexcept = default;
  apiv::VTensor* mImpl{nullptr};
};

class ILayer : public INoCopy {
 public:
  LayerType getType() const noexcept { return mLayer->getType(); }

  void setName(const char* name) noexcept { mLayer->setName(name); }

  const char* getName() const noexcept { return mLayer->getName(); }

  int32_t getNbInputs() const noexcept { return mLayer->getNbInputs(); }

  ITensor* getInput(int32_t index) const noexcept { return mLayer->getInput(index); }

  int32_t getNbOutputs() const noexcept { return mLayer->getNbOutputs(); }

  ITensor* getOutput(int32_t index) const noexcept { return mLayer->getOutput(index); }

  void setInput(int32_t index, ITensor& tensor) noexcept { mLayer->setInput(index, tensor); }

  TRT_DEPRECATED void setPrecision(DataType dataType) noexcept { mLayer->setPrecision(dataType); }

  DataType getPrecision() const noexcept { return mLayer->getPrecision(); }

  TRT_DEPRECATED bool precisionIsSet() const noexcept { return mLayer->precisionIsSet(); }

  TRT_DEPRECATED void resetPrecision() noexcept { mLayer->resetPrecision(); }

  TRT_DEPRECATED void setOutputType(int32_t index, DataType dataType) noexcept {
    mLayer->setOutputType(index, dataType);
  }

  DataType getOutputType(int32_t index) const noexcept { return mLayer->getOutputType(index); }

  TRT_DEPRECATED bool outputTypeIsSet(int32_t index) const noexcept { return mLayer->outputTypeIsSet(index); }

  TRT_DEPRECATED void resetOutputType(int32_t index) noexcept { mLayer->resetOutputType(index); }

  void setMetadata(const char* metadata) noexcept { mLayer->setMetadata(metadata); }

  const char* getMetadata() const noexcept { return mLayer->getMetadata(); }

  bool setNbRanks(int32_t nbRanks) noexcept { return mLayer->setNbRanks(nbRanks); }

  int32_t getNbRanks() const noexcept { return mLayer->getNbRanks(); }

 protected:
  virtual ~ILayer() noexcept = default;
  apiv::VLayer* mLayer{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_LAYER_H_
