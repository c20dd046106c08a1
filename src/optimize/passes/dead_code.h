#pragma once

#include "graph/ir/graph.h"

namespace tenfold {

// Removes nodes whose results nobody reads, unused constants, and unused captures of bodies: an input of If
// or Loop that no body reads goes away together with the bodies' inputs.
int removeDeadCode(Graph& graph);

}  // namespace tenfold
