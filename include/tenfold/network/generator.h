// SPDX-License-Identifier: Apache-2.0
// Layers that make values or check them: constants, fills and assertions.
#ifndef TENFOLD_NETWORK_GENERATOR_H_
#define TENFOLD_NETWORK_GENERATOR_H_

#include "../abi/layer.h"
#include "layer.h"

namespace nvinfer1 {

class IConstantLayer : public ILayer {
 public:
  void setWeights(Weights weights) noexcept { mImpl->setWeights(weights); }

  Weights getWeights() const noexcept { return mImpl->getWeights(); }

  void setDimensions(const Dims& dimensions) noexcept { mImpl->setDimensions(dimensions); }

  Dims getDimensions() const noexcept { return mImpl->getDimensions(); }

 protected:
  virtual ~IConstantLayer() noexcept = default;
  apiv::VConstantLayer* mImpl{nullptr};
};

enum class FillOperation : int32_t {
  kLINSPACE = 0,
  kRANDOM_UNIFORM = 1,
  kRANDOM_NORMAL = 2,
};

template <>
constexpr inline int32_t EnumMax<FillOperation>() noexcept {
  return 3;
}

class IFillLayer : public ILayer {
 public:
  using ILayer::setInput;

  void setDimensions(const Dims& dimensions) noexcept { mImpl->setDimensions(dimensions); }

  Dims getDimensions() const noexcept { return mImpl->getDimensions(); }

  void setOperation(FillOperation op) noexcept { mImpl->setOperation(op); }

  FillOperation getOperation() const noexcept { return mImpl->getOperation(); }

  void setAlpha(double alpha) noexcept { mImpl->setAlpha(alpha); }

  double getAlpha() const noexcept { return mImpl->getAlpha(); }

  void setBeta(double beta) noexcept { mImpl->setBeta(beta); }

  double getBeta() const noexcept { return mImpl->getBeta(); }

  void setAlphaInt64(int64_t alpha) noexcept { mImpl->setAlphaInt64(alpha); }

  int64_t getAlphaInt64() const noexcept { return mImpl->getAlphaInt64(); }

  void setBetaInt64(int64_t beta) noexcept { mImpl->setBetaInt64(beta); }

  int64_t getBetaInt64() const noexcept { return mImpl->getBetaInt64(); }

  bool isAlphaBetaInt64() const noexcept { return mImpl->isAlphaBetaInt64(); }

  void setToType(DataType toType) noexcept { mImpl->setToType(toType); }

  DataType getToType() const noexcept { return mImpl->getToType(); }

 protected:
  virtual ~IFillLayer() noexcept = default;
  apiv::VFillLayer* mImpl{nullptr};
};

class IAssertionLayer : public ILayer {
 public:
  void setMessage(const char* message) noexcept { mImpl->setMessage(message); }

  const char* getMessage() const noexcept { return mImpl->getMessage(); }

 protected:
  virtual ~IAssertionLayer() noexcept = default;
  apiv::VAssertionLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_GENERATOR_H_
