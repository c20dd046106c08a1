// SPDX-License-Identifier: Apache-2.0
// Conditionals and the layers on their boundary.
#ifndef TENFOLD_NETWORK_CONDITIONAL_H_
#define TENFOLD_NETWORK_CONDITIONAL_H_

#include "../abi/control_flow.h"
#include "layer.h"

namespace nvinfer1 {

//! Base of the layers through which tensors enter and leave a conditional.
class IIfConditionalBoundaryLayer : public ILayer {
 public:
  //! The conditional.
  IIfConditional* getConditional() const noexcept { return mBoundary->getConditional(); }

 protected:
  virtual ~IIfConditionalBoundaryLayer() noexcept = default;
  apiv::VConditionalBoundaryLayer* mBoundary{nullptr};
};

//! The condition, a boolean scalar.
class IConditionLayer : public IIfConditionalBoundaryLayer {
 protected:
  virtual ~IConditionLayer() noexcept = default;
  apiv::VConditionLayer* mImpl{nullptr};
};

//! An output of a conditional: input 0 from the branch for true, input 1 from that for false.
class IIfConditionalOutputLayer : public IIfConditionalBoundaryLayer {
 protected:
  virtual ~IIfConditionalOutputLayer() noexcept = default;
  apiv::VConditionalOutputLayer* mImpl{nullptr};
};

//! An input of a conditional: what depends on its output belongs to a branch and is computed only when
//! needed.
class IIfConditionalInputLayer : public IIfConditionalBoundaryLayer {
 protected:
  virtual ~IIfConditionalInputLayer() noexcept = default;
  apiv::VConditionalInputLayer* mImpl{nullptr};
};

//! A conditional: of two branches one is computed. Owned by the network.
class IIfConditional : public INoCopy {
 public:
  //! Sets the condition, a boolean scalar; the layer made for it, null on error.
  IConditionLayer* setCondition(ITensor& condition) noexcept { return mImpl->setCondition(condition); }

  //! Adds an output with its value from each branch; both must have the same type and rank. Null on error.
  IIfConditionalOutputLayer* addOutput(ITensor& trueSubgraphOutput, ITensor& falseSubgraphOutput) noexcept {
    return mImpl->addOutput(trueSubgraphOutput, falseSubgraphOutput);
  }

  //! Lets a tensor from outside into the branches. Null on error.
  IIfConditionalInputLayer* addInput(ITensor& input) noexcept { return mImpl->addInput(input); }

  //! Names the conditional for messages; the string is copied.
  void setName(const char* name) noexcept { mImpl->setName(name); }

  //! What setName() set.
  const char* getName() const noexcept { return mImpl->getName(); }

 protected:
  virtual ~IIfConditional() noexcept = default;
  apiv::VIfConditional* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_CONDITIONAL_H_
