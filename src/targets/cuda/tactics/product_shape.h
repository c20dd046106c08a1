// A matrix product as libraries want it: strided batches of row-major matrices.
#pragma once

#include <vector>

#include "targets/product_epilogue.h"
#include "targets/target.h"

namespace tenfold::cuda {

// For each of the outer products: D[b] (m x n) = A[b] (m x k, or k x m transposed) * B[b] (k x n or n x k)
// for b < batch; D's matrices follow one another. Strides and offsets are in elements.
struct ProductShape {
  int64_t m = 0, n = 0, k = 0;
  bool transA = false, transB = false;
  int64_t batch = 1, strideA = 0, strideB = 0;  // a stride of 0: the one matrix serves all
  struct Offsets {
    int64_t a = 0, b = 0, d = 0;
  };
  std::vector<Offsets> outer{{}};  // where each strided batch begins, for broadcasts that no stride describes
  bool isEmpty() const { return m == 0 || n == 0 || batch == 0 || outer.empty(); }
};

// Of a MatMul. Leading axes become one product where the right operand is shared.
ProductShape matmulShape(const Node& matmul, const Shape& a, const Shape& b);
// Of a convolution with a 1x1 kernel, in channels-last layout.
ProductShape pointwiseConvShape(const Shape& x, const Shape& w);
// Why the convolution is more than a product in channels-last layout, or empty.
std::string refusesPointwiseConv(const Node& conv, const Shape& weights);

}  // namespace tenfold::cuda
