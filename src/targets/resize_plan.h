// The axes of a Resize, as kernels go through them.
#pragma once

#include <vector>

#include "graph/ops/resize_taps.h"
#include "targets/tactic_support.h"

namespace tenfold {

struct Node;

struct ResizePlan {
  // Any layout, every mode but regions and kept aspect ratios. Throws Error (kUnsupported) for those, where
  // the scales are not known before the launch, and where the resized axes span more than `most` in memory.
  ResizePlan(const Node& node, Descs inputs, Descs outputs, int most);

  // In memory order: elements before the first axis that changes, the axes from there to the last one that
  // does, and elements behind it.
  int64_t outer = 1, inner = 1;
  std::vector<AxisResize> axes;
};

}  // namespace tenfold
