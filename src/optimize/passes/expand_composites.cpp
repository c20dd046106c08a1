#include "optimize/passes/expand_composites.h"

#include "graph/ops/expand.h"

namespace tenfold {

int expandComposites(Graph& graph) {
  int changes = 0;
  for (bool again = true; again;) {
    again = false;
    std::vector<Node*> nodes = graph.nodes();
    for (Node* n : nodes) {
      if (!n->op->expand) continue;
      expandNode(graph, *n);
      ++changes;
      again = true;
    }
  }
  return changes;
}

}  // namespace tenfold
