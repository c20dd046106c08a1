// What the importer of one operator sees: the node's inputs as values, its attributes, and how to emit IR
// nodes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "graph/ir/graph.h"

namespace tenfold {
class Plugin;
}

namespace tenfold::onnx_frontend {

class GraphImporter;
struct Frame;
struct NodeView;

// A body imported for a control-flow node: the formal inputs, then one per capture.
struct Body {
  std::unique_ptr<Graph> graph;
  std::vector<Value*> captures;  // values of the graph around it
};

struct BodyInput {
  DataType dtype = DataType::kUndefined;
  std::optional<SymShape> shape;
};

class OpContext {
 public:
  OpContext(GraphImporter& importer, Frame& frame, const NodeView& view, std::vector<Value*> inputs);

  const std::string& op() const;
  const std::string& nodeName() const;
  int64_t opset() const;
  size_t numInputs() const { return inputs_.size(); }
  size_t numOutputs() const { return outputs_.size(); }
  bool has(size_t i) const { return i < inputs_.size() && inputs_[i]; }
  bool wants(size_t i) const;
  // The input; throws Error where it is absent (input) or gives null (optional).
  Value* input(size_t i) const;
  Value* optional(size_t i) const { return has(i) ? inputs_[i] : nullptr; }
  const std::vector<Value*>& inputs() const { return inputs_; }
  // Throws Error where the rank is unknown, as the translation of an old form depends on it.
  int rank(size_t i) const;
  // A constant integer input; throws Error where it is not constant.
  std::vector<int64_t> constantInts(size_t i) const;

  // As the model spells them: element types are ONNX's numbers. The importer may change and erase.
  Attributes attrs;
  // Reads an attribute and takes it away from what forward() passes on.
  int64_t takeInt(const std::string& name, int64_t fallback);
  double takeReal(const std::string& name, double fallback);
  std::string takeText(const std::string& name, const std::string& fallback);
  std::vector<int64_t> takeInts(const std::string& name);
  // The element type that ONNX gives this number; throws Error where there is none.
  DataType elementType(int64_t onnxType) const;

  // The node as it is, under the IR operator `op`, with these inputs: attributes by the operator's AttrSpecs,
  // all outputs. Throws Error for attributes that the operator does not have.
  Node* forward(std::string_view op, std::vector<Value*> inputs);
  // Emits one node, infers it, and gives its first output or the node. `attrs` are the IR's.
  Value* emit(std::string_view op, std::vector<Value*> inputs, Attributes attrs = {});
  Node* emitNode(std::string_view op, std::vector<Value*> inputs, Attributes attrs, size_t outputs);
  // The same for a control-flow node with these bodies.
  Node* emitControl(std::string_view op, std::vector<Value*> inputs, Attributes attrs, size_t outputs,
                    std::vector<std::unique_ptr<Graph>> bodies);
  // A node that runs this plugin; those from `dataInputs` on are shape tensors.
  Node* emitPlugin(const std::shared_ptr<Plugin>& plugin, std::vector<Value*> inputs, size_t dataInputs);
  Value* constant(Tensor tensor);
  Value* scalar(DataType type, double value) { return constant(Tensor::scalar(type, value)); }
  Value* ints(const std::vector<int64_t>& values);
  void setOutput(size_t i, Value* value);
  const std::vector<Value*>& results() const { return outputs_; }

  // The graph in this attribute as a closed body.
  Body importBody(const std::string& attribute, const std::vector<BodyInput>& inputs);

  // Whether the node has a graph in this attribute.
  bool hasBody(const std::string& attribute) const;
  // The same graph where it is known to run once, on these inputs: its nodes go where this node stands. Gives
  // its outputs.
  std::vector<Value*> inlineBody(const std::string& attribute, const std::vector<Value*>& inputs = {});

  template <typename... Args>
  [[noreturn]] void unsupported(fmt::format_string<Args...> format, Args&&... args) const {
    throw Error(ErrorKind::kUnsupported, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  GraphImporter& importer_;
  Frame& frame_;
  const NodeView& view_;
  std::vector<Value*> inputs_, outputs_;
};

}  // namespace tenfold::onnx_frontend
