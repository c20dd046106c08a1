// Graphs inside nodes: the bodies of control flow.
#include "frontend/onnx/graph_importer.h"
#include "frontend/onnx/registry.h"
#include "onnx.pb.h"

namespace tenfold::onnx_frontend {

// Where a node cannot be imported because its inputs failed, what is inside is still looked at.
void GraphImporter::checkNested(const onnx::NodeProto& proto, Frame& frame) {
  for (const auto& attribute : proto.attribute())
    for (const auto& inner : attribute.g().node()) {
      NodeView node = viewOf(inner, frame);
      if (findFunction(node) || findImporter(node.domain, inner.op_type(), node.opset))
        checkNested(inner, frame);
      else
        addError(ImportError::Where::kNode, ErrorKind::kUnsupported, "not supported: " + inner.op_type(),
                 &node);
    }
}

std::pair<const onnx::GraphProto*, Frame*> GraphImporter::findBody(Frame& frame, const NodeView& node,
                                                                   const std::string& attribute) {
  auto it = node.attributes.find(attribute);
  require(it != node.attributes.end() && it->second.proto->has_g(),
          "the attribute '{}' with a graph is missing", attribute);
  if (&it->second.frame->graph != &frame.graph)
    fail(ErrorKind::kUnsupported, "the graph '{}' comes from outside of the function's own graph", attribute);
  require(depth_ < kDeepestNesting, "graphs and functions are nested more than {} deep", kDeepestNesting);
  return {&it->second.proto->g(), it->second.frame};
}

template <typename Finish>
void GraphImporter::importBodyNodes(const onnx::GraphProto& proto, Frame& inner, Finish finish) {
  size_t errors = result_.errors.size();
  Nesting nesting(depth_);
  importInitializers(proto, inner);
  std::vector<const onnx::NodeProto*> nodes;
  for (const auto& n : proto.node()) nodes.push_back(&n);
  importNodes(nodes, inner);
  if (!finish() || result_.errors.size() != errors) throw NestedFailure{};
}

Body GraphImporter::importBody(Frame& frame, const NodeView& node, const std::string& attribute,
                               const std::vector<BodyInput>& inputs) {
  auto [proto, outer] = findBody(frame, node, attribute);
  require(static_cast<size_t>(proto->input_size()) == inputs.size(),
          "the graph '{}' has {} inputs, expected {}", attribute, proto->input_size(), inputs.size());
  Body body{std::make_unique<Graph>(), {}};
  body.graph->name = proto->name();
  body.graph->symbolScope = fmt::format("{}b{}.", outer->graph.symbolScope, bodies_++);
  Scope scope(*body.graph, &outer->scope);
  Frame inner{*body.graph,       scope,         outer->opsets,
              outer->attributes, outer->prefix, outer->loops + !inputs.empty()};
  require(inner.loops <= kDeepestLoops, "loops are nested more than {} deep", kDeepestLoops);
  for (int i = 0; i < proto->input_size(); ++i) {
    Value* input = body.graph->addInput(proto->input(i).name(), inputs[i].dtype, inputs[i].shape);
    scope.define(proto->input(i).name(), input);
  }
  importBodyNodes(*proto, inner, [&, proto = proto] { return importOutputs(*proto, inner); });
  body.captures = scope.captures();
  return body;
}

std::vector<Value*> GraphImporter::inlineBody(Frame& frame, const NodeView& node,
                                              const std::string& attribute,
                                              const std::vector<Value*>& inputs) {
  auto [proto, outer] = findBody(frame, node, attribute);
  require(static_cast<size_t>(proto->input_size()) == inputs.size(),
          "the graph '{}' has {} inputs, expected {}", attribute, proto->input_size(), inputs.size());
  Scope scope(frame.graph, &outer->scope);
  for (int i = 0; i < proto->input_size(); ++i) scope.define(proto->input(i).name(), inputs[i]);
  Frame inner{frame.graph, scope, outer->opsets, outer->attributes, node.name + "/", outer->loops};
  std::vector<Value*> outputs;
  importBodyNodes(*proto, inner, [&, proto = proto] {
    for (const auto& output : proto->output()) {
      const Binding* result = scope.find(output.name());
      require(result && result->kind != Binding::Kind::kAbsent,
              "the graph '{}' does not provide its output '{}'", attribute, output.name());
      if (result->kind == Binding::Kind::kFailed) return false;
      outputs.push_back(result->value);
      releaseName(result->value, inner);
    }
    return true;
  });
  return outputs;
}

}  // namespace tenfold::onnx_frontend
