// Images that are multiplied by one factor for each image and channel, as squeeze-and-excitation blocks end.
#pragma once

#include "graph/ir/graph.h"

namespace tenfold::cuda {

struct Scaling {
  const Value *image = nullptr, *factors = nullptr;
};

// Of a Mul of [N, C, spatial...] by [N, C, 1...], in either order; nothing of other nodes.
Scaling scalingOf(const Node& node);

}  // namespace tenfold::cuda
