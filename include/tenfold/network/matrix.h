// SPDX-License-Identifier: Apache-2.0
// Matrix products.
#ifndef TENFOLD_NETWORK_MATRIX_H_
#define TENFOLD_NETWORK_MATRIX_H_

#include "../abi/reduction.h"
#include "layer.h"

namespace nvinfer1 {

//! How IMatrixMultiplyLayer reads an operand.
enum class MatrixOperation : int32_t {
  kNONE = 0,       //!< as matrices, the last two dimensions
  kTRANSPOSE = 1,  //!< as matrices, transposed
  kVECTOR = 2,     //!< as vectors, the last dimension
};

template <>
constexpr inline int32_t EnumMax<MatrixOperation>() noexcept {
  return 3;
}

//! The product of matrices or vectors in the last dimensions; the leading ones are batch dimensions,
//! broadcast where they are 1.
class IMatrixMultiplyLayer : public ILayer {
 public:
  //! Sets how operand `index`, 0 or 1, is read.
  void setOperation(int32_t index, MatrixOperation op) noexcept { mImpl->setOperation(index, op); }

  //! How operand `index`, 0 or 1, is read.
  MatrixOperation getOperation(int32_t index) const noexcept { return mImpl->getOperation(index); }

  // What versions 7 and 8 had.
#include "../legacy/matrix_multiply.inc"
 protected:
  virtual ~IMatrixMultiplyLayer() noexcept = default;
  apiv::VMatrixMultiplyLayer* mImpl{nullptr};
};

//! A sum of products given by an equation, as "ij,jk->ik": letters name dimensions, and those missing on the
//! right are summed over.
class IEinsumLayer : public ILayer {
 public:
  //! Sets the equation; the string is copied. False when it does not fit the inputs.
  bool setEquation(const char* equation) noexcept { return mImpl->setEquation(equation); }

  //! The equation.
  const char* getEquation() const noexcept { return mImpl->getEquation(); }

 protected:
  virtual ~IEinsumLayer() noexcept = default;
  apiv::VEinsumLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_MATRIX_H_
