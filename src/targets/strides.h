// How tensors lie in memory.
#pragma once

#include <vector>

#include "targets/target.h"

namespace tenfold {

// Element strides of the logical axes (N, C, spatial...).
Shape stridesOf(const TensorDesc& desc);
// The logical axes from the slowest to the fastest in memory.
std::vector<int> memoryOrder(int rank, Layout layout);
// Strides with which `desc` is read at the positions of `target` (0 along broadcast axes, aligned at the
// back).
Shape broadcastStridesOf(const TensorDesc& desc, const Shape& target);
// `values` in the order of `axes`.
Shape permuted(const Shape& values, const std::vector<int>& axes);

}  // namespace tenfold
