// Inputs, outputs, names, and models that are not as they should be.
#include <gtest/gtest.h>

#include "onnx/model_builder.h"

namespace tenfold::testing {
namespace {

TEST(OnnxInterface, DimensionNamesBecomeSymbols) {
  ModelBuilder m;
  m.input("x", {"batch", "past + 1", "", 3, "past_1"}).output("y");
  m.node("Relu", {"x"}, {"y"});
  ImportResult result = m.import();
  ASSERT_EQ(errorText(result), "");
  const SymShape& shape = *result.graph->inputs[0]->shape;
  EXPECT_EQ(str(shape), "[batch,past_1,x.2,3,past_1_2]");
  EXPECT_EQ(result.dimNames["past_1"], "past + 1");
  for (const Dim& d : shape) EXPECT_EQ(Dim::parse(d.key()), d);
}

TEST(OnnxInterface, InputsThatAreInitializersAreConstants) {
  ModelBuilder m;
  m.model.set_ir_version(3);
  m.input("x", {2}).input("w", {2}).initializer(floatTensor("w", {2}, {1, 2})).output("y");
  m.node("Add", {"x", "w"}, {"y"});
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->inputs.size(), 1u);
  EXPECT_TRUE(graph->nodes()[0]->input(1)->isConstant());
}

TEST(OnnxInterface, OutputsHaveTheirNamesAndNodes) {
  ModelBuilder m;
  m.input("x", {2})
      .initializer(floatTensor("w", {2}, {1, 2}))
      .output("x")
      .output("w")
      .output("y")
      .output("y");
  m.node("Relu", {"x"}, {"y"});
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  EXPECT_EQ(opNames(*graph), "Relu Identity Identity Identity");
  for (const Value* v : graph->outputs) EXPECT_NE(v->producer, nullptr);
}

TEST(OnnxInterface, DeclaredShapesAreNotTrusted) {
  ModelBuilder m;
  m.input("x", {2, 3}).output("y");
  m.node("Relu", {"x"}, {"y"});
  addValue(*m.model.mutable_graph()->mutable_output(0), "y", onnx::TensorProto::INT8, {7});
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->outputs[0]->typeStr(), "f32[2,3]");
}

TEST(OnnxInterface, HeaderAndMetadataAreRead) {
  ModelBuilder m;
  m.model.set_producer_name("someone");
  auto* entry = m.model.add_metadata_props();
  entry->set_key("language");
  entry->set_value("en");
  m.input("x", {2}).output("y");
  m.node("Relu", {"x"}, {"y"});
  ImportResult result = m.import();
  EXPECT_EQ(result.producerName, "someone");
  EXPECT_EQ(result.metadata["language"], "en");
  EXPECT_EQ(result.opsets[""], 18);
  EXPECT_EQ(result.irVersion, 9);
}

TEST(OnnxInterface, NodesMayBeUnsorted) {
  ModelBuilder m;
  m.input("x", {2}).output("y");
  m.node("Relu", {"t"}, {"y"});
  m.node("Neg", {"x"}, {"t"});
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  EXPECT_EQ(opNames(*graph), "Neg Relu");
}

TEST(OnnxInterface, EveryUnsupportedNodeIsReported) {
  ModelBuilder m;
  m.input("x", {2}).output("y");
  m.node("Strange", {"x"}, {"a"});
  m.node("Relu", {"a"}, {"b"});
  auto& last = m.node("Odd", {"b"}, {"y"});
  last.set_domain("com.example");
  last.set_name("last");
  ImportOptions options;
  options.path = "folder/m.onnx";
  ImportResult result = m.import(options);
  ASSERT_EQ(result.errors.size(), 2u);
  EXPECT_EQ(
      result.errors[1].message.find("folder/m.onnx: node 'last' (operator Odd, domain com.example, opset 1): "
                                    "not supported: com.example.Odd"),
      0u);
  EXPECT_FALSE(result.graph);
  EXPECT_THROW(result.check(), Error);
  EXPECT_TRUE(result.nodes[1].supported);
}

TEST(OnnxInterface, UnknownAttributeIsRefused) {
  ModelBuilder m;
  m.input("x", {2}).output("y");
  attr(m.node("Relu", {"x"}, {"y"})).integer("strange", 1);
  ImportResult result = m.import();
  ASSERT_EQ(result.errors.size(), 1u);
  EXPECT_NE(result.errors[0].message.find("attribute 'strange'"), std::string::npos);
  EXPECT_EQ(result.errors[0].kind, ErrorKind::kUnsupported);
}

// What is wrong with the model that `spoil` makes of a good one.
template <typename Spoil>
std::string errorAfter(Spoil spoil) {
  ModelBuilder m;
  m.input("x", {2}).output("y");
  m.node("Relu", {"x"}, {"y"});
  spoil(m);
  return errorText(m.import());
}

TEST(OnnxInterface, BrokenModelsAreExplained) {
  auto expect = [](const std::string& error, const std::string& part) {
    EXPECT_NE(error.find(part), std::string::npos) << error;
  };
  expect(errorAfter([](ModelBuilder& m) { m.node("Relu", {"nothing"}, {"z"}); }), "reads 'nothing'");
  expect(errorAfter([](ModelBuilder& m) { m.node("Neg", {"x"}, {"y"}); }), "two values are called 'y'");
  expect(errorAfter([](ModelBuilder& m) { m.input("x", {3}); }), "two values are called 'x'");
  expect(errorAfter([](ModelBuilder& m) { m.output("nothing"); }), "output 'nothing'");
  expect(errorAfter([](ModelBuilder& m) {
           m.node("Neg", {"a"}, {"b"});
           m.node("Neg", {"b"}, {"a"});
         }),
         "no input, initializer or earlier node provides");
  expect(errorAfter([](ModelBuilder& m) { m.model.mutable_opset_import(0)->set_version(99); }), "opset 99");
  expect(errorAfter([](ModelBuilder& m) { m.model.mutable_graph()->clear_output(); }), "no outputs");
  expect(errorAfter([](ModelBuilder& m) { m.node("Region", {"x"}, {"z"}); }), "not supported: Region");
  expect(errorAfter([](ModelBuilder& m) { m.node("If", {"x"}, {"z"}); }), "then_branch");
  expect(errorAfter([](ModelBuilder& m) { m.input("text", {1}, onnx::TensorProto::STRING); }), "strings");
  expect(errorAfter([](ModelBuilder& m) {
           auto* type = m.model.mutable_graph()->add_input();
           type->set_name("list");
           type->mutable_type()->mutable_sequence_type();
         }),
         "sequences");
  expect(errorText(importOnnx({})), "no ONNX model");
  expect(errorText(importOnnxFile("/does/not/exist")), "cannot open");
  expect(errorText(importOnnxFile("/tmp")), "not a regular file");
}

TEST(OnnxInterface, DeepNestingIsRefused) {
  onnx::GraphProto g;
  addNode(g, "Identity", {"x"}, {"t"});
  g.add_output()->set_name("t");
  for (int depth = 0; depth < 40; ++depth) {
    onnx::GraphProto around;
    attr(addNode(around, "If", {"c"}, {"t"}))
        .graph("then_branch", g)
        .graph("else_branch", onnx::GraphProto());
    around.add_output()->set_name("t");
    g = around;
  }
  ModelBuilder m;
  m.input("x", {2}).input("c", {}, onnx::TensorProto::BOOL);
  m.model.mutable_graph()->mutable_node()->CopyFrom(g.node());
  m.output("t");
  EXPECT_NE(errorText(m.import()).find("do not parse"), std::string::npos);
}

TEST(OnnxInterface, DeepLoopsAreRefused) {
  onnx::GraphProto body;
  for (int depth = 0; depth < 20; ++depth) {
    onnx::GraphProto around;
    std::string n = std::to_string(depth);
    addValue(*around.add_input(), "i" + n, onnx::TensorProto::INT64, {});
    addValue(*around.add_input(), "k" + n, onnx::TensorProto::BOOL, {});
    addValue(*around.add_input(), "v" + n, onnx::TensorProto::FLOAT, {2});
    if (depth == 0)
      attr(addNode(around, "Concat", {"v0", "v0"}, {"w0"})).integer("axis", 0);
    else
      attr(addNode(around, "Loop", {"m", "", "v" + n}, {"w" + n})).graph("body", body);
    addNode(around, "Identity", {"k" + n}, {"l" + n});
    for (const char* out : {"l", "w"}) around.add_output()->set_name(out + n);
    body = around;
  }
  ModelBuilder m;
  m.input("x", {2}).input("m", {}, onnx::TensorProto::INT64).output("y");
  attr(m.node("Loop", {"m", "", "x"}, {"y"})).graph("body", body);
  EXPECT_NE(errorText(m.import()).find("loops are nested more than 10 deep"), std::string::npos);
}

}  // namespace
}  // namespace tenfold::testing
