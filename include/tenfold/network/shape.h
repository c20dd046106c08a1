// SPDX-License-Identifier: Apache-2.0
// Layers that rearrange a tensor or ask for its shape.
#ifndef TENFOLD_NETWORK_SHAPE_H_
#define TENFOLD_NETWORK_SHAPE_H_

#include "../abi/shape.h"
#include "layer.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

//! An order of dimensions.
struct Permutation {
  //! Dimension i of the result is dimension order[i] of the source.
  int32_t order[Dims::MAX_DIMS];
};

//! A transpose, a reshape and another transpose, in this order. The new shape may be a tensor, as input 1.
class IShuffleLayer : public ILayer {
 public:
  //! Input 0 is the data; input 1, a vector of integers, replaces the reshape dimensions.
  using ILayer::setInput;

  //! Sets the transpose before the reshape; identity by default.
  void setFirstTranspose(Permutation permutation) noexcept { mImpl->setFirstTranspose(permutation); }

  //! What setFirstTranspose() set; identity by default.
  Permutation getFirstTranspose() const noexcept { return mImpl->getFirstTranspose(); }

  //! Sets the new shape. 0 keeps the extent in that place, see setZeroIsPlaceholder(), and one -1 takes what
  //! is left.
  void setReshapeDimensions(const Dims& dimensions) noexcept { mImpl->setReshapeDimensions(dimensions); }

  //! The new shape; rank -1 when it is a tensor.
  Dims getReshapeDimensions() const noexcept { return mImpl->getReshapeDimensions(); }

  //! Sets the transpose after the reshape; identity by default.
  void setSecondTranspose(Permutation permutation) noexcept { mImpl->setSecondTranspose(permutation); }

  //! What setSecondTranspose() set; identity by default.
  Permutation getSecondTranspose() const noexcept { return mImpl->getSecondTranspose(); }

  //! Says whether 0 in the new shape keeps an extent, instead of standing for itself; true by default.
  void setZeroIsPlaceholder(bool zeroIsPlaceholder) noexcept {
    mImpl->setZeroIsPlaceholder(zeroIsPlaceholder);
  }

  //! What setZeroIsPlaceholder() set; true by default.
  bool getZeroIsPlaceholder() const noexcept { return mImpl->getZeroIsPlaceholder(); }

 protected:
  virtual ~IShuffleLayer() noexcept = default;
  apiv::VShuffleLayer* mImpl{nullptr};
};

//! Removes dimensions of extent 1: those that input 1, a constant vector of axes, names.
class ISqueezeLayer : public ILayer {
 public:
  //! Input 0 is the data, input 1 the axes, a constant.
  using ILayer::setInput;

 protected:
  virtual ~ISqueezeLayer() noexcept = default;
  apiv::VSqueezeLayer* mImpl{nullptr};
};

//! Inserts dimensions of extent 1 at the places in the output that input 1, a constant vector of axes, names.
class IUnsqueezeLayer : public ILayer {
 public:
  //! Input 0 is the data, input 1 the axes, a constant.
  using ILayer::setInput;

 protected:
  virtual ~IUnsqueezeLayer() noexcept = default;
  apiv::VUnsqueezeLayer* mImpl{nullptr};
};

//! Joins tensors along an axis; their other dimensions must be equal.
class IConcatenationLayer : public ILayer {
 public:
  //! Sets the axis. By default the third from the last, or 0 when the rank is below 3.
  void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  //! The axis.
  int32_t getAxis() const noexcept { return mImpl->getAxis(); }

 protected:
  virtual ~IConcatenationLayer() noexcept = default;
  apiv::VConcatenationLayer* mImpl{nullptr};
};

//! What ISliceLayer and IGridSampleLayer read outside the input.
enum class SampleMode : int32_t {
  kSTRICT_BOUNDS = 0,  //!< nothing: reading outside is an error
  kWRAP = 1,           //!< the input repeated
  kCLAMP = 2,          //!< the nearest element
  kFILL = 3,           //!< a constant, 0 or input 4 of ISliceLayer
  kREFLECT = 4,        //!< the input mirrored, its edge not repeated

#ifndef TENFOLD_NO_LEGACY_API
  // Names of versions 7 and 8.
  kDEFAULT TRT_DEPRECATED_ENUM = kSTRICT_BOUNDS,
#endif
};

template <>
constexpr inline int32_t EnumMax<SampleMode>() noexcept {
  return 5;
}

//! Takes elements at start + i * stride along each axis. Start, size, stride, fill value and axes may be
//! tensors, as inputs 1 to 5.
class ISliceLayer : public ILayer {
 public:
  //! Input 0 is the data, 1 start, 2 size, 3 stride, 4 the value for kFILL and 5 the axes.
  using ILayer::setInput;

  //! Sets the first element along each axis.
  void setStart(const Dims& start) noexcept { mImpl->setStart(start); }

  //! The first element along each axis; rank -1 when it is a tensor.
  Dims getStart() const noexcept { return mImpl->getStart(); }

  //! Sets the number of elements along each axis.
  void setSize(const Dims& size) noexcept { mImpl->setSize(size); }

  //! The number of elements along each axis; rank -1 when it is a tensor.
  Dims getSize() const noexcept { return mImpl->getSize(); }

  //! Sets the distance between elements along each axis; it may be negative.
  void setStride(const Dims& stride) noexcept { mImpl->setStride(stride); }

  //! The distance between elements along each axis; rank -1 when it is a tensor.
  Dims getStride() const noexcept { return mImpl->getStride(); }

  //! Sets what is read outside the input; kSTRICT_BOUNDS by default.
  void setMode(SampleMode mode) noexcept { mImpl->setMode(mode); }

  //! What setMode() set; kSTRICT_BOUNDS by default.
  SampleMode getMode() const noexcept { return mImpl->getMode(); }

  //! Sets the axes that start, size and stride are about; by default all, in order.
  void setAxes(const Dims& axes) noexcept { mImpl->setAxes(axes); }

  //! The axes; rank -1 when it is a tensor.
  Dims getAxes() const noexcept { return mImpl->getAxes(); }

 protected:
  virtual ~ISliceLayer() noexcept = default;
  apiv::VSliceLayer* mImpl{nullptr};
};

//! The shape of a tensor, as a vector of 64-bit integers.
class IShapeLayer : public ILayer {
 protected:
  virtual ~IShapeLayer() noexcept = default;
  apiv::VShapeLayer* mImpl{nullptr};
};

//! Reverses the first elements of each sequence; input 1, a vector, has the number of each.
class IReverseSequenceLayer : public ILayer {
 public:
  //! Sets the axis that counts sequences; 1 by default.
  void setBatchAxis(int32_t batchAxis) noexcept { mImpl->setBatchAxis(batchAxis); }

  //! What setBatchAxis() set; 1 by default.
  int32_t getBatchAxis() const noexcept { return mImpl->getBatchAxis(); }

  //! Sets the axis along which sequences run; 0 by default.
  void setSequenceAxis(int32_t sequenceAxis) noexcept { mImpl->setSequenceAxis(sequenceAxis); }

  //! What setSequenceAxis() set; 0 by default.
  int32_t getSequenceAxis() const noexcept { return mImpl->getSequenceAxis(); }

 protected:
  virtual ~IReverseSequenceLayer() noexcept = default;
  apiv::VReverseSequenceLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_NETWORK_SHAPE_H_
