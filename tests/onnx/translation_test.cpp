// Older forms of operators become those of the newest opset.
#include <gtest/gtest.h>

#include "graph/ops/op_def.h"
#include "onnx/model_builder.h"

namespace tenfold::testing {
namespace {

TEST(OnnxTranslation, AxesAttributeBecomesAnInput) {
  ModelBuilder m(11);
  m.input("x", {1, 3, 1}).output("y");
  attr(m.node("Squeeze", {"x"}, {"y"})).ints("axes", {0, 2});
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  EXPECT_EQ(opNames(*graph), "Squeeze");
  EXPECT_EQ(constantInts(graph->nodes()[0]->input(1)), (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(graph->outputs[0]->typeStr(), "f32[3]");
}

TEST(OnnxTranslation, SliceAttributesBecomeInputs) {
  ModelBuilder m(9);
  m.input("x", {4, 5}).output("y");
  attr(m.node("Slice", {"x"}, {"y"})).ints("starts", {1}).ints("ends", {3});
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  EXPECT_EQ(constantInts(graph->nodes()[0]->input(3)), (std::vector<int64_t>{0}));
  EXPECT_EQ(graph->outputs[0]->typeStr(), "f32[2,5]");
}

TEST(OnnxTranslation, BroadcastAtAnAxisBeforeOpset7) {
  ModelBuilder m(6);
  m.input("x", {2, 3, 4, 5}).input("b", {3, 4}).output("y");
  attr(m.node("Add", {"x", "b"}, {"y"})).integer("broadcast", 1).integer("axis", 1);
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  EXPECT_EQ(opNames(*graph), "Unsqueeze Add");
  EXPECT_EQ(constantInts(graph->nodes()[0]->input(1)), (std::vector<int64_t>{2}));
  EXPECT_EQ(graph->outputs[0]->typeStr(), "f32[2,3,4,5]");
}

TEST(OnnxTranslation, UnknownAttributeIsRefused) {
  ModelBuilder m;
  m.input("x", {2}).output("y");
  attr(m.node("Relu", {"x"}, {"y"})).integer("strange", 1);
  ImportResult result = m.import();
  ASSERT_EQ(result.errors.size(), 1u);
  EXPECT_NE(result.errors[0].message.find("attribute 'strange'"), std::string::npos);
  EXPECT_EQ(result.errors[0].kind, ErrorKind::kUnsupported);
}

}  // namespace
}  // namespace tenfold::testing
