#include "optimize/rewrite.h"

#include <algorithm>

#include "graph/ops/infer.h"
#include "graph/ops/op_def.h"

namespace tenfold {

Node* Rewriter::emitNode(std::string_view op, std::vector<Value*> inputs, Attributes attrs, size_t outputs) {
  Node* n = graph_.insertNode(position_, op, std::move(inputs), std::move(attrs), outputs, position_->name);
  emitted_.push_back(n);
  inferNode(graph_, *n);
  return n;
}

Value* Rewriter::emit(std::string_view op, std::vector<Value*> inputs, Attributes attrs) {
  return emitNode(op, std::move(inputs), std::move(attrs))->outputs[0];
}

Value* Rewriter::ints(const std::vector<int64_t>& values) {
  return constant(Tensor::of<int64_t>(Shape{static_cast<int64_t>(values.size())}, values));
}

void Rewriter::undo() {
  for (; !emitted_.empty(); emitted_.pop_back()) graph_.eraseNode(emitted_.back());
}

bool replaceValue(Graph& graph, Value* from, Value* to) {
  if (from == to) return false;
  if (!graph.isOutput(from)) {
    bool used = !from->uses.empty();
    graph.replaceUses(from, to);
    return used;
  }
  if (to->producer && !graph.isOutput(to)) {
    graph.replaceUses(from, to);
    to->name = from->name;
    return true;
  }
  if (from->producer->is("Identity") && from->uses.empty()) return false;
  Value* kept = from;
  if (!from->producer->is("Identity")) {
    Node* place = from->producer;
    Node* identity = graph.insertNode(place, "Identity", {to}, {}, 1, place->name);
    inferNode(graph, *identity);
    kept = identity->outputs[0];
    kept->name = from->name;
    std::replace(graph.outputs.begin(), graph.outputs.end(), from, kept);
  }
  graph.replaceUses(from, to);
  if (kept == from) std::replace(graph.outputs.begin(), graph.outputs.end(), to, from);
  return true;
}

void eraseIfDead(Graph& graph, Node* node) {
  auto isDead = [&](const Node* n) {
    return !n->op->hasSideEffects && std::all_of(n->outputs.begin(), n->outputs.end(), [&](const Value* v) {
      return !v || (v->uses.empty() && !graph.isOutput(v));
    });
  };
  std::vector<Node*> pending{node};
  while (!pending.empty()) {
    Node* n = pending.back();
    pending.pop_back();
    if (!isDead(n)) continue;
    for (const Value* v : n->inputs)
      if (v && v->producer && std::find(pending.begin(), pending.end(), v->producer) == pending.end())
        pending.push_back(v->producer);
    graph.eraseNode(n);
  }
}

bool hasOneUse(const Graph& graph, const Value* value) {
  return value->uses.size() == 1 && !graph.isOutput(value);
}

const Tensor* constantOf(const Value* value) {
  return value && value->isConstant() ? &value->constant : nullptr;
}

std::optional<double> splatOf(const Value* value) {
  const Tensor* t = constantOf(value);
  if (!t || t->numel() == 0 ||
      (!isFloat(t->dtype()) && !isInteger(t->dtype()) && t->dtype() != DataType::kBool))
    return {};
  double first = t->getDouble(0);
  for (int64_t i = 1; i < t->numel(); ++i)
    if (t->getDouble(i) != first) return {};
  return first;
}

std::optional<std::vector<int64_t>> knownInts(const Value* value) {
  if (!value || !(isInteger(value->dtype) || value->dtype == DataType::kBool)) return {};
  if (value->isConstant()) return value->constant.ints();
  if (!value->contents) return {};
  std::vector<int64_t> out;
  for (const Dim& d : *value->contents) {
    auto c = d.tryConstant();
    if (!c) return {};
    out.push_back(*c);
  }
  return out;
}

bool sameShape(const Value* a, const Value* b) { return a->shape && b->shape && *a->shape == *b->shape; }
bool sameType(const Value* a, const Value* b) { return a->dtype == b->dtype && sameShape(a, b); }

}  // namespace tenfold
