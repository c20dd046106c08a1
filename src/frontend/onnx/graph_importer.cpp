#include "frontend/onnx/graph_importer.h"

#include "frontend/onnx/node_order.h"
#include "frontend/onnx/registry.h"
#include "graph/ops/infer.h"
#include "onnx.pb.h"

namespace tenfold::onnx_frontend {
namespace {

// inferNode names the node as well: once is enough.
std::string withoutNodePrefix(const std::string& message) {
  size_t end = message.rfind("node '", 0) == 0 ? message.find("): ") : std::string::npos;
  return end == std::string::npos ? message : message.substr(end + 3);
}

}  // namespace

GraphImporter::GraphImporter(const onnx::ModelProto& model, std::shared_ptr<const void> owner,
                             const OutsideData& outside, const ImportOptions& options, ImportResult& result)
    : model_(model), options_(options), result_(result), tensors_(options, std::move(owner), outside) {
  for (const auto& f : model.functions())
    functions_.emplace(fmt::format("{}:{}:{}", f.domain(), f.name(), f.overload()), &f);
}

void GraphImporter::addError(ImportError::Where where, ErrorKind kind, const std::string& message,
                             const NodeView* node) {
  ImportError error;
  error.where = where;
  error.kind = kind;
  std::string file = options_.path.empty() ? "ONNX model" : options_.path;
  if (!node) {
    error.message = fmt::format("{}: {}", file, message);
    result_.errors.push_back(std::move(error));
    return;
  }
  error.node = node->name;
  error.op = node->proto.op_type();
  error.domain = node->domain;
  error.opset = node->opset;
  error.nodeIndex = currentNode_;
  error.functions = callStack_;
  std::string around;
  for (const std::string& f : callStack_) around += (around.empty() ? ", in function " : " > ") + f;
  error.message = fmt::format("{}: node '{}' (operator {}, domain {}, opset {}{}): {}", file, node->name,
                              error.op, error.domain.empty() ? "ai.onnx" : error.domain, error.opset, around,
                              withoutNodePrefix(message));
  result_.errors.push_back(std::move(error));
}

std::string GraphImporter::uniqueName(const std::string& name) {
  int& used = names_[name];
  if (used++ == 0) return name;
  for (;; ++used) {
    std::string unique = fmt::format("{}_{}", name, used);
    if (names_.emplace(unique, 1).second) return unique;
  }
}

void GraphImporter::importMain(Graph& graph) {
  for (const auto& import : model_.opset_import())
    result_.opsets[import.domain() == "ai.onnx" ? "" : import.domain()] = import.version();
  // Models of IR version 2 and older have no opset_import: they are of opset 1.
  if (result_.opsets.empty()) result_.opsets[""] = 1;
  int64_t opset = result_.opsets.count("") ? result_.opsets[""] : kNewestOpset;
  if (opset < 1 || opset > kNewestOpset) {
    addError(
        ImportError::Where::kModel, ErrorKind::kUnsupported,
        fmt::format("is of opset {}; opsets 1 to {} are supported: convert it with onnx.version_converter",
                    opset, kNewestOpset));
    return;
  }
  Scope scope(graph, nullptr);
  Frame frame{graph, scope, result_.opsets, {}, "", 0};
  const onnx::GraphProto& proto = model_.graph();
  if (graph.name.empty()) graph.name = proto.name();
  importInputs(proto, frame);
  importInitializers(proto, frame);
  for (const auto& node : proto.node())
    result_.nodes.push_back({node.name(), node.op_type(), node.domain(), true, {}});
  std::vector<const onnx::NodeProto*> nodes;
  for (const auto& node : proto.node()) nodes.push_back(&node);
  importNodes(nodes, frame);
  importOutputs(proto, frame);
}

void GraphImporter::importNodes(const std::vector<const onnx::NodeProto*>& nodes, Frame& frame) {
  bool outermost = depth_ == 0;
  for (int i : importOrder(nodes)) {
    if (outermost)
      currentNode_ = i;
    else
      require(++inlinedNodes_ <= 100'000, "bodies and functions hold more than 100000 nodes");
    size_t errors = result_.errors.size();
    importNode(*nodes[i], frame);
    if (!outermost) continue;
    ImportedNode& node = result_.nodes[i];
    node.supported = errors == result_.errors.size();
    for (const std::string& name : nodes[i]->output()) {
      const Binding* b = name.empty() ? nullptr : frame.scope.find(name);
      node.outputs.push_back(b ? b->value : nullptr);
    }
  }
  if (outermost) currentNode_ = -1;
}

void GraphImporter::importNode(const onnx::NodeProto& proto, Frame& frame) {
  NodeView node = viewOf(proto, frame);
  const Binding failed{Binding::Kind::kFailed, nullptr};
  try {
    const onnx::FunctionProto* function = findFunction(node);
    ImportFunction import = function ? nullptr : findImporter(node.domain, proto.op_type(), node.opset);
    if (!function && !import) import = findPlugin(proto.op_type(), attributesOf(node));
    if (!function && !import) {
      std::string name = (node.domain.empty() ? "" : node.domain + ".") + proto.op_type();
      fail(ErrorKind::kUnsupported,
           "not supported: {}; replace it in the model, give the model a local function of this name, or "
           "register a plugin of this name",
           name);
    }
    std::vector<Value*> inputs;
    if (!readInputs(node, frame, inputs)) {
      checkNested(proto, frame);
    } else if (function) {
      return callFunction(*function, node, frame);
    } else {
      OpContext context(*this, frame, node, std::move(inputs));
      context.attrs = attributesOf(node);
      import(context);
      std::vector<Binding> outputs;
      for (Value* v : context.results()) outputs.push_back({Binding::Kind::kValue, v});
      return bindOutputs(proto, frame, outputs);
    }
  } catch (const NestedFailure&) {
  } catch (const Error& e) {
    addError(ImportError::Where::kNode, e.kind(), e.what(), &node);
  } catch (const std::exception& e) {
    addError(ImportError::Where::kNode, ErrorKind::kInternal, e.what(), &node);
  }
  // What is known of the model's later nodes is still reported.
  for (const std::string& name : proto.output())
    if (!name.empty() && (!frame.scope.find(name))) frame.scope.define(name, failed);
}

bool GraphImporter::readInputs(const NodeView& node, Frame& frame, std::vector<Value*>& inputs) {
  bool complete = true;
  for (const std::string& name : node.proto.input()) {
    inputs.push_back(nullptr);
    if (name.empty()) continue;
    const Binding* binding = frame.scope.find(name);
    require(binding, "reads '{}', which no input, initializer or earlier node provides", name);
    if (binding->kind == Binding::Kind::kValue) inputs.back() = binding->value;
    complete = complete && binding->kind != Binding::Kind::kFailed;
  }
  while (!inputs.empty() && !inputs.back()) inputs.pop_back();
  return complete;
}

void GraphImporter::bindOutputs(const onnx::NodeProto& node, Frame& frame,
                                const std::vector<Binding>& outputs) {
  for (int i = 0; i < node.output_size(); ++i) {
    const std::string& name = node.output(i);
    if (name.empty()) continue;
    require(static_cast<size_t>(i) < outputs.size() && outputs[i].kind != Binding::Kind::kAbsent &&
                (outputs[i].value || outputs[i].kind == Binding::Kind::kFailed),
            "output {} ('{}') does not exist", i, name);
    Value* value = outputs[i].value;
    if (value && value->producer && value->name.empty()) value->name = frame.prefix + name;
    frame.scope.define(name, outputs[i]);
  }
}

}  // namespace tenfold::onnx_frontend
