#include "optimize/passes/expand_composites.h"

#include <algorithm>

#include "graph/ops/expand.h"
#include "optimize/precision/precision.h"

namespace tenfold {
namespace {

void expand(Graph& graph, Node& node) {
  Node wish;  // what the node asks for, as it is gone afterwards
  inheritPrecision(node, wish);
  int last = -1;
  for (const Node* n : graph.nodes()) last = std::max(last, n->id);
  expandNode(graph, node);
  if (wish.attrs.all().empty()) return;
  for (Node* n : graph.nodes())
    if (n->id > last) inheritPrecision(wish, *n);
}

}  // namespace

int expandComposites(Graph& graph) {
  int changes = 0;
  for (bool again = true; again;) {
    again = false;
    std::vector<Node*> nodes = graph.nodes();
    for (Node* n : nodes) {
      if (!n->op->expand) continue;
      expand(graph, *n);
      ++changes;
      again = true;
    }
  }
  return changes;
}

}  // namespace tenfold
