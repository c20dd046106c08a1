// What the operators that only move elements share: copying whatever the element's width, and following the
// known elements of shape arithmetic through a move.
#pragma once

#include <vector>

#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

namespace tenfold {

// Calls visit(i, index) for every position of `shape`, row-major; i counts, index has one entry per axis.
template <typename Visit>
void forEachIndex(const Shape& shape, Visit visit) {
  Shape index = Shape::filled(shape.rank(), 0);
  for (int64_t i = 0, total = shape.numel(); i < total; ++i) {
    visit(i, static_cast<const Shape&>(index));
    for (int axis = shape.rank() - 1; axis >= 0 && ++index[axis] == shape[axis]; --axis) index[axis] = 0;
  }
}

// Copies elements between two tensors of the same type; packed types go element by element.
class ElementMover {
 public:
  ElementMover(const Tensor& from, Tensor& to);
  // to[toIndex + k] = from[fromIndex + k] for k < count; throws Error where these are not all there.
  void operator()(int64_t toIndex, int64_t fromIndex, int64_t count = 1) const;

 private:
  void movePacked(int64_t toIndex, int64_t fromIndex, int64_t count) const;
  const uint8_t* from_;
  uint8_t* to_;
  int64_t fromCount_, toCount_;  // elements
  int bits_;
};

// to[i] = from[offset + sum(index of i * strides)] for every i in row-major order; strides may be 0 or
// negative.
void copyStrided(const Tensor& from, Tensor& to, const Shape& strides, int64_t offset = 0);
// All bits of `to` become 0.
void fillWithZeros(Tensor& to);
// Every element of `to` becomes element 0 of `value`, which has the same type.
void fillWith(Tensor& to, const Tensor& value);

// If the elements of input 0 are known, and the other inputs as integers, the outputs' elements follow: the
// node's own evaluation moves positions instead of elements. For operators that only move elements of input
// 0.
void inferMovedContents(InferContext& ctx);

// Axes brought into [0, rank), in the given order; throws Error for one out of range or given twice.
std::vector<int> normalizeAxes(const std::vector<int64_t>& axes, int rank);

}  // namespace tenfold
