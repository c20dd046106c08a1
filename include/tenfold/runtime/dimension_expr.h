// SPDX-License-Identifier: Apache-2.0
// Symbolic dimensions, in which plugins compute the shapes of their outputs.
#ifndef TENFOLD_RUNTIME_DIMENSION_EXPR_H_
#define TENFOLD_RUNTIME_DIMENSION_EXPR_H_

#include "../abi/runtime.h"
#include "weights.h"

namespace nvinfer1 {

enum class DimensionOperation : int32_t {
  kSUM = 0,
  kPROD = 1,
  kMAX = 2,
  kMIN = 3,
  kSUB = 4,
  kEQUAL = 5,
  kLESS = 6,
  kFLOOR_DIV = 7,
  kCEIL_DIV = 8,
};

template <>
constexpr inline int32_t EnumMax<DimensionOperation>() noexcept {
  return 9;
}

class IDimensionExpr : public INoCopy {
 public:
  bool isConstant() const noexcept { return mImpl->isConstant(); }

  int64_t getConstantValue() const noexcept { return mImpl->getConstantValue(); }

  bool isSizeTensor() const noexcept { return mImpl->isSizeTensor(); }

 protected:
  virtual ~IDimensionExpr() noexcept = default;
  apiv::VDimensionExpr* mImpl{nullptr};
};

class IExprBuilder : public INoCopy {
 public:
  const IDimensionExpr* constant(int64_t value) noexcept { return mImpl->constant(value); }

  const IDimensionExpr* operation(DimensionOperation op, const IDimensionExpr& first,
                                  const IDimensionExpr& second) noexcept {
    return mImpl->operation(op, first, second);
  }

  const IDimensionExpr* declareSizeTensor(int32_t outputIndex, const IDimensionExpr& opt,
                                          const IDimensionExpr& upper) {
    return mImpl->declareSizeTensor(outputIndex, opt, upper);
  }

 protected:
  virtual ~IExprBuilder() noexcept = default;
  apiv::VExprBuilder* mImpl{nullptr};
};

class DimsExprs {
 public:
  int32_t nbDims;
  const IDimensionExpr* d[Dims::MAX_DIMS];
};

struct DynamicPluginTensorDesc {
  PluginTensorDesc desc;
  Dims min;
  Dims max;
  Dims opt;
};

}  // namespace nvinfer1

#endif  // TENFOLD_RUNTIME_DIMENSION_EXPR_H_
