// Networks describe loops and conditionals by boundary nodes among the other nodes (graph/ops/boundary.cpp);
// the core knows Loop and If, whose bodies are closed graphs.
#pragma once

#include "graph/ir/graph.h"

namespace tenfold {

// Makes a Loop of every loop's boundary nodes and what lies between them, and an If of every conditional's,
// from the innermost outwards. Leaves a sorted graph without boundary nodes. Throws Error where one is
// incomplete or two overlap.
void closeControlFlow(Graph& graph);

}  // namespace tenfold
