#pragma once

#include "graph/ir/graph.h"

namespace tenfold {

// Moves transposes behind the pointwise nodes that read them, where that brings them together with another
// transpose: one further down, or equal ones on several inputs. The movement rules then join or cancel them.
int pushTransposes(Graph& graph);

}  // namespace tenfold
