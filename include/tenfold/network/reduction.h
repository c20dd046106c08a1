// SPDX-License-Identifier: Apache-2.0
// Reductions, top-k, running sums and collectives between devices.
#ifndef TENFOLD_NETWORK_REDUCTION_H_
#define TENFOLD_NETWORK_REDUCTION_H_

#include "../abi/reduction.h"
#include "layer.h"

namespace nvinfer1 {

enum class ReduceOperation : int32_t {
  kSUM = 0,
  kPROD = 1,
  kMAX = 2,
  kMIN = 3,
  kAVG = 4,
  kNONE = 5,
};

template <>
constexpr inline int32_t EnumMax<ReduceOperation>() noexcept {
  return 6;
}

class IReduceLayer : public ILayer {
 public:
  void setOperation(ReduceOperation op) noexcept { mImpl->setOperation(op); }

  ReduceOperation getOperation() const noexcept { return mImpl->getOperation(); }

  void setReduceAxes(uint32_t reduceAxes) noexcept { mImpl->setReduceAxes(reduceAxes); }

  uint32_t getReduceAxes() const noexcept { return mImpl->getReduceAxes(); }

  void setKeepDimensions(bool keepDimensions) noexcept { mImpl->setKeepDimensions(keepDimensions); }

  bool getKeepDimensions() const noexcept { return mImpl->getKeepDimensions(); }

 protected:
  virtual ~IReduceLayer() noexcept = default;
  apiv::VReduceLayer* mImpl{nullptr};
};

enum class TopKOperation : int32_t {
  kMAX = 0,
  kMIN = 1,
};

template <>
constexpr inline int32_t EnumMax<TopKOperation>() noexcept {
  return 2;
}

class ITopKLayer : public ILayer {
 public:
  using ILayer::setInput;

  void setOperation(TopKOperation op) noexcept { mImpl->setOperation(op); }

  TopKOperation getOperation() const noexcept { return mImpl->getOperation(); }

  void setK(int32_t k) noexcept { mImpl->setK(k); }

  int32_t getK() const noexcept { return mImpl->getK(); }

  void setReduceAxes(uint32_t reduceAxes) noexcept { mImpl->setReduceAxes(reduceAxes); }

  uint32_t getReduceAxes() const noexcept { return mImpl->getReduceAxes(); }

  bool setIndicesType(DataType type) noexcept { return mImpl->setIndicesType(type); }

  DataType getIndicesType() const noexcept { return mImpl->getIndicesType(); }

 protected:
  virtual ~ITopKLayer() noexcept = default;
  apiv::VTopKLayer* mImpl{nullptr};
};

enum class CumulativeOperation : int32_t {
  kSUM = 0,
};

template <>
struct impl::EnumMaxImpl<CumulativeOperation> {
  static constexpr int32_t kVALUE = 1;
};

class ICumulativeLayer : public ILayer {
 public:
  bool setOperation(CumulativeOperation op) noexcept { return mImpl->setOperation(op); }

  CumulativeOperation getOperation() const noexcept { return mImpl->getOperation(); }

  void setExclusive(bool exclusive) noexcept { mImpl->setExclusive(exclusive); }

  bool getExclusive() const noexcept { return mImpl->getExclusive(); }

  void setReverse(bool reverse) noexcept { mImpl->setReverse(reverse); }

  bool getReverse() const noexcept { return mImpl->getReverse(); }

 protected:
  virtual ~ICumulativeLayer() noexcept = default;
  apiv::VCumulativeLayer* mImpl{nullptr};
};

enum class CollectiveOperation : int32_t {
  kALL_REDUCE = 0,
  kALL_GATHER = 1,
  kBROADCAST = 2,
  kREDUCE = 3,
  kREDUCE_SCATTER = 4,
};

template <>
struct impl::EnumMaxImpl<CollectiveOperation> {
  static constexpr int32_t kVALUE = 5;
};

class IDistCollectiveLayer : public ILayer {
 protected:
  virtual ~IDistCollectiveLayer() noexcept = default;
  apiv::VDistCollectiveLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_REDUCTION_H_
