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

}  // namespace tenfold
