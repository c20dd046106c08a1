// SPDX-License-Identifier: Apache-2.0
// Symbolic dimensions, in which plugins compute the shapes of their outputs.
#ifndef TENFOLD_RUNTIME_DIMENSION_EXPR_H_
#define TENFOLD_RUNTIME_DIMENSION_EXPR_H_

#include "../abi/runtime.h"
#include "weights.h"

namespace nvinfer1 {

//! Arithmetic on symbolic dimensions.
enum class DimensionOperation : int32_t {
  kSUM = 0,        //!< a + b
  kPROD = 1,       //!< a * b
  kMAX = 2,        //!< the greater
  kMIN = 3,        //!< the lesser
  kSUB = 4,        //!< a - b
  kEQUAL = 5,      //!< 1 when a == b, else 0
  kLESS = 6,       //!< 1 when a < b, else 0
  kFLOOR_DIV = 7,  //!< a / b rounded down
  kCEIL_DIV = 8,   //!< a / b rounded up
};

template <>
constexpr inline int32_t EnumMax<DimensionOperation>() noexcept {
  return 9;
}

//! A symbolic dimension: a constant or an expression over the dimensions of inputs. Owned by its builder.
class IDimensionExpr : public INoCopy {
 public:
  //! Whether the value is known while the network is built.
  bool isConstant() const noexcept { return mImpl->isConstant(); }

  //! The value when isConstant(), else the least 64-bit integer.
  int64_t getConstantValue() const noexcept { return mImpl->getConstantValue(); }

  //! Whether it stands for the size of a data-dependent output, from declareSizeTensor().
  bool isSizeTensor() const noexcept { return mImpl->isSizeTensor(); }

 protected:
  virtual ~IDimensionExpr() noexcept = default;
  apiv::VDimensionExpr* mImpl{nullptr};
};

//! Makes symbolic dimensions in a plugin's shape computation.
class IExprBuilder : public INoCopy {
 public:
  //! The expression of a number.
  const IDimensionExpr* constant(int64_t value) noexcept { return mImpl->constant(value); }

  //! The expression of `op` on two others; null when op is invalid.
  const IDimensionExpr* operation(DimensionOperation op, const IDimensionExpr& first,
                                  const IDimensionExpr& second) noexcept {
    return mImpl->operation(op, first, second);
  }

  //! Declares that output `outputIndex` is a scalar, computed at run time, that gives a dimension: `opt` is
  //! its value for tuning and `upper` its bound. Returns the expression of that dimension.
  const IDimensionExpr* declareSizeTensor(int32_t outputIndex, const IDimensionExpr& opt,
                                          const IDimensionExpr& upper) {
    return mImpl->declareSizeTensor(outputIndex, opt, upper);
  }

 protected:
  virtual ~IExprBuilder() noexcept = default;
  apiv::VExprBuilder* mImpl{nullptr};
};

//! Symbolic dimensions of a tensor.
class DimsExprs {
 public:
  //! Number of dimensions.
  int32_t nbDims;
  //! The dimensions.
  const IDimensionExpr* d[Dims::MAX_DIMS];
};

//! What a plugin learns of a tensor while the engine is built.
struct DynamicPluginTensorDesc {
  //! Dimensions with -1 where they are dynamic, type and layout.
  PluginTensorDesc desc;
  //! Least dimensions of the profile.
  Dims min;
  //! Greatest dimensions of the profile.
  Dims max;
  //! Dimensions that the profile is tuned for.
  Dims opt;
};

}  // namespace nvinfer1

#endif  // TENFOLD_RUNTIME_DIMENSION_EXPR_H_
