// SPDX-License-Identifier: Apache-2.0
// Layers that pick and place elements by index.
#ifndef TENFOLD_NETWORK_INDEXING_H_
#define TENFOLD_NETWORK_INDEXING_H_

#include "../abi/shape.h"
#include "layer.h"

namespace nvinfer1 {

enum class GatherMode : int32_t {
  kDEFAULT = 0,
  kELEMENT = 1,
  kND = 2,
};

template <>
constexpr inline int32_t EnumMax<GatherMode>() noexcept {
  return 3;
}

class IGatherLayer : public ILayer {
 public:
  void setGatherAxis(int32_t axis) noexcept { mImpl->setGatherAxis(axis); }

  int32_t getGatherAxis() const noexcept { return mImpl->getGatherAxis(); }

  void setNbElementWiseDims(int32_t elementWiseDims) noexcept {
    mImpl->setNbElementWiseDims(elementWiseDims);
  }

  int32_t getNbElementWiseDims() const noexcept { return mImpl->getNbElementWiseDims(); }

  void setMode(GatherMode mode) noexcept { mImpl->setMode(mode); }

  GatherMode getMode() const noexcept { return mImpl->getMode(); }

 protected:
  virtual ~IGatherLayer() noexcept = default;
  apiv::VGatherLayer* mImpl{nullptr};
};

enum class ScatterMode : int32_t {
  kELEMENT = 0,
  kND = 1,
};

template <>
constexpr inline int32_t EnumMax<ScatterMode>() noexcept {
  return 2;
}

class IScatterLayer : public ILayer {
 public:
  void setMode(ScatterMode mode) noexcept { mImpl->setMode(mode); }

  ScatterMode getMode() const noexcept { return mImpl->getMode(); }

  void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  int32_t getAxis() const noexcept { return mImpl->getAxis(); }

 protected:
  virtual ~IScatterLayer() noexcept = default;
  apiv::VScatterLayer* mImpl{nullptr};
};

class INonZeroLayer : public ILayer {
 public:
  bool setIndicesType(DataType type) noexcept { return mImpl->setIndicesType(type); }

  DataType getIndicesType() const noexcept { return mImpl->getIndicesType(); }

 protected:
  virtual ~INonZeroLayer() noexcept = default;
  apiv::VNonZeroLayer* mImpl{nullptr};
};

class IOneHotLayer : public ILayer {
 public:
  void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  int32_t getAxis() const noexcept { return mImpl->getAxis(); }

 protected:
  virtual ~IOneHotLayer() noexcept = default;
  apiv::VOneHotLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_INDEXING_H_
