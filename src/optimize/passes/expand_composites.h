#pragma once

#include "graph/ir/graph.h"

namespace tenfold {

// Replaces every node of a composite operator by the nodes that define it, until none is left.
int expandComposites(Graph& graph);

}  // namespace tenfold
