#pragma once

#include "graph/ir/graph.h"

namespace tenfold {

// Cuts shape arithmetic out of the graph where inference already knows its result:
// - integer values whose elements are all known become constants;
// - a Reshape with a computed target gets a constant one, written with 0 (the input's extent) and at most one
//   -1, where the inferred shape allows;
// - an If whose condition is known is replaced by the body it takes.
int simplifyShapes(Graph& graph);

}  // namespace tenfold
