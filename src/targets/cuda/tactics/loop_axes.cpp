#include "targets/cuda/tactics/loop_axes.h"

namespace tenfold::cuda {

LoopAxes::LoopAxes(const Shape& shape, const std::vector<int>& order, const std::vector<Shape>& operands)
    : strides(operands.size()) {
  for (int axis : order) {
    int64_t extent = shape[axis];
    if (extent == 1) continue;
    bool joins = !extents.empty();
    for (size_t k = 0; k < operands.size() && joins; ++k)
      joins = strides[k].back() == operands[k][axis] * extent;
    if (joins)
      extents.back() *= extent;
    else
      extents.push_back(extent);
    for (size_t k = 0; k < operands.size(); ++k) {
      if (!joins) strides[k].push_back(0);
      strides[k].back() = operands[k][axis];
    }
  }
  if (!extents.empty()) return;
  extents.push_back(1);
  for (auto& s : strides) s.push_back(0);
}

int64_t LoopAxes::numel() const {
  int64_t n = 1;
  for (int64_t extent : extents) n *= extent;
  return n;
}

}  // namespace tenfold::cuda
