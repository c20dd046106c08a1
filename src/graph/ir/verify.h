// The invariants of a graph, checked after every pass.
#pragma once

#include "graph/ir/graph.h"

namespace tenfold {

// Throws Error (kInternal) naming graph, node and value where one of these does not hold:
// - every value is a graph input, a constant or the output of exactly one node of this graph;
// - a node's producers come before it in the order; everything it reads belongs to this graph;
// - `uses` lists exactly the reading input slots;
// - every value has an element type; constants have the type and shape of their contents;
// - a node has as many inputs and outputs as its operator allows;
// - bodies hold too, and read nothing from outside.
void verify(const Graph& graph);

}  // namespace tenfold
