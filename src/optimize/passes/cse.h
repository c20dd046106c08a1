#pragma once

#include "graph/ir/graph.h"

namespace tenfold {

// Merges nodes that compute the same (operator, attributes, inputs), and constants with the same contents.
// Random numbers, side effects and nodes with bodies are left alone.
int mergeEqualNodes(Graph& graph);

}  // namespace tenfold
