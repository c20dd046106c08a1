#include "frontend/onnx/op_context.h"

#include "frontend/onnx/graph_importer.h"
#include "graph/ops/infer.h"
#include "graph/ops/op_def.h"
#include "onnx.pb.h"
#include "plugin/describe.h"

namespace tenfold::onnx_frontend {

OpContext::OpContext(GraphImporter& importer, Frame& frame, const NodeView& view, std::vector<Value*> inputs)
    : importer_(importer),
      frame_(frame),
      view_(view),
      inputs_(std::move(inputs)),
      outputs_(view.proto.output_size()) {}

const std::string& OpContext::op() const { return view_.proto.op_type(); }
const std::string& OpContext::nodeName() const { return view_.name; }
int64_t OpContext::opset() const { return view_.opset; }
bool OpContext::wants(size_t i) const {
  return i < outputs_.size() && !view_.proto.output(static_cast<int>(i)).empty();
}

Value* OpContext::input(size_t i) const {
  require(has(i), "input {} is missing", i);
  return inputs_[i];
}

int OpContext::rank(size_t i) const {
  Value* v = input(i);
  if (!v->shape)
    unsupported("the rank of input {} is unknown, on which {} of opset {} depends", i, op(), opset());
  return v->rank();
}

std::vector<int64_t> OpContext::constantInts(size_t i) const {
  Value* v = input(i);
  if (v->isConstant()) return v->constant.ints();
  std::vector<int64_t> values;
  for (const Dim& d : v->contents.value_or(DimList{}))
    if (auto c = d.tryConstant()) values.push_back(*c);
  if (!v->contents || values.size() != v->contents->size())
    unsupported("input {} must be constant for {} of opset {}", i, op(), opset());
  return values;
}

int64_t OpContext::takeInt(const std::string& name, int64_t fallback) {
  int64_t value = attrs.integer(name, fallback);
  attrs.erase(name);
  return value;
}

double OpContext::takeReal(const std::string& name, double fallback) {
  double value = attrs.real(name, fallback);
  attrs.erase(name);
  return value;
}

std::string OpContext::takeText(const std::string& name, const std::string& fallback) {
  std::string value = attrs.text(name, fallback);
  attrs.erase(name);
  return value;
}

std::vector<int64_t> OpContext::takeInts(const std::string& name) {
  std::vector<int64_t> value = attrs.integers(name);
  attrs.erase(name);
  return value;
}

DataType OpContext::elementType(int64_t onnxType) const {
  DataType type = typeFromOnnx(onnxType);
  require(type != DataType::kUndefined, "element type {} does not exist here", onnxType);
  if (type == DataType::kString) unsupported("not supported: tensors of strings");
  return type;
}

static const AttrSpec* findSpec(const OpDef& def, const std::string& name) {
  for (const AttrSpec& spec : def.attrs)
    if (name == spec.name) return &spec;
  return nullptr;
}

// The kinds of Attribute's alternatives, in their order; kType is stored as an integer.
static bool fits(AttrKind kind, const Attribute& value) {
  if (kind == AttrKind::kType) return value.index() == static_cast<size_t>(AttrKind::kInt);
  return value.index() == static_cast<size_t>(kind);
}

Node* OpContext::forward(std::string_view irOp, std::vector<Value*> inputs) {
  const OpDef& def = opDef(irOp);
  Attributes converted;
  for (const auto& [name, value] : attrs.all()) {
    const AttrSpec* spec = findSpec(def, name);
    if (!spec) unsupported("the attribute '{}' is not one of {}", name, irOp);
    require(fits(spec->kind, value), "the attribute '{}' has another kind of value than expected", name);
    if (spec->kind == AttrKind::kType)
      converted.setType(name, elementType(std::get<int64_t>(value)));
    else
      converted.set(name, value);
  }
  size_t count = std::max<size_t>(outputs_.size(), static_cast<size_t>(def.minOutputs));
  Node* node = frame_.graph.addNode(irOp, std::move(inputs), std::move(converted), count,
                                    importer_.uniqueName(view_.name));
  for (size_t i = 0; i < count; ++i)
    if (!wants(i)) frame_.graph.dropOutput(node, i);
  inferNode(frame_.graph, *node);
  for (size_t i = 0; i < outputs_.size(); ++i) setOutput(i, node->output(i));
  return node;
}

Node* OpContext::emitNode(std::string_view irOp, std::vector<Value*> inputs, Attributes irAttrs,
                          size_t outputs) {
  std::string name = irOp == op() ? view_.name : fmt::format("{}/{}", view_.name, irOp);
  Node* node =
      frame_.graph.addNode(irOp, std::move(inputs), std::move(irAttrs), outputs, importer_.uniqueName(name));
  inferNode(frame_.graph, *node);
  return node;
}

Node* OpContext::emitControl(std::string_view irOp, std::vector<Value*> inputs, Attributes irAttrs,
                             size_t outputs, std::vector<std::unique_ptr<Graph>> bodies) {
  Node* node = frame_.graph.addNode(irOp, std::move(inputs), std::move(irAttrs), outputs,
                                    importer_.uniqueName(view_.name));
  node->bodies = std::move(bodies);
  inferNode(frame_.graph, *node);
  return node;
}

Node* OpContext::emitPlugin(const std::shared_ptr<Plugin>& plugin, std::vector<Value*> inputs,
                            size_t dataInputs) {
  auto outputs = static_cast<size_t>(plugin->outputCount());
  Node* node =
      frame_.graph.addNode("Plugin", std::move(inputs), {}, outputs, importer_.uniqueName(view_.name));
  node->attrs.set("data_inputs", static_cast<int64_t>(dataInputs));
  setPlugin(*node, plugin);
  describePlugin(*node);
  inferNode(frame_.graph, *node);
  return node;
}

Value* OpContext::emit(std::string_view irOp, std::vector<Value*> inputs, Attributes irAttrs) {
  return emitNode(irOp, std::move(inputs), std::move(irAttrs), 1)->output();
}

Value* OpContext::constant(Tensor tensor) { return frame_.graph.addConstant(std::move(tensor)); }

Value* OpContext::ints(const std::vector<int64_t>& values) {
  return constant(Tensor::of<int64_t>(Shape{static_cast<int64_t>(values.size())}, values));
}

void OpContext::setOutput(size_t i, Value* value) {
  if (i < outputs_.size()) outputs_[i] = value;
}

bool OpContext::hasBody(const std::string& attribute) const { return view_.attributes.count(attribute) != 0; }

std::vector<Value*> OpContext::inlineBody(const std::string& attribute, const std::vector<Value*>& inputs) {
  return importer_.inlineBody(frame_, view_, attribute, inputs);
}

Body OpContext::importBody(const std::string& attribute, const std::vector<BodyInput>& inputs) {
  return importer_.importBody(frame_, view_, attribute, inputs);
}

}  // namespace tenfold::onnx_frontend
