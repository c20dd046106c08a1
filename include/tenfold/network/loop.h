// SPDX-License-Identifier: Apache-2.0
// Loops and the layers on their boundary.
#ifndef TENFOLD_NETWORK_LOOP_H_
#define TENFOLD_NETWORK_LOOP_H_

#include "../abi/control_flow.h"
#include "layer.h"

namespace nvinfer1 {

enum class LoopOutput : int32_t {
  kLAST_VALUE = 0,
  kCONCATENATE = 1,
  kREVERSE = 2,
};

template <>
constexpr inline int32_t EnumMax<LoopOutput>() noexcept {
  return 3;
}

enum class TripLimit : int32_t {
  kCOUNT = 0,
  kWHILE = 1,
};

template <>
constexpr inline int32_t EnumMax<TripLimit>() noexcept {
  return 2;
}

class ILoopBoundaryLayer : public ILayer {
 public:
  ILoop* getLoop() const noexcept { return mBoundary->getLoop(); }

 protected:
  virtual ~ILoopBoundaryLayer() noexcept = default;
  apiv::VLoopBoundaryLayer* mBoundary{nullptr};
};

class IRecurrenceLayer : public ILoopBoundaryLayer {
 public:
  using ILayer::setInput;

 protected:
  virtual ~IRecurrenceLayer() noexcept = default;
  apiv::VRecurrenceLayer* mImpl{nullptr};
};

class ILoopOutputLayer : public ILoopBoundaryLayer {
 public:
  using ILayer::setInput;

  LoopOutput getLoopOutput() const noexcept { return mImpl->getLoopOutput(); }

  void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  int32_t getAxis() const noexcept { return mImpl->getAxis(); }

 protected:
  virtual ~ILoopOutputLayer() noexcept = default;
  apiv::VLoopOutputLayer* mImpl{nullptr};
};

class ITripLimitLayer : public ILoopBoundaryLayer {
 public:
  TripLimit getTripLimit() const noexcept { return mImpl->getTripLimit(); }

 protected:
  virtual ~ITripLimitLayer() noexcept = default;
  apiv::VTripLimitLayer* mImpl{nullptr};
};

class IIteratorLayer : public ILoopBoundaryLayer {
 public:
  void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  int32_t getAxis() const noexcept { return mImpl->getAxis(); }

  void setReverse(bool reverse) noexcept { mImpl->setReverse(reverse); }

  bool getReverse() const noexcept { return mImpl->getReverse(); }

 protected:
  virtual ~IIteratorLayer() noexcept = default;
  apiv::VIteratorLayer* mImpl{nullptr};
};

class ILoop : public INoCopy {
 public:
  IRecurrenceLayer* addRecurrence(ITensor& initialValue) noexcept {
    return mImpl->addRecurrence(initialValue);
  }

  ITripLimitLayer* addTripLimit(ITensor& tensor, TripLimit limit) noexcept {
    return mImpl->addTripLimit(tensor, limit);
  }

  IIteratorLayer* addIterator(ITensor& tensor, int32_t axis = 0, bool reverse = false) noexcept {
    return mImpl->addIterator(tensor, axis, reverse);
  }

  ILoopOutputLayer* addLoopOutput(ITensor& tensor, LoopOutput outputKind, int32_t axis = 0) noexcept {
    return mImpl->addLoopOutput(tensor, outputKind, axis);
  }

  void setName(const char* name) noexcept { mImpl->setName(name); }

  const char* getName() const noexcept { return mImpl->getName(); }

 protected:
  virtual ~ILoop() noexcept = default;
  apiv::VLoop* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_LOOP_H_
