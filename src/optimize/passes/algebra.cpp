#include "optimize/passes/algebra.h"

#include "optimize/rules/tables.h"

namespace tenfold {

int simplifyAlgebra(Graph& graph) {
  return applyRules(graph, algebraRules()) + applyRules(graph, movementRules());
}

}  // namespace tenfold
