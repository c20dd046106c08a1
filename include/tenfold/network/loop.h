// SPDX-License-Identifier: Apache-2.0
// Loops and the layers on their boundary.
#ifndef TENFOLD_NETWORK_LOOP_H_
#define TENFOLD_NETWORK_LOOP_H_

#include "../abi/control_flow.h"
#include "layer.h"

namespace nvinfer1 {

//! What an output of a loop collects.
enum class LoopOutput : int32_t {
  kLAST_VALUE = 0,   //!< the value of the last iteration
  kCONCATENATE = 1,  //!< the values of all iterations, along an axis
  kREVERSE = 2,      //!< the same, last iteration first
};

template <>
constexpr inline int32_t EnumMax<LoopOutput>() noexcept {
  return 3;
}

//! What ends a loop.
enum class TripLimit : int32_t {
  kCOUNT = 0,  //!< a number of iterations
  kWHILE = 1,  //!< a condition, asked before each iteration
};

template <>
constexpr inline int32_t EnumMax<TripLimit>() noexcept {
  return 2;
}

//! Base of the layers through which tensors enter and leave a loop.
class ILoopBoundaryLayer : public ILayer {
 public:
  //! The loop.
  ILoop* getLoop() const noexcept { return mBoundary->getLoop(); }

 protected:
  virtual ~ILoopBoundaryLayer() noexcept = default;
  apiv::VLoopBoundaryLayer* mBoundary{nullptr};
};

//! A value carried from one iteration to the next. Input 0 is the initial value, input 1 the value for the
//! next iteration, from inside the loop.
class IRecurrenceLayer : public ILoopBoundaryLayer {
 public:
  //! Input 0 is the initial value, 1 the next one.
  using ILayer::setInput;

 protected:
  virtual ~IRecurrenceLayer() noexcept = default;
  apiv::VRecurrenceLayer* mImpl{nullptr};
};

//! A value that leaves a loop. Input 0 comes from inside; input 1, for collections, is their length.
class ILoopOutputLayer : public ILoopBoundaryLayer {
 public:
  //! Input 0 is the value, 1 the length of a collection, a scalar.
  using ILayer::setInput;

  //! What is collected.
  LoopOutput getLoopOutput() const noexcept { return mImpl->getLoopOutput(); }

  //! Sets the axis of a collection; 0 by default.
  void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  //! What setAxis() set; 0 by default.
  int32_t getAxis() const noexcept { return mImpl->getAxis(); }

 protected:
  virtual ~ILoopOutputLayer() noexcept = default;
  apiv::VLoopOutputLayer* mImpl{nullptr};
};

//! The end of a loop: a count from outside, or a condition from inside.
class ITripLimitLayer : public ILoopBoundaryLayer {
 public:
  //! What ends the loop.
  TripLimit getTripLimit() const noexcept { return mImpl->getTripLimit(); }

 protected:
  virtual ~ITripLimitLayer() noexcept = default;
  apiv::VTripLimitLayer* mImpl{nullptr};
};

//! Gives one slice of a tensor to each iteration of a loop.
class IIteratorLayer : public ILoopBoundaryLayer {
 public:
  //! Sets the axis to go along; 0 by default.
  void setAxis(int32_t axis) noexcept { mImpl->setAxis(axis); }

  //! What setAxis() set; 0 by default.
  int32_t getAxis() const noexcept { return mImpl->getAxis(); }

  //! Says whether it goes from the end; false by default.
  void setReverse(bool reverse) noexcept { mImpl->setReverse(reverse); }

  //! What setReverse() set; false by default.
  bool getReverse() const noexcept { return mImpl->getReverse(); }

 protected:
  virtual ~IIteratorLayer() noexcept = default;
  apiv::VIteratorLayer* mImpl{nullptr};
};

//! A loop: layers that depend on its iterators or recurrences belong to it. Owned by the network.
class ILoop : public INoCopy {
 public:
  //! Adds a value carried between iterations, with its initial value; give it the next one with setInput(1,
  //! ...). Null on error.
  IRecurrenceLayer* addRecurrence(ITensor& initialValue) noexcept {
    return mImpl->addRecurrence(initialValue);
  }

  //! Adds an end of the loop; at most one of each kind. Null on error.
  ITripLimitLayer* addTripLimit(ITensor& tensor, TripLimit limit) noexcept {
    return mImpl->addTripLimit(tensor, limit);
  }

  //! Adds an iterator over slices of `tensor` along `axis`. Null on error.
  IIteratorLayer* addIterator(ITensor& tensor, int32_t axis = 0, bool reverse = false) noexcept {
    return mImpl->addIterator(tensor, axis, reverse);
  }

  //! Adds an output that collects `tensor` in the way and along the axis given; collections need a length,
  //! setInput(1, ...). Null on error.
  ILoopOutputLayer* addLoopOutput(ITensor& tensor, LoopOutput outputKind, int32_t axis = 0) noexcept {
    return mImpl->addLoopOutput(tensor, outputKind, axis);
  }

  //! Names the loop for messages; the string is copied.
  void setName(const char* name) noexcept { mImpl->setName(name); }

  //! What setName() set.
  const char* getName() const noexcept { return mImpl->getName(); }

 protected:
  virtual ~ILoop() noexcept = default;
  apiv::VLoop* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_LOOP_H_
