#include "optimize/passes/decide_branches.h"

#include <algorithm>

#include "base/error.h"
#include "graph/ops/infer.h"
#include "graph/ops/op_def.h"
#include "optimize/rewrite.h"

namespace tenfold {
namespace {

bool isUndecided(const Node& node) {
  if (!node.is("If") || knownInts(node.input(0))) return false;
  auto differs = [&](size_t i) {
    const Value *a = node.bodies[0]->outputs[i], *b = node.bodies[1]->outputs[i];
    return node.outputs[i] && !node.outputs[i]->uses.empty() && a->shape && b->shape &&
           a->rank() != b->rank();
  };
  for (size_t i = 0; i < node.outputs.size(); ++i)
    if (differs(i)) return true;
  return false;
}

void forgetShapes(const Node& node) {
  for (Value* v : node.outputs)
    if (v) v->shape.reset(), v->contents.reset();
}

void setCondition(Graph& graph, Node* node, bool condition) {
  Tensor t(DataType::kBool, {});
  t.setInt(0, condition);
  graph.setInput(node, 0, graph.addConstant(std::move(t)));
}

// Whether the nodes that always run can run when node `at` has this condition.
bool isPossible(const Graph& original, size_t at, bool condition) {
  std::unique_ptr<Graph> graph = original.clone();
  setCondition(*graph, graph->nodes()[at], condition);
  for (Node* node : graph->nodes()) try {
      inferNode(*graph, *node);
    } catch (const Error&) {
      // What is wrong in a body matters only if the body runs.
      if (node->bodies.empty()) return false;
      forgetShapes(*node);
    }
  return true;
}

}  // namespace

int decideBranches(Graph& graph) {
  int changes = 0;
  for (size_t at = 0; at < graph.nodes().size(); ++at) {
    Node* node = graph.nodes()[at];
    if (!isUndecided(*node)) continue;
    bool canBeTrue = isPossible(graph, at, true), canBeFalse = isPossible(graph, at, false);
    if (canBeTrue == canBeFalse) continue;
    setCondition(graph, node, canBeTrue);
    ++changes;
  }
  return changes;
}

}  // namespace tenfold
