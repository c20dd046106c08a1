// Small edits of a graph that passes are made of. They keep types inferred and the names of graph outputs.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "graph/ir/graph.h"

namespace tenfold {

// Emits nodes before one place of a graph.
class Rewriter {
 public:
  Rewriter(Graph& graph, Node* position) : graph_(graph), position_(position) {}

  Graph& graph() { return graph_; }
  // Emits one node, infers it, and gives its first output (or, by emitNode, the node).
  Value* emit(std::string_view op, std::vector<Value*> inputs, Attributes attrs = {});
  Node* emitNode(std::string_view op, std::vector<Value*> inputs, Attributes attrs = {}, size_t outputs = 1);
  Value* constant(Tensor t) { return graph_.addConstant(std::move(t)); }
  Value* scalar(DataType type, double value) { return constant(Tensor::scalar(type, value)); }
  Value* ints(const std::vector<int64_t>& values);
  // Takes back everything emitted so far.
  void undo();
  const std::vector<Node*>& emitted() const { return emitted_; }

 private:
  Graph& graph_;
  Node* position_;
  std::vector<Node*> emitted_;
};

// Readers of `from` read `to` instead. Where `from` is a graph output and `to` cannot take its name (a graph
// input, a constant, another output), an Identity keeps the output. Returns false if nothing changed.
bool replaceValue(Graph& graph, Value* from, Value* to);
// Erases `node` if nobody reads it, and then the producers of its inputs that nobody reads any more.
void eraseIfDead(Graph& graph, Node* node);
// Only this one slot reads the value.
bool hasOneUse(const Graph& graph, const Value* value);

// The constant of a value, or null.
const Tensor* constantOf(const Value* value);
// The value of a float or integer constant all of whose elements are equal.
std::optional<double> splatOf(const Value* value);
// An integer input that is known while building: a constant, or contents that are all constant.
std::optional<std::vector<int64_t>> knownInts(const Value* value);
// Both shapes are known and provably equal.
bool sameShape(const Value* a, const Value* b);
bool sameType(const Value* a, const Value* b);  // and the element types

}  // namespace tenfold
