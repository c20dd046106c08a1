#include "optimize/passes/shape_simplification.h"

#include <unordered_map>

#include "graph/ops/infer.h"
#include "graph/ops/op_def.h"
#include "optimize/rewrite.h"

namespace tenfold {
namespace {

Tensor tensorOf(DataType type, const Shape& shape, const std::vector<int64_t>& elements) {
  Tensor t(type, shape);
  for (size_t i = 0; i < elements.size(); ++i) t.setInt(static_cast<int64_t>(i), elements[i]);
  return t;
}

bool becomesConstant(Graph& graph, Value* v) {
  if (!v || v->uses.empty() || !v->shape) return false;
  auto elements = knownInts(v);
  auto shape = constantShape(*v->shape);
  if (!elements || !shape || shape->numel() != static_cast<int64_t>(elements->size())) return false;
  // Graph outputs stay: they must be computed anyway.
  Value* constant =
      graph.addConstant(tensorOf(v->dtype, *shape, *elements), graph.isOutput(v) ? "" : v->name);
  for (Node* reader : std::vector<Node*>(v->uses))
    for (size_t i = 0; i < reader->inputs.size(); ++i)
      if (reader->inputs[i] == v) graph.setInput(reader, i, constant);
  return true;
}

// The constant target that means the inferred shape, if it can be written.
std::optional<std::vector<int64_t>> reshapeTarget(const SymShape& in, const SymShape& out) {
  std::vector<int64_t> target;
  int inferred = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    auto c = out[i].tryConstant();
    if (c == 0) return {};  // 0 means the input's extent here, and -1 could not be worked out
    if (c)
      target.push_back(*c);
    else if (i < in.size() && out[i] == in[i])
      target.push_back(0);
    else if (inferred++ == 0)
      target.push_back(-1);
    else
      return {};
  }
  return target;
}

bool simplifyReshape(Graph& graph, Node* node) {
  const Value *in = node->input(0), *out = node->output();
  if (!in || !out || !node->hasInput(1) || node->inputs[1]->isConstant() || !in->shape || !out->shape)
    return false;
  auto target = reshapeTarget(*in->shape, *out->shape);
  if (!target) return false;
  node->attrs.erase("allowzero");
  Value* constant = graph.addConstant(Tensor::of<int64_t>({static_cast<int64_t>(target->size())}, *target));
  graph.setInput(node, 1, constant);
  inferNode(graph, *node);
  return true;
}

bool inlineIf(Graph& graph, Node* node) {
  auto condition = knownInts(node->input(0));
  if (!condition || condition->size() != 1 || node->bodies.size() != 2) return false;
  const Graph& body = *node->bodies[(*condition)[0] ? 0 : 1];
  std::unordered_map<const Value*, Value*> map;
  for (size_t i = 0; i < body.inputs.size(); ++i) map[body.inputs[i]] = node->inputs[i + 1];
  auto mapped = [&](Value* v) {
    if (!v || map.count(v)) return v ? map.at(v) : nullptr;
    return map[v] = graph.addConstant(v->constant, v->name);
  };
  for (const Node* n : body.nodes()) {
    std::vector<Value*> inputs;
    for (Value* v : n->inputs) inputs.push_back(mapped(v));
    Node* copy = graph.insertNode(node, n->op->name, inputs, n->attrs, n->outputs.size(), n->name);
    for (const auto& inner : n->bodies) copy->bodies.push_back(inner->clone());
    for (size_t i = 0; i < n->outputs.size(); ++i) {
      Value* v = copy->outputs[i];
      if (!n->outputs[i]) {
        graph.dropOutput(copy, i);
        continue;
      }
      v->name = n->outputs[i]->name;
      v->dtype = n->outputs[i]->dtype;
      map[n->outputs[i]] = v;
    }
    inferNode(graph, *copy);
  }
  for (size_t i = 0; i < node->outputs.size(); ++i)
    if (node->outputs[i]) replaceValue(graph, node->outputs[i], mapped(body.outputs[i]));
  eraseIfDead(graph, node);
  return true;
}

}  // namespace

int simplifyShapes(Graph& graph) {
  int changes = 0;
  std::vector<Node*> nodes = graph.nodes();
  for (Node* n : nodes) {
    for (Value* v : n->outputs) changes += becomesConstant(graph, v);
    if (n->is("Reshape")) changes += simplifyReshape(graph, n);
  }
  for (Node* n : nodes)
    if (n->is("If")) changes += inlineIf(graph, n);
  return changes;
}

}  // namespace tenfold
