// The bodies of control flow become closed graphs.
#include <gtest/gtest.h>

#include "onnx/model_builder.h"

namespace tenfold::testing {
namespace {

constexpr int kI64 = onnx::TensorProto::INT64, kBool = onnx::TensorProto::BOOL;

onnx::GraphProto branch(const std::string& op, const std::vector<std::string>& reads,
                        const std::string& out) {
  onnx::GraphProto g;
  addNode(g, op, reads, {out});
  g.add_output()->set_name(out);
  return g;
}

ModelBuilder conditional() {
  ModelBuilder m;
  m.input("x", {2, "n"}).input("b", {2, "n"}).output("y");
  attr(m.node("If", {"c"}, {"y"}))
      .graph("then_branch", branch("Add", {"x", "b"}, "t"))
      .graph("else_branch", branch("Neg", {"b"}, "e"));
  return m;
}

TEST(OnnxBodies, CapturesAreInputsOfBothBranchesInOneOrder) {
  ModelBuilder m = conditional();
  m.input("c", {}, kBool);
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  const Node* node = graph->nodes()[0];
  ASSERT_EQ(node->inputs.size(), 3u);
  EXPECT_EQ(node->input(1)->name, "x");
  EXPECT_EQ(node->input(2)->name, "b");
  for (const auto& body : node->bodies) {
    ASSERT_EQ(body->inputs.size(), 2u);
    EXPECT_EQ(body->inputs[0]->typeStr(), "f32[2,n]");
  }
  EXPECT_EQ(node->bodies[1]->nodes()[0]->input(0), node->bodies[1]->inputs[1]);
  EXPECT_EQ(graph->outputs[0]->typeStr(), "f32[2,n]");
}

TEST(OnnxBodies, ABranchThatIsKnownIsInlined) {
  ModelBuilder m = conditional();
  onnx::TensorProto c;
  c.set_name("c");
  c.set_data_type(kBool);
  c.add_int32_data(0);
  m.initializer(c);
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  EXPECT_EQ(opNames(*graph), "Neg");
  EXPECT_EQ(graph->outputs[0]->name, "y");
}

// The inner loop reads x, which the outer one must pass on.
TEST(OnnxBodies, CapturesPassThroughNestedBodies) {
  onnx::GraphProto inner;
  addValue(*inner.add_input(), "i", kI64, {});
  addValue(*inner.add_input(), "k", kBool, {});
  addValue(*inner.add_input(), "v", 1, {2});
  addNode(inner, "Add", {"v", "x"}, {"w"});
  addNode(inner, "Mul", {"w", "two"}, {"u"});
  addNode(inner, "Identity", {"k"}, {"l"});
  for (const char* out : {"l", "u"}) inner.add_output()->set_name(out);
  onnx::GraphProto outer;
  addValue(*outer.add_input(), "oi", kI64, {});
  addValue(*outer.add_input(), "ok", kBool, {});
  addValue(*outer.add_input(), "ov", 1, {2});
  attr(addNode(outer, "Loop", {"m", "", "ov"}, {"ow"})).graph("body", inner);
  addNode(outer, "Identity", {"ok"}, {"ol"});
  for (const char* out : {"ol", "ow", "ow"}) outer.add_output()->set_name(out);

  ModelBuilder m;
  m.input("x", {2}).input("m", {}, kI64).input("start", {2}).output("y").output("all");
  m.initializer(floatTensor("two", {}, {2}));
  attr(m.node("Loop", {"m", "", "start"}, {"y", "all"})).graph("body", outer);
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  const Node* loop = graph->nodes()[0];
  EXPECT_EQ(loop->attrs.integer("captures", -1), 2);
  EXPECT_FALSE(loop->hasInput(1));
  ASSERT_EQ(loop->inputs.size(), 5u);  // trip count, no condition, start, m and x
  const Graph& body = *loop->bodies[0];
  ASSERT_EQ(body.inputs.size(), 5u);
  const Node* nested = body.nodes()[0];
  EXPECT_EQ(nested->attrs.integer("captures", -1), 1);  // the constant two is copied, not captured
  EXPECT_EQ(nested->inputs.back()->name, "x");
  EXPECT_EQ(graph->outputs[0]->typeStr(), "f32[2]");
}

TEST(OnnxBodies, ScanSlicesItsInputs) {
  onnx::GraphProto body;
  for (const char* in : {"s", "e"}) addValue(*body.add_input(), in, 1, {2});
  addNode(body, "Add", {"s", "e"}, {"t"});
  for (const char* out : {"t", "t"}) body.add_output()->set_name(out);
  ModelBuilder m;
  m.input("z", {2}).input("x", {2, "n"}).output("y").output("all");
  attr(m.node("Scan", {"z", "x"}, {"y", "all"}))
      .graph("body", body)
      .integer("num_scan_inputs", 1)
      .ints("scan_input_axes", {1});
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->nodes()[0]->bodies[0]->inputs[1]->typeStr(), "f32[2]");
  EXPECT_EQ(graph->outputs[1]->typeStr(), "f32[n,2]");
}

TEST(OnnxBodies, NodesInsideAreReported) {
  ModelBuilder m;
  m.input("x", {2}).input("c", {}, kBool).output("y");
  attr(m.node("If", {"c"}, {"y"}))
      .graph("then_branch", branch("Strange", {"x"}, "t"))
      .graph("else_branch", branch("Odd", {"x"}, "e"));
  ImportResult result = m.import();
  ASSERT_EQ(result.errors.size(), 1u);
  EXPECT_EQ(result.errors[0].op, "Strange");
  EXPECT_FALSE(result.nodes[0].supported);
}

}  // namespace
}  // namespace tenfold::testing
