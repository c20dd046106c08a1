#include "optimize/passes/constant_folding.h"

#include <algorithm>

#include "graph/ops/eval.h"
#include "graph/ops/op_def.h"
#include "optimize/rewrite.h"

namespace tenfold {
namespace {

constexpr int64_t kMaxGrowth = int64_t{1} << 20;  // bytes that a result may have beyond its inputs

bool inputsAreConstant(const Node& node) {
  for (const Value* v : node.inputs)
    if (v && (!v->isConstant() || typeBits(v->dtype) == 0)) return false;
  return true;
}

// Floats that kernels would make of small integers at each run.
bool isDequantization(const Node& node) {
  if (node.is("DequantizeLinear")) return true;
  return node.is("Cast") && node.input(0) && isInteger(node.inputs[0]->dtype) &&
         typeBits(node.inputs[0]->dtype) <= 8 && isFloat(node.outputs[0]->dtype);
}

// `dequantizes`: dequantizations are folded whatever their size.
bool resultIsSmallEnough(const Node& node, bool dequantizes) {
  if (dequantizes && isDequantization(node)) return true;
  int64_t allowed = kMaxGrowth;
  for (const Value* v : node.inputs)
    if (v) allowed += static_cast<int64_t>(v->constant.bytes());
  for (const Value* v : node.outputs) {
    if (!v) continue;
    if (typeBits(v->dtype) == 0) return false;
    std::optional<Shape> shape = v->shape ? constantShape(*v->shape) : std::nullopt;
    if (shape) allowed -= static_cast<int64_t>(typeBytes(v->dtype, shape->numel()));
  }
  return allowed >= 0;
}

// Matrix products take large matrices as they lie (transA, transB): turning them would only cost time and
// memory.
bool isLeftToProducts(const Node& node) {
  constexpr size_t kLarge = size_t{4} << 20;
  if (!node.is("Transpose") || !node.input(0) || !node.output()) return false;
  const std::vector<Node*>& readers = node.output()->uses;
  return node.inputs[0]->isConstant() && node.inputs[0]->constant.bytes() > kLarge && !readers.empty() &&
         std::all_of(readers.begin(), readers.end(), [](const Node* n) { return n->is("MatMul"); });
}

bool foldNode(Graph& graph, Node* node, bool dequantizes) {
  const OpDef& op = *node->op;
  if (op.isRandom || op.hasSideEffects || !op.eval || !inputsAreConstant(*node) ||
      !resultIsSmallEnough(*node, dequantizes))
    return false;
  std::vector<Tensor> inputs;
  for (const Value* v : node->inputs) inputs.push_back(v ? v->constant : Tensor{});
  std::vector<Tensor> results;
  try {
    results = evalNode(*node, inputs);
  } catch (const Error&) {
    return false;  // it fails where it is run, if it is run
  }
  bool changed = false;
  for (size_t i = 0; i < node->outputs.size(); ++i)
    if (Value* v = node->outputs[i]) {
      Value* constant = graph.addConstant(results[i], v->name);
      if (replaceValue(graph, v, constant)) changed = true;
    }
  eraseIfDead(graph, node);
  return changed;
}

template <typename Wanted>
int foldWhere(Graph& graph, bool dequantizes, Wanted wanted) {
  int changes = 0;
  std::vector<Node*> nodes = graph.nodes();
  for (Node* n : nodes)
    if (wanted(*n)) changes += foldNode(graph, n, dequantizes);
  return changes;
}

}  // namespace

// Folding a node erases no other: all its inputs are constants.
int foldConstants(Graph& graph) {
  return foldWhere(graph, false, [](const Node& n) {
    return !n.is("DequantizeLinear") && !n.is("Identity") && !isLeftToProducts(n);
  });
}

int foldDequantizedConstants(Graph& graph) { return foldWhere(graph, true, isDequantization); }

}  // namespace tenfold
