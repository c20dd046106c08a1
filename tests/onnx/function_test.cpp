// Local functions are inlined.
#include <gtest/gtest.h>

#include "onnx/model_builder.h"

namespace tenfold::testing {
namespace {

onnx::FunctionProto& addFunction(ModelBuilder& m, const std::string& name,
                                 const std::vector<std::string>& inputs,
                                 const std::vector<std::string>& outputs, int64_t opset = 18) {
  onnx::FunctionProto* f = m.model.add_functions();
  f->set_domain("local");
  f->set_name(name);
  for (const auto& i : inputs) f->add_input(i);
  for (const auto& o : outputs) f->add_output(o);
  f->add_opset_import()->set_version(opset);
  return *f;
}

onnx::NodeProto& addNode(onnx::FunctionProto& f, const std::string& op,
                         const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
                         const std::string& domain = "") {
  onnx::NodeProto* node = f.add_node();
  node->set_op_type(op);
  node->set_domain(domain);
  for (const auto& i : inputs) node->add_input(i);
  for (const auto& o : outputs) node->add_output(o);
  return *node;
}

TEST(OnnxFunctions, NestAndHaveOpsetsOfTheirOwn) {
  ModelBuilder m(18);
  auto& inner = addFunction(m, "Inner", {"a"}, {"b"}, 11);
  attr(addNode(inner, "Squeeze", {"a"}, {"b"})).ints("axes", {0});
  auto& outer = addFunction(m, "Outer", {"p"}, {"q"});
  addNode(outer, "Inner", {"p"}, {"t"}, "local").set_name("in");
  addNode(outer, "Relu", {"t"}, {"q"}).set_name("act");
  m.input("x", {1, 4}).output("y");
  auto& call = m.node("Outer", {"x"}, {"y"});
  call.set_domain("local");
  call.set_name("call");
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  EXPECT_EQ(opNames(*graph), "Squeeze Relu");
  EXPECT_EQ(graph->nodes()[1]->name, "call/act");
  EXPECT_EQ(graph->outputs[0]->name, "y");
  EXPECT_EQ(graph->outputs[0]->typeStr(), "f32[4]");
}

TEST(OnnxFunctions, AttributesReferToTheCall) {
  ModelBuilder m;
  auto& f = addFunction(m, "Join", {"a"}, {"b"});
  f.add_attribute("axis");
  auto* fallback = f.add_attribute_proto();
  fallback->set_name("slope");
  fallback->set_type(onnx::AttributeProto::FLOAT);
  fallback->set_f(0.5f);
  attr(addNode(f, "Concat", {"a", "a"}, {"t"})).reference("axis", "axis", onnx::AttributeProto::INT);
  attr(addNode(f, "LeakyRelu", {"t"}, {"b"})).reference("alpha", "slope", onnx::AttributeProto::FLOAT);
  m.input("x", {2, 3}).output("y").output("z");
  auto& one = m.node("Join", {"x"}, {"y"});
  one.set_domain("local");
  attr(one).integer("axis", 1);
  auto& two = m.node("Join", {"x"}, {"z"});
  two.set_domain("local");
  attr(two).integer("axis", 0).real("slope", 0.25f);
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->outputs[0]->typeStr(), "f32[2,6]");
  EXPECT_EQ(graph->outputs[1]->typeStr(), "f32[4,3]");
  EXPECT_EQ(graph->nodes()[1]->attrs.real("alpha", 0), 0.5);
  EXPECT_EQ(graph->nodes()[3]->attrs.real("alpha", 0), 0.25);
}

TEST(OnnxFunctions, InputsMayBeLeftOut) {
  ModelBuilder m;
  auto& f = addFunction(m, "Limit", {"a", "low", "high"}, {"b"});
  addNode(f, "Clip", {"a", "low", "high"}, {"b"});
  m.input("x", {2}).output("y").initializer(floatTensor("h", {}, {6}));
  m.node("Limit", {"x", "", "h"}, {"y"}).set_domain("local");
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  EXPECT_FALSE(graph->nodes()[0]->hasInput(1));
  EXPECT_TRUE(graph->nodes()[0]->hasInput(2));
}

TEST(OnnxFunctions, ErrorsNameTheFunctionsAround) {
  ModelBuilder m;
  auto& f = addFunction(m, "Outer", {"a"}, {"b"});
  addNode(f, "Strange", {"a"}, {"b"}).set_name("odd");
  m.input("x", {2}).output("y");
  auto& call = m.node("Outer", {"x"}, {"y"});
  call.set_domain("local");
  call.set_name("call");
  ImportResult result = m.import();
  ASSERT_EQ(result.errors.size(), 1u);
  EXPECT_EQ(result.errors[0].functions, std::vector<std::string>{"local.Outer"});
  EXPECT_EQ(result.errors[0].node, "call/odd");
  EXPECT_FALSE(result.nodes[0].supported);
}

TEST(OnnxFunctions, RecursionIsRefused) {
  ModelBuilder m;
  auto& f = addFunction(m, "Again", {"a"}, {"b"});
  addNode(f, "Again", {"a"}, {"b"}, "local");
  m.input("x", {2}).output("y");
  m.node("Again", {"x"}, {"y"}).set_domain("local");
  EXPECT_NE(errorText(m.import()).find("function local.Again calls itself"), std::string::npos);
}

// Twenty functions, each calling the next one twice, would be a million nodes.
TEST(OnnxFunctions, ExplosionIsRefused) {
  ModelBuilder m;
  for (int i = 0; i < 20; ++i) {
    auto& f = addFunction(m, "F" + std::to_string(i), {"a"}, {"c"});
    std::string op = i == 19 ? "Relu" : "F" + std::to_string(i + 1);
    addNode(f, op, {"a"}, {"b"}, i == 19 ? "" : "local");
    addNode(f, op, {"b"}, {"c"}, i == 19 ? "" : "local");
  }
  m.input("x", {2}).output("y");
  m.node("F0", {"x"}, {"y"}).set_domain("local");
  EXPECT_NE(errorText(m.import()).find("more than 100000 nodes"), std::string::npos);
}

}  // namespace
}  // namespace tenfold::testing
