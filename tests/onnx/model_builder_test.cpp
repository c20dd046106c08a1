// The code of the model builder and its first model.
#include "onnx/model_builder.h"

#include <gtest/gtest.h>

namespace tenfold::testing {

using onnx::AttributeProto;

AttributeProto& AttributeWriter::add(const std::string& name, AttributeProto::AttributeType type) {
  AttributeProto* a = node_.add_attribute();
  a->set_name(name);
  a->set_type(type);
  return *a;
}

AttributeWriter& AttributeWriter::integer(const std::string& name, int64_t value) {
  add(name, AttributeProto::INT).set_i(value);
  return *this;
}
AttributeWriter& AttributeWriter::real(const std::string& name, float value) {
  add(name, AttributeProto::FLOAT).set_f(value);
  return *this;
}
AttributeWriter& AttributeWriter::text(const std::string& name, const std::string& value) {
  add(name, AttributeProto::STRING).set_s(value);
  return *this;
}
AttributeWriter& AttributeWriter::ints(const std::string& name, const std::vector<int64_t>& values) {
  AttributeProto& a = add(name, AttributeProto::INTS);
  for (int64_t v : values) a.add_ints(v);
  return *this;
}
AttributeWriter& AttributeWriter::reals(const std::string& name, const std::vector<float>& values) {
  AttributeProto& a = add(name, AttributeProto::FLOATS);
  for (float v : values) a.add_floats(v);
  return *this;
}
AttributeWriter& AttributeWriter::tensor(const std::string& name, const onnx::TensorProto& value) {
  *add(name, AttributeProto::TENSOR).mutable_t() = value;
  return *this;
}
AttributeWriter& AttributeWriter::graph(const std::string& name, const onnx::GraphProto& value) {
  *add(name, AttributeProto::GRAPH).mutable_g() = value;
  return *this;
}
AttributeWriter& AttributeWriter::reference(const std::string& name, const std::string& of,
                                            AttributeProto::AttributeType type) {
  add(name, type).set_ref_attr_name(of);
  return *this;
}

void addValue(onnx::ValueInfoProto& info, const std::string& name, int type,
              const std::vector<ModelDim>& dims) {
  info.set_name(name);
  auto* tensor = info.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
  auto* shape = tensor->mutable_shape();
  for (const ModelDim& dim : dims) {
    auto* d = shape->add_dim();
    if (!dim.named)
      d->set_dim_value(dim.value);
    else if (!dim.name.empty())
      d->set_dim_param(dim.name);
  }
}

onnx::NodeProto& addNode(onnx::GraphProto& graph, const std::string& op,
                         const std::vector<std::string>& inputs, const std::vector<std::string>& outputs) {
  onnx::NodeProto* node = graph.add_node();
  node->set_op_type(op);
  for (const auto& name : inputs) node->add_input(name);
  for (const auto& name : outputs) node->add_output(name);
  return *node;
}

onnx::TensorProto floatTensor(const std::string& name, const std::vector<int64_t>& dims,
                              const std::vector<float>& values) {
  onnx::TensorProto t;
  t.set_name(name);
  t.set_data_type(onnx::TensorProto::FLOAT);
  for (int64_t d : dims) t.add_dims(d);
  t.set_raw_data(values.data(), values.size() * sizeof(float));
  return t;
}

onnx::TensorProto intTensor(const std::string& name, const std::vector<int64_t>& dims,
                            const std::vector<int64_t>& values) {
  onnx::TensorProto t;
  t.set_name(name);
  t.set_data_type(onnx::TensorProto::INT64);
  for (int64_t d : dims) t.add_dims(d);
  for (int64_t v : values) t.add_int64_data(v);
  return t;
}

ModelBuilder::ModelBuilder(int64_t opset) {
  model.set_ir_version(9);
  auto* import = model.add_opset_import();
  import->set_version(opset);
  model.mutable_graph()->set_name("test");
}

ModelBuilder& ModelBuilder::input(const std::string& name, const std::vector<ModelDim>& dims, int type) {
  addValue(*model.mutable_graph()->add_input(), name, type, dims);
  return *this;
}
ModelBuilder& ModelBuilder::output(const std::string& name) {
  model.mutable_graph()->add_output()->set_name(name);
  return *this;
}
ModelBuilder& ModelBuilder::initializer(const onnx::TensorProto& tensor) {
  *model.mutable_graph()->add_initializer() = tensor;
  return *this;
}
onnx::NodeProto& ModelBuilder::node(const std::string& op, const std::vector<std::string>& inputs,
                                    const std::vector<std::string>& outputs) {
  return addNode(*model.mutable_graph(), op, inputs, outputs);
}

ImportResult ModelBuilder::import(const ImportOptions& options) const {
  std::string data = bytes();
  return importOnnx(std::as_bytes(std::span(data)), options);
}

std::unique_ptr<Graph> ModelBuilder::graph() const {
  ImportResult result = import();
  EXPECT_EQ(errorText(result), "");
  return std::move(result.graph);
}

std::string opNames(const Graph& graph) {
  std::string names;
  for (const Node* n : graph.nodes()) names += (names.empty() ? "" : " ") + std::string(n->opName());
  return names;
}

std::string errorText(const ImportResult& result) {
  std::string text;
  for (const ImportError& e : result.errors) text += (text.empty() ? "" : "\n") + e.message;
  return text;
}

std::vector<int64_t> constantInts(const Value* value) {
  return value && value->isConstant() ? value->constant.ints() : std::vector<int64_t>{};
}

TEST(OnnxModelBuilder, ImportsOneNode) {
  ModelBuilder m;
  m.input("x", {2, "n"}).output("y");
  m.node("Relu", {"x"}, {"y"}).set_name("act");
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  EXPECT_EQ(opNames(*graph), "Relu");
  EXPECT_EQ(graph->nodes()[0]->name, "act");
  EXPECT_EQ(graph->outputs[0]->name, "y");
  EXPECT_EQ(graph->outputs[0]->typeStr(), "f32[2,n]");
}

}  // namespace tenfold::testing
