#include "optimize/passes/dead_code.h"

#include "graph/ops/op_def.h"

namespace tenfold {
namespace {

void eraseInput(Graph& graph, Node* node, size_t index) {
  std::vector<Value*> rest(node->inputs.begin() + static_cast<long>(index) + 1, node->inputs.end());
  for (size_t i = index; i < node->inputs.size(); ++i) graph.setInput(node, i, nullptr);
  node->inputs.resize(index);
  for (Value* v : rest) graph.appendInput(node, v);
}

// The first of the node's inputs that is a capture; inputs.size() where there are none.
size_t firstCapture(const Node& node) {
  if (node.is("If")) return 1;
  if (!node.is("Loop") && !node.is("Scan")) return node.inputs.size();
  return node.inputs.size() - static_cast<size_t>(node.attrs.integer("captures", 0));
}

int removeUnusedCaptures(Graph& graph, Node* node) {
  int changes = 0;
  size_t first = firstCapture(*node);
  for (size_t i = node->inputs.size(); i-- > first;) {
    size_t fromEnd = node->inputs.size() - i;
    bool used = false;
    for (const auto& body : node->bodies) {
      const Value* v = body->inputs[body->inputs.size() - fromEnd];
      used = used || !v->uses.empty() || body->isOutput(v);
    }
    if (used) continue;
    for (const auto& body : node->bodies) body->inputs.erase(body->inputs.end() - static_cast<long>(fromEnd));
    eraseInput(graph, node, i);
    if (!node->is("If")) node->attrs.set("captures", node->attrs.integer("captures", 0) - 1);
    ++changes;
  }
  for (const auto& body : node->bodies)
    if (changes) body->eraseDeadNodes();
  return changes;
}

}  // namespace

int removeDeadCode(Graph& graph) {
  int changes = graph.eraseDeadNodes();
  for (Node* n : graph.nodes())
    if (!n->bodies.empty()) changes += removeUnusedCaptures(graph, n);
  return changes;
}

}  // namespace tenfold
