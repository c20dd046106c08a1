// SPDX-License-Identifier: Apache-2.0
// Layers that rearrange a tensor or ask for its shape.
#ifndef TENFOLD_NETWORK_SHAPE_H_
#define TENFOLD_NETWORK_SHAPE_H_

#include "../abi/shape.h"
#include "layer.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

struct Permutation {
  int32_t order[Dims::MAX_DIMS];
};

class IShuffleLayer : public ILayer {
 public:
  using ILayer::setInput;

  void setFirstTranspose(Permutation permutation) noexcept { mImpl->setFirstTranspose(permutation); }

  Permutation getFirstTranspose() const noexcept { return mImpl->getFirstTranspose(); }

  void setReshapeDimensions(const Dims& dimensions) noexcept { mImpl->setReshapeDimensions(dimensions); }

  Dims getReshapeDimensions() const noexcept { return mImpl->getReshapeDimensions(); }

  void setSecondTranspose(Permutation permutation) noexcept { mImpl->setSecondTranspose(permutation); }

  Permutation getSecondTranspose() const noexcept { return mImpl->getSecondTranspose(); }

  void setZeroIsPlaceholder(bool zeroIsPlaceholder) noexcept {
    mImpl->setZeroIsPlaceholder(zeroIsPlaceholder);
  }

  bool getZeroIsPlaceholder() const noexcept { return mImpl->getZeroIsPlaceholder(); }

 protected:
  virtual ~IShuffleLayer() noexcept = default;
  apiv::VShuffleLayer* mImpl{nullptr};
};

class ISqueezeLayer : public ILayer {
 public:
  using ILayer::setInput;

 protected:
  virtual ~ISqueezeLayer() noexcept = default;
  apiv::VSqueezeLayer* mImpl{nullptr};
};

class IUnsqueezeLayer : public ILayer {
 public:
  using ILayer::setInput;

 protected:
  virtual ~IUnsqueezeLayer() noexcept = default;
  apiv::VUnsqueezeLayer* mImpl{nullptr};
};

class IConcatenationLayer : public ILayer {
 public:
  void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  int32_t getAxis() const noexcept { return mImpl->getAxis(); }

 protected:
  virtual ~IConcatenationLayer() noexcept = default;
  apiv::VConcatenationLayer* mImpl{nullptr};
};

enum class SampleMode : int32_t {
  kSTRICT_BOUNDS = 0,
  kWRAP = 1,
  kCLAMP = 2,
  kFILL = 3,
  kREFLECT = 4,

#ifndef TENFOLD_NO_LEGACY_API
  // Names of versions 7 and 8.
  kDEFAULT TRT_DEPRECATED_ENUM = kSTRICT_BOUNDS,
#endif
};

template <>
constexpr inline int32_t EnumMax<SampleMode>() noexcept {
  return 5;
}

class ISliceLayer : public ILayer {
 public:
  using ILayer::setInput;

  void setStart(const Dims& start) noexcept { mImpl->setStart(start); }

  Dims getStart() const noexcept { return mImpl->getStart(); }

  void setSize(const Dims& size) noexcept { mImpl->setSize(size); }

  Dims getSize() const noexcept { return mImpl->getSize(); }

  void setStride(const Dims& stride) noexcept { mImpl->setStride(stride); }

  Dims getStride() const noexcept { return mImpl->getStride(); }

  void setMode(SampleMode mode) noexcept { mImpl->setMode(mode); }

  SampleMode getMode() const noexcept { return mImpl->getMode(); }

  void setAxes(const Dims& axes) noexcept { mImpl->setAxes(axes); }

  Dims getAxes() const noexcept { return mImpl->getAxes(); }

 protected:
  virtual ~ISliceLayer() noexcept = default;
  apiv::VSliceLayer* mImpl{nullptr};
};

class IShapeLayer : public ILayer {
 protected:
  virtual ~IShapeLayer() noexcept = default;
  apiv::VShapeLayer* mImpl{nullptr};
};

class IReverseSequenceLayer : public ILayer {
 public:
  void setBatchAxis(int32_t batchAxis) noexcept { mImpl->setBatchAxis(batchAxis); }

  int32_t getBatchAxis() const noexcept { return mImpl->getBatchAxis(); }

  void setSequenceAxis(int32_t sequenceAxis) noexcept { mImpl->setSequenceAxis(sequenceAxis); }

  int32_t getSequenceAxis() const noexcept { return mImpl->getSequenceAxis(); }

 protected:
  virtual ~IReverseSequenceLayer() noexcept = default;
  apiv::VReverseSequenceLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_NETWORK_SHAPE_H_
