// Composite operators: those that are defined as a small graph of others (many of ONNX's function operators,
// and the TensorRT layers that have no ONNX counterpart). Such an operator gives `expand` instead of `infer`
// and `eval`; both follow from it, and the optimizer replaces the node by its expansion.
#pragma once

#include "graph/ops/infer.h"

namespace tenfold {

class ExpandContext {
 public:
  // Emits into `graph`, before `node`, what `node` means.
  ExpandContext(Graph& graph, Node& node) : graph_(graph), node_(node), results_(node.outputs.size()) {}

  const Node& node() const { return node_; }
  const Attributes& attrs() const { return node_.attrs; }
  bool has(size_t i) const { return node_.hasInput(i); }
  bool wants(size_t output) const { return node_.output(output) != nullptr; }
  // The input; throws Error where it is absent.
  Value* input(size_t i) const;
  int rank(size_t i) const;
  // Emits one node, infers it, and gives its first output (or, by emitNode, the node).
  Value* emit(std::string_view op, std::vector<Value*> inputs, Attributes attrs = {});
  Node* emitNode(std::string_view op, std::vector<Value*> inputs, Attributes attrs, size_t outputs);
  Value* constant(Tensor t) { return graph_.addConstant(std::move(t)); }
  // A scalar constant of the given type; a 1-D integer constant.
  Value* scalar(DataType type, double value) { return constant(Tensor::scalar(type, value)); }
  Value* ints(const std::vector<int64_t>& values);
  // `x` itself where it is of that type.
  Value* cast(Value* x, DataType type);
  // What output i is.
  void setOutput(size_t i, Value* value);
  Value* result(size_t i) const { return results_[i]; }
  template <typename... Args>
  void require(bool ok, fmt::format_string<Args...> format, Args&&... args) const {
    if (!ok) InferContext(graph_, node_).fail(format, std::forward<Args>(args)...);
  }

 private:
  Graph& graph_;
  Node& node_;
  std::vector<Value*> results_;
};

// Replaces a composite node by its expansion; the graph is left with inferred types.
void expandNode(Graph& graph, Node& node);
void inferByExpansion(InferContext& ctx);
void evalByExpansion(EvalContext& ctx);

}  // namespace tenfold
