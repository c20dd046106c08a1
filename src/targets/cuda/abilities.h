// What the CUDA target's kernels can take, for region formation and layouts.
#pragma once

#include "graph/ir/graph.h"

namespace tenfold::cuda {

bool acceptsChannelsLast(const Node& node);
bool fusesEpilogue(const Node& anchor, const Node& node);

}  // namespace tenfold::cuda
