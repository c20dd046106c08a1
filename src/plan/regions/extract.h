// Moves nodes of a graph into the body of a Region.
#pragma once

#include <string_view>
#include <vector>

#include "graph/ir/graph.h"

namespace tenfold {

// `members` in order. The new node is appended; the caller sorts the graph when all regions are made.
Node* extractRegion(Graph& graph, const std::vector<Node*>& members, std::string_view kind);

}  // namespace tenfold
