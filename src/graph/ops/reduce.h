// Reductions over chosen axes, under the reference evaluators of the Reduce operators, the global poolings
// and the normalizations.
#pragma once

#include <functional>
#include <vector>

#include "base/tensor.h"

namespace tenfold {

// Which axes are reduced, one flag per axis.
using AxisMask = std::vector<bool>;
AxisMask axisMask(const std::vector<int64_t>& axes, int rank);  // throws Error for an axis out of range

// The shape without the reduced axes, or with 1 in their place.
Shape reducedShape(const Shape& shape, const AxisMask& mask, bool keepDims);

// Element i of y = f(the elements of x that share the kept coordinates i, in row-major order). Instantiated
// for the compute types (elements.h).
template <typename C>
using Reducer = std::function<C(const C* values, int64_t n)>;
template <typename C>
void reduceAxes(const Tensor& x, const AxisMask& mask, Tensor& y, const Reducer<C>& f);

// A line of elements along one axis: x[offset + k * stride], k < extent.
struct Lane {
  int64_t offset, stride, extent;
};
// Calls f(lane) for every line along `axis`; none where there are no elements.
template <typename F>
void forEachLane(const Shape& shape, int axis, F f) {
  if (shape.numel() == 0) return;
  int64_t inner = shape.numel(axis + 1, shape.rank()), extent = shape[axis], outer = shape.numel(0, axis);
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < inner; ++i) f(Lane{o * extent * inner + i, inner, extent});
}

}  // namespace tenfold
