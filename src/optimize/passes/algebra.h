#pragma once

#include "graph/ir/graph.h"

namespace tenfold {

// Local simplifications, by the rules of rules/algebra.cpp (arithmetic with constants, double negation, ...)
// and rules/movement.cpp (views of views, copies of everything, casts there and back).
int simplifyAlgebra(Graph& graph);

}  // namespace tenfold
