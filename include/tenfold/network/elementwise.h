// SPDX-License-Identifier: Apache-2.0
// Layers that work on each element by itself.
#ifndef TENFOLD_NETWORK_ELEMENTWISE_H_
#define TENFOLD_NETWORK_ELEMENTWISE_H_

#include "../abi/layer.h"
#include "layer.h"

namespace nvinfer1 {

//! Functions of IActivationLayer; alpha and beta are its parameters.
enum class ActivationType : int32_t {
  kRELU = 0,               //!< max(0, x)
  kSIGMOID = 1,            //!< 1 / (1 + exp(-x))
  kTANH = 2,               //!< tanh(x)
  kLEAKY_RELU = 3,         //!< x where x >= 0, else alpha * x
  kELU = 4,                //!< x where x >= 0, else alpha * (exp(x) - 1)
  kSELU = 5,               //!< beta * x where x > 0, else beta * (alpha * exp(x) - alpha)
  kSOFTSIGN = 6,           //!< x / (1 + |x|)
  kSOFTPLUS = 7,           //!< alpha * log(exp(beta * x) + 1)
  kCLIP = 8,               //!< max(alpha, min(beta, x))
  kHARD_SIGMOID = 9,       //!< max(0, min(1, alpha * x + beta))
  kSCALED_TANH = 10,       //!< alpha * tanh(beta * x)
  kTHRESHOLDED_RELU = 11,  //!< x where x > alpha, else 0
  kGELU_ERF = 12,          //!< x / 2 * (1 + erf(x / sqrt(2)))
  kGELU_TANH = 13,         //!< x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))
};

template <>
struct impl::EnumMaxImpl<ActivationType> {
  static constexpr int32_t kVALUE = 14;
};

//! An activation function of each element.
class IActivationLayer : public ILayer {
 public:
  //! Sets the function.
  void setActivationType(ActivationType type) noexcept { mImpl->setActivationType(type); }

  //! What setActivationType() set.
  ActivationType getActivationType() const noexcept { return mImpl->getActivationType(); }

  //! Sets the parameter alpha; 0 by default.
  void setAlpha(float alpha) noexcept { mImpl->setAlpha(alpha); }

  //! Sets the parameter beta; 0 by default.
  void setBeta(float beta) noexcept { mImpl->setBeta(beta); }

  //! What setAlpha() set; 0 by default.
  float getAlpha() const noexcept { return mImpl->getAlpha(); }

  //! What setBeta() set; 0 by default.
  float getBeta() const noexcept { return mImpl->getBeta(); }

 protected:
  virtual ~IActivationLayer() noexcept = default;
  apiv::VActivationLayer* mImpl{nullptr};
};

//! x where x >= 0, else slope * x. Input 0 is x, input 1 the slope, which is broadcast to it.
class IParametricReLULayer : public ILayer {
 protected:
  virtual ~IParametricReLULayer() noexcept = default;
  apiv::VParametricReLULayer* mImpl{nullptr};
};

//! Functions of IUnaryLayer.
enum class UnaryOperation : int32_t {
  kEXP = 0,     //!< exponential
  kLOG = 1,     //!< natural logarithm
  kSQRT = 2,    //!< square root
  kRECIP = 3,   //!< 1 / x
  kABS = 4,     //!< absolute value
  kNEG = 5,     //!< -x
  kSIN = 6,     //!< sine
  kCOS = 7,     //!< cosine
  kTAN = 8,     //!< tangent
  kSINH = 9,    //!< hyperbolic sine
  kCOSH = 10,   //!< hyperbolic cosine
  kASIN = 11,   //!< inverse sine
  kACOS = 12,   //!< inverse cosine
  kATAN = 13,   //!< inverse tangent
  kASINH = 14,  //!< inverse hyperbolic sine
  kACOSH = 15,  //!< inverse hyperbolic cosine
  kATANH = 16,  //!< inverse hyperbolic tangent
  kCEIL = 17,   //!< rounded up
  kFLOOR = 18,  //!< rounded down
  kERF = 19,    //!< Gauss error function
  kNOT = 20,    //!< logical not, of booleans
  kSIGN = 21,   //!< -1, 0 or 1 as x is negative, zero or positive
  kROUND = 22,  //!< nearest integer, halves to even
  kISINF = 23,  //!< whether x is infinite, a boolean
  kISNAN = 24,  //!< whether x is not a number, a boolean
};

template <>
constexpr inline int32_t EnumMax<UnaryOperation>() noexcept {
  return 25;
}

//! A function of each element.
class IUnaryLayer : public ILayer {
 public:
  //! Sets the function.
  void setOperation(UnaryOperation op) noexcept { mImpl->setOperation(op); }

  //! What setOperation() set.
  UnaryOperation getOperation() const noexcept { return mImpl->getOperation(); }

 protected:
  virtual ~IUnaryLayer() noexcept = default;
  apiv::VUnaryLayer* mImpl{nullptr};
};

//! Functions of IElementWiseLayer.
enum class ElementWiseOperation : int32_t {
  kSUM = 0,        //!< a + b
  kPROD = 1,       //!< a * b
  kMAX = 2,        //!< the greater
  kMIN = 3,        //!< the lesser
  kSUB = 4,        //!< a - b
  kDIV = 5,        //!< a / b; integers are truncated towards zero
  kPOW = 6,        //!< a to the power b
  kFLOOR_DIV = 7,  //!< a / b rounded down
  kAND = 8,        //!< logical and, of booleans
  kOR = 9,         //!< logical or, of booleans
  kXOR = 10,       //!< exclusive or, of booleans
  kEQUAL = 11,     //!< a == b, a boolean
  kGREATER = 12,   //!< a > b, a boolean
  kLESS = 13,      //!< a < b, a boolean
};

template <>
struct impl::EnumMaxImpl<ElementWiseOperation> {
  static constexpr int32_t kVALUE = 14;
};

//! A function of two tensors of the same rank and type; dimensions of extent 1 are broadcast.
class IElementWiseLayer : public ILayer {
 public:
  //! Sets the function.
  void setOperation(ElementWiseOperation op) noexcept { mImpl->setOperation(op); }

  //! What setOperation() set.
  ElementWiseOperation getOperation() const noexcept { return mImpl->getOperation(); }

 protected:
  virtual ~IElementWiseLayer() noexcept = default;
  apiv::VElementWiseLayer* mImpl{nullptr};
};

//! What shares a set of coefficients in IScaleLayer.
enum class ScaleMode : int32_t {
  kUNIFORM = 0,      //!< the whole tensor
  kCHANNEL = 1,      //!< a channel
  kELEMENTWISE = 2,  //!< each element has its own, from the channel axis on
};

template <>
constexpr inline int32_t EnumMax<ScaleMode>() noexcept {
  return 3;
}

//! (x * scale + shift) ^ power for each element. Empty weights stand for 1, 0 and 1.
class IScaleLayer : public ILayer {
 public:
  //! Sets what shares a set of coefficients.
  void setMode(ScaleMode mode) noexcept { mImpl->setMode(mode); }

  //! What setMode() set.
  ScaleMode getMode() const noexcept { return mImpl->getMode(); }

  //! Sets the shift.
  void setShift(Weights shift) noexcept { mImpl->setShift(shift); }

  //! The shift; empty when there is none.
  Weights getShift() const noexcept { return mImpl->getShift(); }

  //! Sets the scale.
  void setScale(Weights scale) noexcept { mImpl->setScale(scale); }

  //! The scale; empty when there is none.
  Weights getScale() const noexcept { return mImpl->getScale(); }

  //! Sets the power.
  void setPower(Weights power) noexcept { mImpl->setPower(power); }

  //! The power; empty when there is none.
  Weights getPower() const noexcept { return mImpl->getPower(); }

  //! The axis of channels.
  int32_t getChannelAxis() const noexcept { return mImpl->getChannelAxis(); }

  //! Sets the axis of channels; 1 by default.
  void setChannelAxis(int32_t channelAxis) noexcept { mImpl->setChannelAxis(channelAxis); }

 protected:
  virtual ~IScaleLayer() noexcept = default;
  apiv::VScaleLayer* mImpl{nullptr};
};

//! Elements of input 1 where input 0, of booleans, is true, else of input 2; dimensions of extent 1 are
//! broadcast.
class ISelectLayer : public ILayer {
 protected:
  virtual ~ISelectLayer() noexcept = default;
  apiv::VSelectLayer* mImpl{nullptr};
};

//! A copy; with an output type set, a conversion.
class IIdentityLayer : public ILayer {
 protected:
  virtual ~IIdentityLayer() noexcept = default;
  apiv::VIdentityLayer* mImpl{nullptr};
};

//! A conversion to another type. From floating point to integer, values are truncated towards zero; to
//! boolean, all but zero are true.
class ICastLayer : public ILayer {
 public:
  //! Sets the type of the output.
  void setToType(DataType toType) noexcept { mImpl->setToType(toType); }

  //! What setToType() set.
  DataType getToType() const noexcept { return mImpl->getToType(); }

 protected:
  virtual ~ICastLayer() noexcept = default;
  apiv::VCastLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_ELEMENTWISE_H_
