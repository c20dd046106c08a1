#include "optimize/passes/push_transposes.h"

#include <algorithm>

#include "graph/ops/op_def.h"
#include "optimize/rewrite.h"

namespace tenfold {
namespace {

using Permutation = std::vector<int64_t>;

// The permutation of a value that a Transpose gives to one reader alone; empty otherwise.
Permutation privateTranspose(const Graph& graph, const Value* v) {
  if (!v || !v->producer || !v->producer->is("Transpose") || v->rank() < 2) return {};
  for (const Node* reader : v->uses)
    if (reader != v->uses[0]) return {};
  if (graph.isOutput(v)) return {};
  Permutation perm = v->producer->attrs.integers("perm");
  if (!v->producer->attrs.has("perm"))
    for (int64_t i = v->rank() - 1; i >= 0; --i) perm.push_back(i);
  return perm;
}

bool meetsTranspose(const Graph& graph, const Value* v) {
  constexpr int kFarthest = 16;
  for (int i = 0; i < kFarthest; ++i) {
    if (!hasOneUse(graph, v)) return false;
    const Node* reader = v->uses[0];
    if (reader->is("Transpose")) return true;
    if (!reader->op->pointwise || !reader->output()) return false;
    for (const Value* other : reader->inputs)
      if (other && other != v && !other->isConstant()) return false;
    v = reader->outputs[0];
  }
  return false;
}

// The one permutation of all transposed inputs, if nothing but constants stands beside them; empty otherwise.
Permutation commonTranspose(const Graph& graph, const Node& node, int& transposed) {
  Permutation common;
  transposed = 0;
  for (const Value* v : node.inputs) {
    if (!v) return {};
    if (v->isConstant()) continue;
    Permutation perm = privateTranspose(graph, v);
    if (perm.empty() || v->rank() != node.output()->rank() || (!common.empty() && perm != common)) return {};
    common = perm;
    ++transposed;
  }
  return common;
}

Value* transposed(Rewriter& rewriter, Value* v, const Permutation& perm) {
  Attributes attrs;
  attrs.set("perm", perm);
  return rewriter.emit("Transpose", {v}, attrs);
}

// A constant as it must be before the transpose; constant folding computes it.
Value* turnedBack(Rewriter& rewriter, Value* constant, const Permutation& perm) {
  if (constant->constant.numel() == 1) return constant;
  Permutation inverse(perm.size());
  for (size_t i = 0; i < perm.size(); ++i) inverse[static_cast<size_t>(perm[i])] = static_cast<int64_t>(i);
  const Shape& shape = constant->constant.shape();
  Shape full = Shape::filled(static_cast<int>(perm.size()), 1);
  std::copy(shape.begin(), shape.end(), full.end() - shape.rank());
  return transposed(rewriter, rewriter.constant(constant->constant.reshaped(full)), inverse);
}

bool push(Graph& graph, Node* node) {
  if (!node->op->pointwise || node->outputs.size() != 1 || !node->output() || node->output()->rank() < 2)
    return false;
  int count = 0;
  Permutation perm = commonTranspose(graph, *node, count);
  if (perm.empty() || (count < 2 && !meetsTranspose(graph, node->outputs[0]))) return false;
  for (const Value* v : node->inputs)
    if (v->isConstant() && v->rank() > node->output()->rank()) return false;
  Rewriter rewriter(graph, node);
  std::vector<Value*> inputs;
  for (Value* v : node->inputs)
    inputs.push_back(v->isConstant() ? turnedBack(rewriter, v, perm) : v->producer->inputs[0]);
  Value* result = transposed(rewriter, rewriter.emit(node->op->name, inputs, node->attrs), perm);
  replaceValue(graph, node->outputs[0], result);
  eraseIfDead(graph, node);
  return true;
}

}  // namespace

int pushTransposes(Graph& graph) {
  int changes = 0;
  // Erased on the way are only the node itself and the transposes before it.
  std::vector<Node*> pointwise;
  for (Node* n : graph.nodes())
    if (n->op->pointwise) pointwise.push_back(n);
  for (Node* n : pointwise) changes += push(graph, n);
  return changes;
}

}  // namespace tenfold
