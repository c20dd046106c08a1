// Local functions: a call is replaced by the function's nodes; and attributes, which may refer to those of
// the call.
#include <algorithm>

#include "frontend/onnx/graph_importer.h"
#include "onnx.pb.h"

namespace tenfold::onnx_frontend {
namespace {

using Type = onnx::AttributeProto;

// Old exporters leave the type out.
Type::AttributeType typeOf(const Type& a) {
  if (a.type() != Type::UNDEFINED) return a.type();
  if (a.has_f()) return Type::FLOAT;
  if (a.has_i()) return Type::INT;
  if (a.has_s()) return Type::STRING;
  if (a.has_t()) return Type::TENSOR;
  if (a.has_g()) return Type::GRAPH;
  if (a.floats_size()) return Type::FLOATS;
  if (a.strings_size()) return Type::STRINGS;
  return Type::INTS;
}

void convert(const std::string& name, const Type& a, TensorReader& tensors, Attributes& out) {
  switch (typeOf(a)) {
    case Type::INT:
      return out.set(name, a.i());
    case Type::FLOAT:
      return out.set(name, static_cast<double>(a.f()));
    case Type::STRING:
      return out.set(name, a.s());
    case Type::INTS:
      return out.set(name, std::vector<int64_t>(a.ints().begin(), a.ints().end()));
    case Type::FLOATS:
      return out.set(name, std::vector<double>(a.floats().begin(), a.floats().end()));
    case Type::STRINGS:
      return out.set(name, std::vector<std::string>(a.strings().begin(), a.strings().end()));
    case Type::TENSOR:
      return out.set(name, tensors.read(a.t()));
    case Type::SPARSE_TENSOR:
      return out.set(name, tensors.readSparse(a.sparse_tensor()));
    case Type::GRAPH:
      return;  // read by importBody
    default:
      fail(ErrorKind::kUnsupported, "the attribute '{}' is of a kind that is not supported ({})", name,
           static_cast<int>(a.type()));
  }
}

}  // namespace

NodeView GraphImporter::viewOf(const onnx::NodeProto& proto, Frame& frame) const {
  NodeView node{proto, frame.prefix, proto.domain() == "ai.onnx" ? "" : proto.domain(), 0, {}};
  if (!proto.name().empty())
    node.name += proto.name();
  else if (proto.output_size())
    node.name += "node_of_" + proto.output(0);
  const OpsetMap& opsets = frame.opsets.count(node.domain) ? frame.opsets : result_.opsets;
  auto opset = opsets.find(node.domain);
  node.opset = opset == opsets.end() ? 1 : opset->second;
  for (const auto& a : proto.attribute()) {
    BoundAttribute bound{&a, &frame};
    if (!a.ref_attr_name().empty()) {
      auto it = frame.attributes.find(a.ref_attr_name());
      if (it == frame.attributes.end()) continue;  // the call leaves it out: so does this node
      bound = it->second;
    }
    node.attributes.emplace(a.name(), bound);
  }
  return node;
}

Attributes GraphImporter::attributesOf(const NodeView& node) {
  Attributes attrs;
  for (const auto& [name, bound] : node.attributes) {
    try {
      convert(name, *bound.proto, tensors_, attrs);
    } catch (const Error& e) {
      fail(e.kind(), "attribute '{}': {}", name, e.what());
    }
  }
  return attrs;
}

const onnx::FunctionProto* GraphImporter::findFunction(const NodeView& node) const {
  if (functions_.empty()) return nullptr;
  auto it = functions_.find(
      fmt::format("{}:{}:{}", node.proto.domain(), node.proto.op_type(), node.proto.overload()));
  return it == functions_.end() ? nullptr : it->second;
}

void GraphImporter::releaseName(Value* value, const Frame& inner) {
  if (value && value->producer && value->name.rfind(inner.prefix, 0) == 0) value->name.clear();
}

void GraphImporter::callFunction(const onnx::FunctionProto& function, const NodeView& node, Frame& frame) {
  std::string key = fmt::format("{}.{}", function.domain(), function.name());
  require(depth_ < kDeepestNesting, "graphs and functions are nested more than {} deep", kDeepestNesting);
  require(std::find(callStack_.begin(), callStack_.end(), key) == callStack_.end(),
          "function {} calls itself", key);
  require(
      node.proto.input_size() <= function.input_size() && node.proto.output_size() <= function.output_size(),
      "has {} inputs and {} outputs; function {} has {} and {}", node.proto.input_size(),
      node.proto.output_size(), key, function.input_size(), function.output_size());

  OpsetMap opsets;
  for (const auto& import : function.opset_import())
    opsets[import.domain() == "ai.onnx" ? "" : import.domain()] = import.version();
  Scope scope(frame.graph, nullptr);
  Frame inner{frame.graph, scope, opsets, {}, node.name + "/", frame.loops};
  for (int i = 0; i < function.input_size(); ++i) {
    const std::string name = i < node.proto.input_size() ? node.proto.input(i) : "";
    const Binding* given = name.empty() ? nullptr : frame.scope.find(name);
    scope.define(function.input(i), given ? *given : Binding{});
  }
  for (const auto& a : function.attribute_proto()) inner.attributes[a.name()] = {&a, &inner};
  for (const std::string& name : function.attribute()) {
    auto it = node.attributes.find(name);
    if (it != node.attributes.end()) inner.attributes[name] = it->second;
  }
  for (const auto& a : function.attribute_proto()) {
    auto it = node.attributes.find(a.name());
    if (it != node.attributes.end()) inner.attributes[a.name()] = it->second;
  }

  std::vector<const onnx::NodeProto*> nodes;
  for (const auto& n : function.node()) nodes.push_back(&n);
  {
    Nesting nesting(depth_);
    callStack_.push_back(key);
    std::shared_ptr<void> leave(nullptr, [&](void*) { callStack_.pop_back(); });
    importNodes(nodes, inner);
  }

  std::vector<Binding> outputs;
  for (const std::string& name : function.output()) {
    const Binding* result = scope.find(name);
    require(result, "function {} does not provide its output '{}'", key, name);
    outputs.push_back(*result);
    releaseName(result->value, inner);
  }
  bindOutputs(node.proto, frame, outputs);
}

}  // namespace tenfold::onnx_frontend
