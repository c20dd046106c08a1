// SPDX-License-Identifier: Apache-2.0
// Reductions, top-k, running sums and collectives between devices.
#ifndef TENFOLD_NETWORK_REDUCTION_H_
#define TENFOLD_NETWORK_REDUCTION_H_

#include "../abi/reduction.h"
#include "layer.h"

namespace nvinfer1 {

//! Functions of IReduceLayer.
enum class ReduceOperation : int32_t {
  kSUM = 0,   //!< sum
  kPROD = 1,  //!< product
  kMAX = 2,   //!< maximum
  kMIN = 3,   //!< minimum
  kAVG = 4,   //!< average
  kNONE = 5,  //!< none: for collectives that do not reduce
};

template <>
constexpr inline int32_t EnumMax<ReduceOperation>() noexcept {
  return 6;
}

//! Reduces a tensor along some axes.
class IReduceLayer : public ILayer {
 public:
  //! Sets the function.
  void setOperation(ReduceOperation op) noexcept { mImpl->setOperation(op); }

  //! What setOperation() set.
  ReduceOperation getOperation() const noexcept { return mImpl->getOperation(); }

  //! Sets the axes to reduce, as bits 1 << axis.
  void setReduceAxes(uint32_t reduceAxes) noexcept { mImpl->setReduceAxes(reduceAxes); }

  //! What setReduceAxes() set.
  uint32_t getReduceAxes() const noexcept { return mImpl->getReduceAxes(); }

  //! Says whether reduced dimensions stay with extent 1 or go.
  void setKeepDimensions(bool keepDimensions) noexcept { mImpl->setKeepDimensions(keepDimensions); }

  //! What setKeepDimensions() set.
  bool getKeepDimensions() const noexcept { return mImpl->getKeepDimensions(); }

 protected:
  virtual ~IReduceLayer() noexcept = default;
  apiv::VReduceLayer* mImpl{nullptr};
};

//! Which elements ITopKLayer takes.
enum class TopKOperation : int32_t {
  kMAX = 0,  //!< the greatest
  kMIN = 1,  //!< the least
};

template <>
constexpr inline int32_t EnumMax<TopKOperation>() noexcept {
  return 2;
}

//! The k greatest or least elements along an axis, in order. Output 0 has the values, output 1 their indices.
//! The number may also be a scalar tensor, as input 1.
class ITopKLayer : public ILayer {
 public:
  //! Input 0 is the data; input 1, a scalar of integers, replaces k.
  using ILayer::setInput;

  //! Sets which elements are taken.
  void setOperation(TopKOperation op) noexcept { mImpl->setOperation(op); }

  //! What setOperation() set.
  TopKOperation getOperation() const noexcept { return mImpl->getOperation(); }

  //! Sets the number of elements.
  void setK(int32_t k) noexcept { mImpl->setK(k); }

  //! The number of elements; -1 when it is a tensor.
  int32_t getK() const noexcept { return mImpl->getK(); }

  //! Sets the axis, as the bit 1 << axis; exactly one.
  void setReduceAxes(uint32_t reduceAxes) noexcept { mImpl->setReduceAxes(reduceAxes); }

  //! What setReduceAxes() set.
  uint32_t getReduceAxes() const noexcept { return mImpl->getReduceAxes(); }

  //! Sets the type of the indices: kINT32 or kINT64; kINT32 by default. False for others.
  bool setIndicesType(DataType type) noexcept { return mImpl->setIndicesType(type); }

  //! What setIndicesType() set; kINT32 by default.
  DataType getIndicesType() const noexcept { return mImpl->getIndicesType(); }

 protected:
  virtual ~ITopKLayer() noexcept = default;
  apiv::VTopKLayer* mImpl{nullptr};
};

//! Functions of ICumulativeLayer.
enum class CumulativeOperation : int32_t {
  kSUM = 0,  //!< running sum
};

template <>
struct impl::EnumMaxImpl<CumulativeOperation> {
  static constexpr int32_t kVALUE = 1;
};

//! A running reduction along an axis, which input 1, a constant scalar, names.
class ICumulativeLayer : public ILayer {
 public:
  //! Sets the function; false when it is unknown.
  bool setOperation(CumulativeOperation op) noexcept { return mImpl->setOperation(op); }

  //! What setOperation() set.
  CumulativeOperation getOperation() const noexcept { return mImpl->getOperation(); }

  //! Says whether an element's own value is left out; false by default.
  void setExclusive(bool exclusive) noexcept { mImpl->setExclusive(exclusive); }

  //! What setExclusive() set; false by default.
  bool getExclusive() const noexcept { return mImpl->getExclusive(); }

  //! Says whether it runs from the end; false by default.
  void setReverse(bool reverse) noexcept { mImpl->setReverse(reverse); }

  //! What setReverse() set; false by default.
  bool getReverse() const noexcept { return mImpl->getReverse(); }

 protected:
  virtual ~ICumulativeLayer() noexcept = default;
  apiv::VCumulativeLayer* mImpl{nullptr};
};

//! Exchanges of IDistCollectiveLayer.
enum class CollectiveOperation : int32_t {
  kALL_REDUCE = 0,      //!< everyone gets the reduction of all
  kALL_GATHER = 1,      //!< everyone gets the parts of all, along the first dimension
  kBROADCAST = 2,       //!< everyone gets the tensor of the root
  kREDUCE = 3,          //!< the root gets the reduction of all
  kREDUCE_SCATTER = 4,  //!< everyone gets a part of the reduction of all, along the first dimension
};

template <>
struct impl::EnumMaxImpl<CollectiveOperation> {
  static constexpr int32_t kVALUE = 5;
};

//! An exchange between devices that run the same engine; see INetworkDefinition::addDistCollective() and
//! IExecutionContext::setCommunicator().
class IDistCollectiveLayer : public ILayer {
 protected:
  virtual ~IDistCollectiveLayer() noexcept = default;
  apiv::VDistCollectiveLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_REDUCTION_H_
