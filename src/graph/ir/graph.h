// The network: nodes and values in SSA form. A value is a graph input, a constant, or an output of one node.
// Subgraphs (the bodies of If, Loop, Scan and fused regions) are closed: whatever they read from outside
// is passed as an input of the node and of the body.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/layout.h"
#include "base/tensor.h"
#include "graph/ir/attributes.h"
#include "graph/ir/dim.h"

namespace tenfold {

class Graph;
struct Node;
struct OpDef;

struct Value {
  int id = -1;  // unique in its graph, never reused
  std::string name;
  DataType dtype = DataType::kUndefined;
  // Without a shape, not even the rank is known before run time.
  std::optional<SymShape> shape;
  Layout layout = Layout::kPlain;
  // Known elements of a small integer tensor (shape arithmetic): one expression per element, row-major.
  std::optional<DimList> contents;
  Tensor constant;           // defined for constants
  Node* producer = nullptr;  // null for graph inputs and constants
  int outputIndex = 0;       // which output of the producer
  std::vector<Node*> uses;   // one entry per reading input slot, in no order; graph outputs do not count

  bool isConstant() const { return constant.defined(); }
  int rank() const { return shape ? static_cast<int>(shape->size()) : -1; }
  // e.g. "f32[batch,3,224,224]"
  std::string typeStr() const;
};

struct Node {
  int id = -1;
  const OpDef* op = nullptr;
  std::string name;  // the model's name for it, for messages and profiles
  Attributes attrs;
  std::vector<Value*> inputs;   // null: an optional input that is absent
  std::vector<Value*> outputs;  // null: an output nobody wants
  std::vector<std::unique_ptr<Graph>> bodies;

  std::string_view opName() const;
  bool is(std::string_view opName) const;
  bool hasInput(size_t i) const { return i < inputs.size() && inputs[i]; }
  Value* input(size_t i) const { return hasInput(i) ? inputs[i] : nullptr; }
  Value* output(size_t i = 0) const { return i < outputs.size() ? outputs[i] : nullptr; }
};

class Graph {
 public:
  Graph();
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  std::string name;
  std::vector<Value*> inputs;
  std::vector<Value*> outputs;

  Value* addInput(const std::string& name, DataType dtype, std::optional<SymShape> shape);
  Value* addConstant(Tensor data, const std::string& name = "");
  // Appends a node of the operator called `op` with `outputs` fresh outputs. Types and shapes are not
  // inferred: call infer() (graph/ops/infer.h). Throws Error where the operator does not exist.
  Node* addNode(std::string_view op, std::vector<Value*> inputs, Attributes attrs = {}, size_t outputs = 1,
                const std::string& name = "");
  // The same, placed before `position` in the node order.
  Node* insertNode(Node* position, std::string_view op, std::vector<Value*> inputs, Attributes attrs = {},
                   size_t outputs = 1, const std::string& name = "");
  void setInput(Node* node, size_t index, Value* value);
  void appendInput(Node* node, Value* value);
  // Makes an output that nobody reads null.
  void dropOutput(Node* node, size_t index);
  // All readers of `from`, graph outputs included, read `to` instead.
  void replaceUses(Value* from, Value* to);
  // The node must have no uses left; its outputs go with it.
  void eraseNode(Node* node);
  // Removes nodes whose outputs nobody reads and constants nobody uses; returns how many nodes went.
  int eraseDeadNodes();
  void moveBefore(Node* node, Node* position);
  // Orders nodes so that producers precede readers, otherwise keeping the order; throws Error on a cycle.
  void sortTopologically();

  // In execution order.
  const std::vector<Node*>& nodes() const { return order_; }
  std::vector<Value*> values() const;
  Value* valueById(int id) const;
  bool isOutput(const Value* value) const;
  // Part of every fresh symbol, so that the symbols of a body differ from those of the graph around it.
  std::string symbolScope;
  // A dimension symbol that no other dimension of this graph has.
  Dim freshSymbol(const std::string& hint);

  // A deep copy; constants share their bytes.
  std::unique_ptr<Graph> clone() const;

 private:
  friend class GraphRestorer;
  Value* newValue();
  void forgetUse(Value* value, Node* node);
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<Value>> values_;
  std::vector<Node*> order_;
  int nextValue_ = 0, nextNode_ = 0, nextSymbol_ = 0;
};

}  // namespace tenfold
