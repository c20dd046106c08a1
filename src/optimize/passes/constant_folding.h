#pragma once

#include "graph/ir/graph.h"

namespace tenfold {

// Replaces nodes whose inputs are all constants by their results, as the reference evaluation computes them.
// Left alone: random numbers and side effects, DequantizeLinear (integer kernels want to see it), and results
// that are much larger than what they are made of (an Expand of a scalar is cheaper to run than to store).
int foldConstants(Graph& graph);

// The same for DequantizeLinear of constants: to be used once no kernel wants the integers any more.
int foldDequantizedConstants(Graph& graph);

}  // namespace tenfold
