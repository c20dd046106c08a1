// ITensor: the face of one value of the network's graph.
#pragma once

#include <array>
#include <limits>
#include <string>

#include "NvInfer.h"
#include "graph/ir/graph.h"

namespace tenfold {

class Network;

class TensorFace final : public nvinfer1::ITensor, public nvinfer1::apiv::VTensor {
 public:
  TensorFace(Network& network, Value* value) : network_(network), value_(value) { mImpl = this; }

  Network& network() const { return network_; }
  Value* value() const { return value_; }
  // The type that the program asked for; kUndefined where it did not.
  DataType wantedType() const { return wantedType_; }
  void wantType(DataType type) { wantedType_ = type; }
  uint32_t formats() const { return formats_; }

  void setName(const char* name) noexcept override;
  const char* getName() const noexcept override { return value_->name.c_str(); }
  void setDimensions(const nvinfer1::Dims& dimensions) noexcept override;
  nvinfer1::Dims getDimensions() const noexcept override;
  void setType(nvinfer1::DataType type) noexcept override;
  nvinfer1::DataType getType() const noexcept override;
  bool setDynamicRange(float min, float max) noexcept override;
  bool isNetworkInput() const noexcept override;
  bool isNetworkOutput() const noexcept override;
  void setBroadcastAcrossBatch(bool) noexcept override {}
  bool getBroadcastAcrossBatch() const noexcept override { return false; }
  nvinfer1::TensorLocation getLocation() const noexcept override;
  void setLocation(nvinfer1::TensorLocation location) noexcept override;
  bool dynamicRangeIsSet() const noexcept override { return rangeMin_ == rangeMin_; }
  void resetDynamicRange() noexcept override { rangeMin_ = rangeMax_ = kNone; }
  float getDynamicRangeMin() const noexcept override { return rangeMin_; }
  float getDynamicRangeMax() const noexcept override { return rangeMax_; }
  void setAllowedFormats(nvinfer1::TensorFormats formats) noexcept override { formats_ = formats; }
  nvinfer1::TensorFormats getAllowedFormats() const noexcept override { return formats_; }
  bool isShapeTensor() const noexcept override;
  bool isExecutionTensor() const noexcept override;
  void setDimensionName(int32_t index, const char* name) noexcept override;
  const char* getDimensionName(int32_t index) const noexcept override;

 private:
  static constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  // The symbol of an input's dimension that nobody named.
  Dim ownSymbol(size_t axis) const;

  Network& network_;
  Value* value_;
  DataType wantedType_ = DataType::kUndefined;
  nvinfer1::TensorLocation location_ = nvinfer1::TensorLocation::kDEVICE;
  uint32_t formats_ = (1u << nvinfer1::EnumMax<nvinfer1::TensorFormat>()) - 1;
  float rangeMin_ = kNone, rangeMax_ = kNone;
  std::array<std::string, nvinfer1::Dims::MAX_DIMS> dimensionNames_;
};

}  // namespace tenfold
