// SPDX-License-Identifier: Apache-2.0
// Layers that make values or check them: constants, fills and assertions.
#ifndef TENFOLD_NETWORK_GENERATOR_H_
#define TENFOLD_NETWORK_GENERATOR_H_

#include "../abi/layer.h"
#include "layer.h"

namespace nvinfer1 {

//! A tensor of fixed values.
class IConstantLayer : public ILayer {
 public:
  //! Sets the values. They must stay valid until the engine is built.
  void setWeights(Weights weights) noexcept { mImpl->setWeights(weights); }

  //! The values.
  Weights getWeights() const noexcept { return mImpl->getWeights(); }

  //! Sets the shape, whose volume is the number of values.
  void setDimensions(const Dims& dimensions) noexcept { mImpl->setDimensions(dimensions); }

  //! What setDimensions() set.
  Dims getDimensions() const noexcept { return mImpl->getDimensions(); }

 protected:
  virtual ~IConstantLayer() noexcept = default;
  apiv::VConstantLayer* mImpl{nullptr};
};

//! Values of IFillLayer; alpha and beta are its parameters.
enum class FillOperation : int32_t {
  kLINSPACE = 0,        //!< alpha + beta * index; beta may have a value for each dimension
  kRANDOM_UNIFORM = 1,  //!< random, evenly from alpha to beta
  kRANDOM_NORMAL = 2,   //!< random, normal with mean alpha and deviation beta
};

template <>
constexpr inline int32_t EnumMax<FillOperation>() noexcept {
  return 3;
}

//! Makes a tensor of computed values. Shape, alpha and beta may be tensors, as inputs 0 to 2.
class IFillLayer : public ILayer {
 public:
  //! Input 0 is the shape, 1 alpha and 2 beta.
  using ILayer::setInput;

  //! Sets the shape.
  void setDimensions(const Dims& dimensions) noexcept { mImpl->setDimensions(dimensions); }

  //! The shape; rank -1 when it is a tensor.
  Dims getDimensions() const noexcept { return mImpl->getDimensions(); }

  //! Sets what values are made.
  void setOperation(FillOperation op) noexcept { mImpl->setOperation(op); }

  //! What setOperation() set.
  FillOperation getOperation() const noexcept { return mImpl->getOperation(); }

  //! Sets alpha; 0 by default.
  void setAlpha(double alpha) noexcept { mImpl->setAlpha(alpha); }

  //! Alpha; its value means nothing when it is a tensor or isAlphaBetaInt64().
  double getAlpha() const noexcept { return mImpl->getAlpha(); }

  //! Sets beta; 1 by default.
  void setBeta(double beta) noexcept { mImpl->setBeta(beta); }

  //! Beta; its value means nothing when it is a tensor or isAlphaBetaInt64().
  double getBeta() const noexcept { return mImpl->getBeta(); }

  //! Sets alpha as a 64-bit integer, exactly.
  void setAlphaInt64(int64_t alpha) noexcept { mImpl->setAlphaInt64(alpha); }

  //! Alpha as a 64-bit integer.
  int64_t getAlphaInt64() const noexcept { return mImpl->getAlphaInt64(); }

  //! Sets beta as a 64-bit integer, exactly.
  void setBetaInt64(int64_t beta) noexcept { mImpl->setBetaInt64(beta); }

  //! Beta as a 64-bit integer.
  int64_t getBetaInt64() const noexcept { return mImpl->getBetaInt64(); }

  //! Whether alpha or beta was set as a 64-bit integer.
  bool isAlphaBetaInt64() const noexcept { return mImpl->isAlphaBetaInt64(); }

  //! Sets the type of the output.
  void setToType(DataType toType) noexcept { mImpl->setToType(toType); }

  //! What setToType() set.
  DataType getToType() const noexcept { return mImpl->getToType(); }

 protected:
  virtual ~IFillLayer() noexcept = default;
  apiv::VFillLayer* mImpl{nullptr};
};

//! Stops the build, or the execution, with a message when a boolean input is not true everywhere. It has no
//! outputs.
class IAssertionLayer : public ILayer {
 public:
  //! Sets the message; the string is copied.
  void setMessage(const char* message) noexcept { mImpl->setMessage(message); }

  //! The message.
  const char* getMessage() const noexcept { return mImpl->getMessage(); }

 protected:
  virtual ~IAssertionLayer() noexcept = default;
  apiv::VAssertionLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_GENERATOR_H_
