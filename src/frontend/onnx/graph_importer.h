// Walks a model's graphs and adds their nodes to IR graphs. Internal to the frontend.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "frontend/onnx/importer.h"
#include "frontend/onnx/op_context.h"
#include "frontend/onnx/scope.h"
#include "frontend/onnx/tensor_reader.h"

namespace onnx {
class AttributeProto;
class FunctionProto;
class GraphProto;
class ModelProto;
class NodeProto;
class ValueInfoProto;
}  // namespace onnx

namespace tenfold::onnx_frontend {

inline constexpr int kDeepestNesting = 64;
// Shapes of a loop's body are inferred until they settle, and those of a loop in it each time.
inline constexpr int kDeepestLoops = 10;

using OpsetMap = std::map<std::string, int64_t>;

// An attribute of a function call, and where its graph, if it is one, takes names from.
struct BoundAttribute {
  const onnx::AttributeProto* proto = nullptr;
  Frame* frame = nullptr;
};

// Where nodes are being imported to: a graph, the names in it, and the function call around it if there is
// one.
struct Frame {
  Graph& graph;
  Scope& scope;
  const OpsetMap& opsets;
  std::map<std::string, BoundAttribute> attributes;  // of the function call
  std::string prefix;                                // before the names of its nodes
  int loops = 0;                                     // around it
};

// A node with its attribute references resolved.
struct NodeView {
  const onnx::NodeProto& proto;
  std::string name, domain;
  int64_t opset = 0;
  std::map<std::string, BoundAttribute> attributes;
};

// Thrown by importers of bodies: a node inside failed and has been reported.
struct NestedFailure {};

// One level of bodies and calls deeper while it lives.
struct Nesting {
  explicit Nesting(int& depth) : depth(depth) { ++depth; }
  ~Nesting() { --depth; }
  int& depth;
};

class GraphImporter {
 public:
  GraphImporter(const onnx::ModelProto& model, std::shared_ptr<const void> owner, const OutsideData& outside,
                const ImportOptions& options, ImportResult& result);

  // The model's main graph into `graph`.
  void importMain(Graph& graph);

  // For OpContext.
  Body importBody(Frame& frame, const NodeView& node, const std::string& attribute,
                  const std::vector<BodyInput>& inputs);
  // The same for a body that is known to run once, on these inputs: its nodes go to the frame's graph. Gives
  // its outputs.
  std::vector<Value*> inlineBody(Frame& frame, const NodeView& node, const std::string& attribute,
                                 const std::vector<Value*>& inputs);
  std::string uniqueName(const std::string& name);

 private:
  void importInputs(const onnx::GraphProto& proto, Frame& frame);
  void importInput(const onnx::ValueInfoProto& proto, Frame& frame);
  void importInitializers(const onnx::GraphProto& proto, Frame& frame);
  // False where an output comes from a node that failed.
  bool importOutputs(const onnx::GraphProto& proto, Frame& frame);
  void importNodes(const std::vector<const onnx::NodeProto*>& nodes, Frame& frame);
  void importNode(const onnx::NodeProto& proto, Frame& frame);
  void importOperator(const NodeView& node, Frame& frame, std::vector<Value*> inputs);
  void callFunction(const onnx::FunctionProto& function, const NodeView& node, Frame& frame);
  // The graph of an attribute, and the frame whose names it may read.
  std::pair<const onnx::GraphProto*, Frame*> findBody(Frame& frame, const NodeView& node,
                                                      const std::string& attribute);
  // Initializers and nodes of a body; throws NestedFailure where something in it fails.
  template <typename Finish>
  void importBodyNodes(const onnx::GraphProto& proto, Frame& inner, Finish finish);
  void checkNested(const onnx::NodeProto& proto, Frame& frame);

  NodeView viewOf(const onnx::NodeProto& proto, Frame& frame) const;
  Attributes attributesOf(const NodeView& node);
  const onnx::FunctionProto* findFunction(const NodeView& node) const;
  // False where an input comes from a node that failed.
  bool readInputs(const NodeView& node, Frame& frame, std::vector<Value*>& inputs);
  void bindOutputs(const onnx::NodeProto& node, Frame& frame, const std::vector<Binding>& outputs);
  SymShape shapeOf(const onnx::ValueInfoProto& proto);
  Dim dimension(const std::string& modelName);

  // A result of an inlined function or body takes the name that the node around gives it.
  static void releaseName(Value* value, const Frame& inner);

  void addError(ImportError::Where where, ErrorKind kind, const std::string& message,
                const NodeView* node = nullptr);

  const onnx::ModelProto& model_;
  const ImportOptions& options_;
  ImportResult& result_;
  TensorReader tensors_;
  std::unordered_map<std::string, const onnx::FunctionProto*> functions_;
  std::vector<std::string> callStack_;
  std::map<std::string, int> names_;
  std::map<std::string, std::string> symbols_;  // the model's spelling -> symbol
  int currentNode_ = -1;                        // of the main graph
  int depth_ = 0;                               // of bodies and calls
  int64_t inlinedNodes_ = 0;
  int bodies_ = 0;
};

}  // namespace tenfold::onnx_frontend
