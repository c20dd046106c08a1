// Inputs, initializers, outputs and dimension names of a model's graphs.
#include <algorithm>

#include "frontend/onnx/graph_importer.h"
#include "graph/ops/infer.h"
#include "onnx.pb.h"

namespace tenfold::onnx_frontend {

// A symbol for a dimension's name, without the characters that dimension expressions are written with.
Dim GraphImporter::dimension(const std::string& modelName) {
  auto it = symbols_.find(modelName);
  if (it != symbols_.end()) return Dim::symbol(it->second);
  std::string symbol;
  for (char c : modelName) {
    bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                 c == '.' || static_cast<unsigned char>(c) >= 0x80;
    if (plain)
      symbol += c;
    else if (c != ' ')
      symbol += '_';
  }
  if (symbol.find_first_not_of("0123456789") == std::string::npos) symbol = "d" + symbol;
  std::string base = symbol;
  for (int n = 2; result_.dimNames.count(symbol); ++n) symbol = fmt::format("{}_{}", base, n);
  result_.dimNames[symbol] = modelName;
  symbols_[modelName] = symbol;
  return Dim::symbol(symbol);
}

SymShape GraphImporter::shapeOf(const onnx::ValueInfoProto& proto) {
  SymShape shape;
  int axis = 0;
  for (const auto& dim : proto.type().tensor_type().shape().dim()) {
    bool fixed = dim.has_dim_value() && dim.dim_value() >= 0;
    if (fixed)
      shape.emplace_back(dim.dim_value());
    else if (dim.has_dim_param() && !dim.dim_param().empty() && dim.dim_param() != "?")
      shape.push_back(dimension(dim.dim_param()));
    else
      shape.push_back(dimension(fmt::format("{}.{}", proto.name(), axis)));
    ++axis;
  }
  return shape;
}

void GraphImporter::importInput(const onnx::ValueInfoProto& proto, Frame& frame) {
  if (proto.type().value_case() != onnx::TypeProto::kTensorType)
    fail(ErrorKind::kUnsupported, "not supported: it is no tensor (sequences, maps and optionals are not)");
  const auto& tensor = proto.type().tensor_type();
  DataType type = typeFromOnnx(tensor.elem_type());
  require(type != DataType::kUndefined, "its element type {} does not exist here", tensor.elem_type());
  if (type == DataType::kString) fail(ErrorKind::kUnsupported, "not supported: tensors of strings");
  std::optional<SymShape> shape;
  if (tensor.has_shape()) {
    require(tensor.shape().dim_size() <= kMaxRank, "it has {} dimensions; {} is the limit",
            tensor.shape().dim_size(), kMaxRank);
    shape = shapeOf(proto);
  }
  require(!proto.name().empty(), "it has no name");
  frame.scope.define(proto.name(), frame.graph.addInput(proto.name(), type, shape));
}

void GraphImporter::importInputs(const onnx::GraphProto& proto, Frame& frame) {
  // Before IR version 4 every initializer is listed as an input too; it is a constant all the same.
  std::set<std::string> constants;
  for (const auto& t : proto.initializer()) constants.insert(t.name());
  for (const auto& t : proto.sparse_initializer()) constants.insert(t.values().name());
  for (const auto& input : proto.input()) {
    if (constants.count(input.name())) continue;
    try {
      importInput(input, frame);
    } catch (const Error& e) {
      addError(ImportError::Where::kGraph, e.kind(), fmt::format("input '{}': {}", input.name(), e.what()));
      if (!frame.scope.find(input.name()))
        frame.scope.define(input.name(), {Binding::Kind::kFailed, nullptr});
    }
  }
}

void GraphImporter::importInitializers(const onnx::GraphProto& proto, Frame& frame) {
  auto add = [&](const std::string& name, auto read) {
    try {
      require(!name.empty(), "it has no name");
      frame.scope.define(name, frame.graph.addConstant(read(), frame.prefix + name));
    } catch (const std::exception& e) {
      const auto* error = dynamic_cast<const Error*>(&e);
      addError(ImportError::Where::kGraph, error ? error->kind() : ErrorKind::kInternal,
               fmt::format("initializer '{}' {}", name, e.what()));
      if (!frame.scope.find(name)) frame.scope.define(name, {Binding::Kind::kFailed, nullptr});
    }
  };
  for (const auto& t : proto.initializer()) add(t.name(), [&] { return tensors_.read(t); });
  for (const auto& t : proto.sparse_initializer())
    add(t.values().name(), [&] { return tensors_.readSparse(t); });
}

bool GraphImporter::importOutputs(const onnx::GraphProto& proto, Frame& frame) {
  Graph& graph = frame.graph;
  bool complete = true;
  for (const auto& output : proto.output()) {
    try {
      const Binding* binding = frame.scope.find(output.name());
      require(binding && binding->kind != Binding::Kind::kAbsent,
              "no node, input or initializer provides it");
      complete = complete && binding->kind != Binding::Kind::kFailed;
      if (binding->kind == Binding::Kind::kFailed) continue;
      Value* value = binding->value;
      // An output is a node's, has its own name, and is listed once: otherwise a node that passes it on makes
      // it so.
      if (!value->producer || value->name != frame.prefix + output.name() || graph.isOutput(value)) {
        Node* node = graph.addNode("Identity", {value}, {}, 1, uniqueName("output/" + output.name()));
        inferNode(graph, *node);
        value = node->output();
        value->name = frame.prefix + output.name();
      }
      graph.outputs.push_back(value);
    } catch (const Error& e) {
      addError(ImportError::Where::kGraph, e.kind(), fmt::format("output '{}': {}", output.name(), e.what()));
    }
  }
  if (proto.output_size() == 0)
    addError(ImportError::Where::kGraph, ErrorKind::kInvalidArgument, "a graph has no outputs");
  return complete;
}

}  // namespace tenfold::onnx_frontend
