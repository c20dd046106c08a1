// SPDX-License-Identifier: Apache-2.0
// Matrix products.
#ifndef TENFOLD_NETWORK_MATRIX_H_
#define TENFOLD_NETWORK_MATRIX_H_

#include "../abi/reduction.h"
#include "layer.h"

namespace nvinfer1 {

enum class MatrixOperation : int32_t {
  kNONE = 0,
  kTRANSPOSE = 1,
  kVECTOR = 2,
};

template <>
constexpr inline int32_t EnumMax<MatrixOperation>() noexcept {
  return 3;
}

class IMatrixMultiplyLayer : public ILayer {
 public:
  void setOperation(int32_t index, MatrixOperation op) noexcept { mImpl->setOperation(index, op); }

  MatrixOperation getOperation(int32_t index) const noexcept { return mImpl->getOperation(index); }

  // What versions 7 and 8 had.
#include "../legacy/matrix_multiply.inc"
 protected:
  virtual ~IMatrixMultiplyLayer() noexcept = default;
  apiv::VMatrixMultiplyLayer* mImpl{nullptr};
};

class IEinsumLayer : public ILayer {
 public:
  bool setEquation(const char* equation) noexcept { return mImpl->setEquation(equation); }

  const char* getEquation() const noexcept { return mImpl->getEquation(); }

 protected:
  virtual ~IEinsumLayer() noexcept = default;
  apiv::VEinsumLayer* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_NETWORK_MATRIX_H_
