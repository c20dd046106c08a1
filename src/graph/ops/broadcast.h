// Loops of the reference evaluators over broadcast inputs.
#pragma once

#include <array>
#include <vector>

#include "graph/ops/eval.h"

namespace tenfold {

// Calls visit(i, offsets) for every element of `out`, row-major; offsets[k] is where input k is read.
template <size_t N, typename Visit>
void forEachBroadcast(const Shape& out, const std::array<Shape, N>& strides, Visit visit) {
  std::array<int64_t, N> offsets{};
  Shape index = Shape::filled(out.rank(), 0);
  int64_t total = out.numel();
  for (int64_t i = 0; i < total; ++i) {
    visit(i, offsets);
    for (int axis = out.rank() - 1; axis >= 0; --axis) {
      for (size_t k = 0; k < N; ++k) offsets[k] += strides[k][axis];
      if (++index[axis] < out[axis]) break;
      for (size_t k = 0; k < N; ++k) offsets[k] -= strides[k][axis] * out[axis];
      index[axis] = 0;
    }
  }
}

// Output 0 = f(input 0), elementwise; computed in double for floats and in int64 for the rest.
template <typename F>
void evalUnary(EvalContext& ctx, F f) {
  const Tensor& x = ctx.input(0);
  Tensor& y = ctx.output(0, x.shape());
  for (int64_t i = 0, n = x.numel(); i < n; ++i) {
    if (isFloat(x.dtype()))
      y.setDouble(i, static_cast<double>(f(x.getDouble(i))));
    else
      y.setInt(i, static_cast<int64_t>(f(x.getInt(i))));
  }
}

}  // namespace tenfold
