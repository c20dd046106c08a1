// SPDX-License-Identifier: Apache-2.0
// Quantization and dequantization.
#ifndef TENFOLD_NETWORK_QUANTIZATION_H_
#define TENFOLD_NETWORK_QUANTIZATION_H_

#include "../abi/shape.h"
#include "layer.h"

namespace nvinfer1 {

class IQuantizeLayer : public ILayer {
 public:
  int32_t getAxis() const noexcept { return mImpl->getAxis(); }

  void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  bool setBlockShape(const Dims& blockShape) noexcept { return mImpl->setBlockShape(blockShape); }

  TRT_NODISCARD Dims getBlockShape() const noexcept { return mImpl->getBlockShape(); }

  void setToType(DataType toType) noexcept { mImpl->setToType(toType); }

  DataType getToType() const noexcept { return mImpl->getToType(); }

 protected:
  virtual ~IQuantizeLayer() noexcept = default;
  apiv::VQuantizeLayer* mImpl{nullptr};
};

class IDequantizeLayer : public ILayer {
 public:
  int32_t getAxis() const noexcept { return mImpl->getAxis(); }

  void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  bool setBlockShape(const Dims& blockShape) noexcept { return mImpl->setBlockShape(blockShape); }

  TRT_NODISCARD Dims getBlockShape() const noexcept { return mImpl->getBlockShape(); }

  void setToType(DataType toType) noexcept { mImpl->setToType(toType); }

  DataType getToType() const noexcept { return mImpl->getToType(); }

 protected:
  virtual ~IDequantizeLayer() noexcept = default;
  apiv::VDequantizeLayer* mImpl{nullptr};
};

class IDynamicQuantizeLayer : public ILayer {
 public:
  using ILayer::setInput;

  void setToType(DataType toType) noexcept { mImpl->setToType(toType); }

  DataType getToType() const noexcept { return mImpl->getToType(); }

  void setScaleType(DataType scaleType) noexcept { mImpl->setScaleType(scaleType); }

  DataType getScaleType() const noexcept { return mImpl->getScaleType(); }

  TRT_DEPRECATED void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  TRT_DEPRECATED int32_t getAxis() const noexcept { return mImpl->getAxis(); }

  TRT_DEPRECATED void setBlockSize(int32_t size) noexcept { mImpl->setBlockSize(size); }

  TRT_DEPRECATED int32_t getBlockSize() const noexcept { return mImpl->getBlockSize(); }

  void setBlockShape(const Dims& blockShape) noexcept { mImpl->setBlockShape(blockShape); }

  Dims getBlockShape() const noexcept { return mImpl->getBlockShape(); }

 protected:
  virtual ~IDynamicQuantizeLayer() noexcept = default;
  apiv::VDynamicQuantizeLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_QUANTIZATION_H_
