// The table of pointwise operators whose CUDA expression is one format.
#pragma once

#include "graph/ir/graph.h"

namespace tenfold::cuda {

// A format's arguments: {0} {1} {2} inputs, {3} the register type, {4} {5} attributes as numbers (double for
// integer elements). Null: the operator does not take such elements.
struct ExpressionRow {
  const char* name;
  const char *real, *integer;  // for floats; for integers and booleans
  const char* attr[2] = {};
  double fallback[2] = {};
};

// Null where the operator is not in the table.
const ExpressionRow* findExpression(const Node& node);

}  // namespace tenfold::cuda
