// SPDX-License-Identifier: Apache-2.0
// Quantization and dequantization.
#ifndef TENFOLD_NETWORK_QUANTIZATION_H_
#define TENFOLD_NETWORK_QUANTIZATION_H_

#include "../abi/shape.h"
#include "layer.h"

namespace nvinfer1 {

//! round(x / scale + zero point), clamped to the range of the output type. Input 1 is the scale, input 2 the
//! zero point, 0 when absent. They are scalars, vectors along an axis, or, for blocks, tensors.
class IQuantizeLayer : public ILayer {
 public:
  //! What setAxis() set; -1 by default.
  int32_t getAxis() const noexcept { return mImpl->getAxis(); }

  //! Sets the axis that the scale is about; -1 by default, for none.
  void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  //! Sets the shape of the blocks that share a scale. False when it does not divide the input.
  bool setBlockShape(const Dims& blockShape) noexcept { return mImpl->setBlockShape(blockShape); }

  //! The shape of the blocks that share a scale; rank -1 when there are none.
  TRT_NODISCARD Dims getBlockShape() const noexcept { return mImpl->getBlockShape(); }

  //! Sets the type of the output.
  void setToType(DataType toType) noexcept { mImpl->setToType(toType); }

  //! What setToType() set.
  DataType getToType() const noexcept { return mImpl->getToType(); }

 protected:
  virtual ~IQuantizeLayer() noexcept = default;
  apiv::VQuantizeLayer* mImpl{nullptr};
};

//! (x - zero point) * scale. Input 1 is the scale, input 2 the zero point, 0 when absent. They are scalars,
//! vectors along an axis, or, for blocks, tensors.
class IDequantizeLayer : public ILayer {
 public:
  //! What setAxis() set; -1 by default.
  int32_t getAxis() const noexcept { return mImpl->getAxis(); }

  //! Sets the axis that the scale is about; -1 by default, for none.
  void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  //! Sets the shape of the blocks that share a scale. False when it does not divide the input.
  bool setBlockShape(const Dims& blockShape) noexcept { return mImpl->setBlockShape(blockShape); }

  //! The shape of the blocks that share a scale; rank -1 when there are none.
  TRT_NODISCARD Dims getBlockShape() const noexcept { return mImpl->getBlockShape(); }

  //! Sets the type of the output.
  void setToType(DataType toType) noexcept { mImpl->setToType(toType); }

  //! What setToType() set.
  DataType getToType() const noexcept { return mImpl->getToType(); }

 protected:
  virtual ~IDequantizeLayer() noexcept = default;
  apiv::VDequantizeLayer* mImpl{nullptr};
};

//! Quantizes blocks by scales computed from their greatest magnitude. Output 0 has the quantized data, output
//! 1 the scales.
class IDynamicQuantizeLayer : public ILayer {
 public:
  //! Input 0 is the data; input 1, a scalar, a scale of the scales for double quantization.
  using ILayer::setInput;

  //! Sets the type of the quantized data.
  void setToType(DataType toType) noexcept { mImpl->setToType(toType); }

  //! What setToType() set.
  DataType getToType() const noexcept { return mImpl->getToType(); }

  //! Sets the type of the scales.
  void setScaleType(DataType scaleType) noexcept { mImpl->setScaleType(scaleType); }

  //! What setScaleType() set.
  DataType getScaleType() const noexcept { return mImpl->getScaleType(); }

  //! Sets the axis along which blocks run.
  TRT_DEPRECATED_BECAUSE("use setBlockShape") void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  //! What setAxis() set.
  TRT_DEPRECATED_BECAUSE("use setBlockShape") int32_t getAxis() const noexcept { return mImpl->getAxis(); }

  //! Sets the number of elements in a block.
  TRT_DEPRECATED_BECAUSE("use setBlockShape") void setBlockSize(int32_t size) noexcept {
    mImpl->setBlockSize(size);
  }

  //! What setBlockSize() set.
  TRT_DEPRECATED_BECAUSE("use setBlockShape") int32_t getBlockSize() const noexcept {
    return mImpl->getBlockSize();
  }

  //! Sets the shape of the blocks; -1 takes a whole dimension.
  void setBlockShape(const Dims& blockShape) noexcept { mImpl->setBlockShape(blockShape); }

  //! The shape of the blocks.
  Dims getBlockShape() const noexcept { return mImpl->getBlockShape(); }

 protected:
  virtual ~IDynamicQuantizeLayer() noexcept = default;
  apiv::VDynamicQuantizeLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_QUANTIZATION_H_
