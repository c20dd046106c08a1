#include "plan/regions/layout.h"

#include "graph/ops/op_def.h"
#include "optimize/pass_test.h"
#include "plan/regions/regions.h"

namespace tenfold {
namespace {

bool acceptsAll(const Node&) { return true; }

int assign(Graph& graph) { return assignLayouts(graph, acceptsAll); }

TEST(Layout, ConvolutionsAndWhatLiesBetween) {
  TextCase c = parseCase(
      "x:f32[1,3,6,6] -> c = Conv(x, f32[4,3,1,1] {1,2,3,4,5,6,7,8,9,10,11,12}); r = Relu(c); s = Exp(r); y "
      "= MaxPool(s) {kernel_shape=[2,2]}");
  EXPECT_EQ(assign(*c.graph), 4);
  verify(*c.graph);
  ASSERT_EQ(c.graph->nodes().size(), 6u);  // a Reorder at either end
  EXPECT_EQ(c.graph->outputs[0]->layout, Layout::kPlain);
  EXPECT_EQ(c.graph->outputs[0]->name, "y");
  EXPECT_EQ(c.graph->nodes()[2]->outputs[0]->layout, Layout::kChannelsLast);
}

TEST(Layout, PlainWhereNothingProfits) {
  TextCase c = parseCase("x:f32[1,3,6,6] -> r = Relu(x); y = MaxPool(r) {kernel_shape=[2,2]}");
  EXPECT_EQ(assign(*c.graph), 0);
  EXPECT_EQ(c.graph->nodes().size(), 2u);
}

TEST(Layout, OneReorderForSeveralReaders) {
  TextCase c = parseCase(
      "x:f32[1,2,4,4] -> c = Conv(x, f32[2,2,1,1] {1,2,3,4}); a = Softmax(c); b = Transpose(c); return a, b, "
      "c");
  EXPECT_EQ(assign(*c.graph), 1);
  verify(*c.graph);
  int reorders = 0;
  for (const Node* n : c.graph->nodes()) reorders += n->is("Reorder");
  EXPECT_EQ(reorders, 2);
}

TEST(Layout, OperandsOfOtherRankStayPlain) {
  TextCase c = parseCase(
      "x:f32[1,2,4,4], b:f32[2,1,1], z:f32[1,2,4,4] -> c = Conv(x, f32[2,2,1,1] {1,2,3,4}); a = Add(c, b); y "
      "= Add(a, z)");
  assign(*c.graph);
  verify(*c.graph);
  for (const Node* n : c.graph->nodes()) EXPECT_FALSE(n->is("Reorder") && n->inputs[0]->name == "b");
  formRegions(*c.graph, {});
  verify(*c.graph);
  int regions = 0;
  for (const Node* n : c.graph->nodes()) {
    regions += n->is("Region");
    EXPECT_TRUE(!n->is("Region") || n->outputs[0]->layout == Layout::kChannelsLast);
  }
  EXPECT_EQ(regions, 1);
}

TEST(Layout, TransposesToAndFromChannelsLastNeedNoReorder) {
  TextCase c = parseCase(
      "x:f32[1,4,4,3] -> t = Transpose(x) {perm=[0,3,1,2]}; c = Conv(t, f32[2,3,1,1] {1,2,3,4,5,6});"
      "r = Relu(c); y = Transpose(r) {perm=[0,2,3,1]}");
  EXPECT_EQ(assign(*c.graph), 3);
  verify(*c.graph);
  ASSERT_EQ(c.graph->nodes().size(), 4u);
  EXPECT_EQ(c.graph->nodes()[0]->outputs[0]->layout, Layout::kChannelsLast);
  EXPECT_EQ(c.graph->outputs[0]->layout, Layout::kPlain);
}

TEST(Layout, NoReorderInFrontOfKernelsThatReadAnyLayout) {
  const char* text =
      "x:f32[1,3,6,6], z:f32[1,3,6,6] -> h = Cast(x) {to=f16}; c = Conv(h, f16[4,3,1,1] "
      "{1,2,3,4,5,6,7,8,9,10,11,"
      "12}); s = Add(z, z); d = Conv(s, f32[2,3,1,1] {1,2,3,4,5,6}); r = Relu(z); return c, d, r";
  auto readsPlain = [](const Node& reader, const Node& reorder) {
    EXPECT_TRUE(reorder.is("Reorder"));
    return reader.is("Cast");
  };
  auto layouts = [](const Graph& g, const char* op) {
    for (const Node* n : g.nodes())
      if (n->is(op)) return std::pair(n->inputs[0]->layout, n->output()->layout);
    return std::pair(Layout::kPlain, Layout::kPlain);
  };
  TextCase c = parseCase(text);
  assignLayouts(*c.graph, acceptsAll, readsPlain);
  verify(*c.graph);
  EXPECT_EQ(layouts(*c.graph, "Cast"), std::pair(Layout::kPlain, Layout::kChannelsLast));
  EXPECT_EQ(layouts(*c.graph, "Add"), std::pair(Layout::kChannelsLast, Layout::kChannelsLast));
  // The one in front of the Add (and of the Relu) stays, and those behind the results.
  size_t with = c.graph->nodes().size();
  TextCase plain = parseCase(text);
  assign(*plain.graph);
  EXPECT_EQ(plain.graph->nodes().size(), with + 1);
}

TEST(Layout, TargetsAnswerCounts) {
  TextCase c = parseCase("x:f32[1,2,4,4] -> c = Conv(x, f32[2,2,1,1] {1,2,3,4}); y = Relu(c)");
  EXPECT_EQ(assignLayouts(*c.graph, [](const Node& n) { return n.is("Conv"); }), 1);
  EXPECT_EQ(assignLayouts(*parseCase("x:f32[1,2,4,4] -> y = Conv(x, f32[2,2,1,1] {1,2,3,4})").graph,
                          [](const Node&) { return false; }),
            0);
}

}  // namespace
}  // namespace tenfold
