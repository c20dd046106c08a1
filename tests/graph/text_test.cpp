#include "graph/ir/text.h"

#include <gtest/gtest.h>

#include "graph/ir/verify.h"
#include "graph/ops/eval.h"

namespace tenfold {
namespace {

TEST(Text, PrintsWhatItReads) {
  const char* text =
      "graph main(x:f32[n,3], %\"a/b\":f32[2,3]) {\n"
      "  w = const f32[4,3] {1,2,3,4,5,6,7,8,9,10,11,12}\n"
      "  big = const f32[40,3] splat(0.5)\n"
      "  %0:f32[n + 46,3] = Concat(x, w, %\"a/b\", big) {axis=0} \"join\"\n"
      "  y:f32[n + 46,3] = Relu(%0)\n"
      "  return y, w\n"
      "}\n";
  auto graph = parseGraph(text);
  verify(*graph);
  EXPECT_EQ(printGraph(*graph), text);
  EXPECT_EQ(graph->nodes()[0]->name, "join");
}

TEST(Text, InfersWhatIsLeftOut) {
  auto graph =
      parseGraph("graph g(x:f32[n,3]) { y = Concat(x, f32[2,3]{1,2,3,4,5,6}) { axis = 0 }; return y }");
  EXPECT_EQ(graph->outputs[0]->typeStr(), "f32[n + 2,3]");
}

TEST(Text, LargeContentsAreStandIns) {
  auto graph = parseGraph("graph g() { w = const f32[1000] random(7) return w }");
  std::string text = printGraph(*graph);
  EXPECT_NE(text.find("f32[1000] #"), std::string::npos);
  EXPECT_EQ(printGraph(*parseGraph(text)).size(), text.size());
}

TEST(Text, CasesCarryInputs) {
  TextCase c = parseCase("a:f32[n=2,3], b:f32[1,3] {1,-2,3} -> t = Relu(b); y = Concat(a, t)");
  ASSERT_EQ(c.inputs.size(), 2u);
  EXPECT_EQ(c.inputs[0].shape(), (Shape{2, 3}));
  Tensor y = evalGraph(*c.graph, c.inputs).at(0);
  EXPECT_EQ(y.shape(), (Shape{3, 3}));
  EXPECT_EQ(y.getDouble(7), 0);
  EXPECT_EQ(y.getDouble(8), 3);
}

TEST(Text, RandomContentsRepeat) {
  Tensor a = randomTensor(DataType::kInt8, {100}, 3, -2, 5),
         b = randomTensor(DataType::kInt8, {100}, 3, -2, 5);
  EXPECT_EQ(a.ints(), b.ints());
  auto values = a.ints();
  EXPECT_EQ(*std::min_element(values.begin(), values.end()), -2);
  EXPECT_EQ(*std::max_element(values.begin(), values.end()), 5);
}

// What the error must say for a text that is wrong at some place.
struct Wrong {
  const char* text;
  const char* message;
};
class WrongText : public testing::TestWithParam<Wrong> {};
TEST_P(WrongText, IsRefused) {
  try {
    parseGraph(GetParam().text);
    FAIL() << "accepted: " << GetParam().text;
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find(GetParam().message), std::string::npos) << e.what();
  }
}
INSTANTIATE_TEST_SUITE_P(
    Texts, WrongText,
    testing::Values(Wrong{"", "1:1: the word 'graph'"},
                    Wrong{"graph g(x:f32[2]) {\n  y = Nope(x)\n return y }", "2:7: not supported: Nope"},
                    Wrong{"graph g(x:f32[2]) { return z }", "1:28: 'z' is not defined"},
                    Wrong{"graph g(x:f31[2]) { return x }", "'f31' is no element type"},
                    Wrong{"graph g(x:f32[2], x:f32[2]) { return x }", "defined twice"},
                    Wrong{"graph g(x:f32[2]) { y:i32[2] = Relu(x) return y }", "this value is f32[2]"},
                    Wrong{"graph g() { w = const f32[2] {1} return w }", "',' expected"},
                    Wrong{"graph g() { w = const f32[99999999,99999999] splat(0) return w }", "too large"},
                    Wrong{"graph g() { w = const f32[1000000000000] splat(0) return w }", "1:"},
                    Wrong{"graph g(x:f32[2]) { y = Relu(x, x) return y }", "has 2 inputs"},
                    Wrong{"graph g(x:f32[2]) { y = Relu(x) {a=1, a=2} return y }", "given twice"},
                    Wrong{"graph g(x:f32[2]) { return x", "'}' expected, the text ends"},
                    Wrong{
                        "graph g(x:f32[2,8]) { y, s = BlockQuantize(x) {block_shape=[0,4], to=i8} return y }",
                        "blocks along dimension 0"},
                    Wrong{"graph g(x:f32[max(n]) { return x", "1:15: ',' expected"}));

TEST(Verify, FindsBrokenGraphs) {
  auto graph = parseGraph("graph g(x:f32[2]) { a = Relu(x) b = Relu(a) return b }");
  verify(*graph);
  graph->moveBefore(graph->nodes()[1], graph->nodes()[0]);
  EXPECT_THROW(verify(*graph), Error);
  graph = parseGraph("graph g(x:f32[2]) { a = Relu(x) return a }");
  graph->inputs[0]->uses.clear();
  EXPECT_THROW(verify(*graph), Error);
  graph = parseGraph("graph g(x:f32[2]) { a = Relu(x) return a }");
  graph->outputs[0]->dtype = DataType::kUndefined;
  EXPECT_THROW(verify(*graph), Error);
}

}  // namespace
}  // namespace tenfold
