// Loops over several operands with as few axes as possible.
#pragma once

#include <cstdint>
#include <vector>

#include "base/shape.h"

namespace tenfold::cuda {

// Nested loops: extents from the slowest axis to the fastest, and for each operand its strides.
struct LoopAxes {
  std::vector<int64_t> extents;
  std::vector<std::vector<int64_t>> strides;  // [operand][axis]

  // Over the axes `order` of `shape`, for operands with these strides; neighbours that every operand passes
  // through in one go become one axis, and axes of extent 1 vanish. At least one axis is left.
  LoopAxes(const Shape& shape, const std::vector<int>& order, const std::vector<Shape>& operands);
  int rank() const { return static_cast<int>(extents.size()); }
  int64_t numel() const;
};

}  // namespace tenfold::cuda
