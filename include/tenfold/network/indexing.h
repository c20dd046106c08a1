// SPDX-License-Identifier: Apache-2.0
// Layers that pick and place elements by index.
#ifndef TENFOLD_NETWORK_INDEXING_H_
#define TENFOLD_NETWORK_INDEXING_H_

#include "../abi/shape.h"
#include "layer.h"

namespace nvinfer1 {

//! How IGatherLayer reads indices.
enum class GatherMode : int32_t {
  kDEFAULT = 0,  //!< whole slices along an axis
  kELEMENT = 1,  //!< single elements: the indices have the shape of the output
  kND = 2,       //!< index tuples in the last dimension of the indices
};

template <>
constexpr inline int32_t EnumMax<GatherMode>() noexcept {
  return 3;
}

//! Picks elements of input 0 at the indices in input 1; negative indices count from the end.
class IGatherLayer : public ILayer {
 public:
  //! Sets the axis that indices are about; not for kND.
  void setGatherAxis(int32_t axis) noexcept { mImpl->setGatherAxis(axis); }

  //! What setGatherAxis() set.
  int32_t getGatherAxis() const noexcept { return mImpl->getGatherAxis(); }

  //! Sets how many leading dimensions data and indices share; 0 by default.
  void setNbElementWiseDims(int32_t elementWiseDims) noexcept {
    mImpl->setNbElementWiseDims(elementWiseDims);
  }

  //! What setNbElementWiseDims() set; 0 by default.
  int32_t getNbElementWiseDims() const noexcept { return mImpl->getNbElementWiseDims(); }

  //! Sets how indices are read; kDEFAULT by default.
  void setMode(GatherMode mode) noexcept { mImpl->setMode(mode); }

  //! What setMode() set; kDEFAULT by default.
  GatherMode getMode() const noexcept { return mImpl->getMode(); }

 protected:
  virtual ~IGatherLayer() noexcept = default;
  apiv::VGatherLayer* mImpl{nullptr};
};

//! How IScatterLayer reads indices.
enum class ScatterMode : int32_t {
  kELEMENT = 0,  //!< single elements: indices and updates have the same shape
  kND = 1,       //!< index tuples in the last dimension of the indices
};

template <>
constexpr inline int32_t EnumMax<ScatterMode>() noexcept {
  return 2;
}

//! A copy of input 0 in which the elements at the indices in input 1 are those of input 2. For equal indices
//! the result is one of the updates.
class IScatterLayer : public ILayer {
 public:
  //! Sets how indices are read.
  void setMode(ScatterMode mode) noexcept { mImpl->setMode(mode); }

  //! What setMode() set.
  ScatterMode getMode() const noexcept { return mImpl->getMode(); }

  //! Sets the axis that indices are about, for kELEMENT; 0 by default.
  void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  //! What setAxis() set; 0 by default.
  int32_t getAxis() const noexcept { return mImpl->getAxis(); }

 protected:
  virtual ~IScatterLayer() noexcept = default;
  apiv::VScatterLayer* mImpl{nullptr};
};

//! Indices of the elements that are not zero, [rank, number]; the number is known only at run time.
class INonZeroLayer : public ILayer {
 public:
  //! Sets the type of the indices: kINT32 or kINT64; kINT32 by default. False for others.
  bool setIndicesType(DataType type) noexcept { return mImpl->setIndicesType(type); }

  //! What setIndicesType() set; kINT32 by default.
  DataType getIndicesType() const noexcept { return mImpl->getIndicesType(); }

 protected:
  virtual ~INonZeroLayer() noexcept = default;
  apiv::VNonZeroLayer* mImpl{nullptr};
};

//! Turns indices (input 0) into vectors along a new axis that hold values[1] at the index and values[0]
//! elsewhere (input 1); input 2, a scalar, has their length.
class IOneHotLayer : public ILayer {
 public:
  //! Sets the place of the new axis; -1 for the last.
  void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  //! What setAxis() set.
  int32_t getAxis() const noexcept { return mImpl->getAxis(); }

 protected:
  virtual ~IOneHotLayer() noexcept = default;
  apiv::VOneHotLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_INDEXING_H_
