#pragma once

#include "graph/ir/graph.h"

namespace tenfold {

// Decides every If whose branches give different ranks where the nodes after it can work with one of them
// only: a model that squeezes a dimension if it is 1, and then needs the smaller rank. The condition becomes
// a constant.
int decideBranches(Graph& graph);

}  // namespace tenfold
