// The ONNX frontend: the bytes or the file of a model become a graph in the newest opset's terms.
//
// Opsets 1 to 28, external data, subgraphs (closed: captures become inputs), local functions (inlined),
// sparse and packed initializers. Weights are views of the parsed model or of mapped files, which the graph
// keeps alive. Nothing in a model makes these functions crash or throw: what is wrong with it is in
// ImportResult::errors.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "graph/ir/graph.h"

namespace onnx {
class ModelProto;
}

namespace tenfold {

namespace onnx_frontend {
struct OutsideData;
}

struct ImportOptions {
  // The model's file: messages name it and external data is looked for in its folder. Empty: unknown, and a
  // model with external data is refused.
  std::string path;
  // Data for initializers, by name, in place of the model's own. Must live as long as the graph.
  std::map<std::string, std::span<const std::byte>> initializers;
};

struct ImportError {
  enum class Where { kModel, kGraph, kNode };
  Where where = Where::kModel;
  ErrorKind kind = ErrorKind::kInvalidArgument;
  std::string message;  // complete: with file, node, operator, domain and opset
  // For errors of a node:
  std::string node, op, domain;
  int64_t opset = 0;
  int nodeIndex = -1;                  // in the main graph; of the outermost node where it is nested
  std::vector<std::string> functions;  // local functions around it, outermost first
};

// What became of one node of the main graph.
struct ImportedNode {
  std::string name, op, domain;
  bool supported = true;        // neither it nor a node inside it has an error
  std::vector<Value*> outputs;  // null where the node failed or the output has no name
};

struct ImportResult {
  std::unique_ptr<Graph> graph;  // null where there are errors
  std::vector<ImportError> errors;
  int64_t irVersion = 0, modelVersion = 0;
  std::map<std::string, int64_t> opsets;  // by domain; "" is ONNX's own
  std::string producerName, producerVersion, domain, doc;
  std::map<std::string, std::string> metadata;
  std::vector<ImportedNode> nodes;              // as in the model's main graph
  std::map<std::string, std::string> dimNames;  // symbol -> the model's own spelling of that dimension

  // Throws one Error with every message where there are errors.
  void check() const;
};

// A parsed model, to be imported more than once or with data that is given later.
class OnnxModel {
 public:
  ~OnnxModel();
  // Throws Error where the bytes are no model. They may go away afterwards; with an `owner`, which keeps
  // them, large tensors stay where they are.
  static std::shared_ptr<const OnnxModel> parse(std::span<const std::byte> bytes,
                                                std::shared_ptr<const void> owner = nullptr);

  // Adds the model to a graph that may hold other nodes already. result.graph stays null; where there are
  // errors, the graph holds part of the model.
  ImportResult importInto(Graph& graph, const ImportOptions& options = {}) const;
  // Whether an initializer of the main graph has this name.
  bool hasInitializer(const std::string& name) const;
  // Initializers and constants of all graphs, by name. Throws Error where one cannot be read.
  std::map<std::string, Tensor> weights(const ImportOptions& options = {}) const;

 private:
  OnnxModel();
  std::shared_ptr<const onnx::ModelProto> proto_;
  std::unique_ptr<onnx_frontend::OutsideData> outside_;
};

ImportResult importOnnx(std::span<const std::byte> model, const ImportOptions& options = {});
// `options.path` is taken from `path`. While the graph lives, its weights may lie in the file: that may be
// removed or replaced, but not written over.
ImportResult importOnnxFile(const std::string& path, ImportOptions options = {});
// One tensor as ONNX's test data holds it (a TensorProto). Throws Error where the bytes are none.
Tensor readOnnxTensor(std::span<const std::byte> bytes);
// Whether a node of this operator can be imported at all.
bool onnxOperatorSupported(const std::string& op, const std::string& domain = "");

}  // namespace tenfold
