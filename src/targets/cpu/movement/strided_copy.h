// Copies elements between two tensors that lie in memory by strides: what transposing, slicing, joining,
// splitting, expanding and changing the layout come down to.
#pragma once

#include <vector>

#include "base/shape.h"

namespace tenfold::cpu {

class StridedCopy {
 public:
  // Strides in elements; a source stride may be 0 (repeat) or negative, offsets are of element 0.
  StridedCopy(int elementBytes, const Shape& dims, const Shape& fromStrides, const Shape& toStrides,
              int64_t fromOffset = 0, int64_t toOffset = 0);
  void run(const void* from, void* to) const;

 private:
  struct Axis {
    int64_t extent, from, to;  // strides in elements
  };
  enum class Kind { kNothing, kRows, kFill, kTranspose, kElements };
  void collapse(const Shape& dims, const Shape& fromStrides, const Shape& toStrides);
  void widen();
  void choose();

  Kind kind_ = Kind::kNothing;
  int64_t bytes_;            // of an element
  std::vector<Axis> outer_;  // slowest in the target first
  Axis inner_{1, 1, 1};      // fastest in the target
  Axis across_{1, 1, 1};     // (kTranspose) fastest in the source
  int64_t rows_ = 1;         // product of outer extents
  int64_t fromOffset_, toOffset_;
};

}  // namespace tenfold::cpu
