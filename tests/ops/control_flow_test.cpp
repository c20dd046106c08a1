// If, Loop and Scan: what inference knows through their bodies, and what they compute.
#include <gtest/gtest.h>

#include "graph/ir/text.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

namespace tenfold {
namespace {

// The type of the only output of a graph, as text.
std::string outputType(const char* text) { return parseGraph(text)->outputs[0]->typeStr(); }

bool hasFreshSymbol(const std::string& type) { return type.find('$') != std::string::npos; }

TEST(ControlFlow, BranchesThatAgreeKeepTheShape) {
  EXPECT_EQ(
      outputType("graph g(c:bool[], x:f32[n,4]) { y = If(c, x) graph a(x:f32[?]) { z = Relu(x); return z } "
                 "graph b(x:f32[?]) { z = Neg(x); return z }; return y }"),
      "f32[n,4]");
}

TEST(ControlFlow, BranchesThatDifferLeaveADimensionOpen) {
  std::string type = outputType(
      "graph g(c:bool[], x:f32[n,4]) { y = If(c, x) graph a(x:f32[?]) { z = Relu(x); return z } "
      "graph b(x:f32[?]) { z = Concat(x, x) {axis=0}; return z }; return y }");
  EXPECT_TRUE(hasFreshSymbol(type)) << type;
  EXPECT_NE(type.find(",4]"), std::string::npos) << type;
}

TEST(ControlFlow, OnlyTheChosenBranchCounts) {
  auto squeezed = [](const std::string& extent) {
    return outputType(("graph g(x:f32[" + extent +
                       ",4]) { s = Shape(x); d = Gather(s, i64[]{0}); c = Equal(d, i64[]{1}); y = If(c, x) "
                       "graph a(x:f32[?]) { z = Squeeze(x, i64[1]{0}); return z } "
                       "graph b(x:f32[?]) { z = Relu(x); return z }; return y }")
                          .c_str());
  };
  EXPECT_EQ(squeezed("1"), "f32[4]");
  EXPECT_EQ(squeezed("3"), "f32[3,4]");
  EXPECT_EQ(squeezed("n"), "f32[?]");
}

TEST(ControlFlow, ShapeArithmeticEntersBodies) {
  EXPECT_EQ(outputType("graph g(c:bool[], x:f32[n,m,8]) { s = Shape(x) {end=2}; t = Concat(s, i64[2]{2,4}) "
                       "{axis=0}; y = If(c, x, t) "
                       "graph a(x:f32[?], t:i64[?]) { z = Reshape(x, t); return z } "
                       "graph b(x:f32[?], t:i64[?]) { z = Reshape(x, t); return z }; return y }"),
            "f32[n,m,2,4]");
}

TEST(ControlFlow, LoopKeepsInvariantShapesAndCountsTrips) {
  auto graph = parseGraph(
      "graph g(x:f32[n,4]) { s = Shape(x); t = Gather(s, i64[]{0}); y, z = Loop(t, _, x) "
      "graph body(i:i64[], c:bool[], x:f32[?]) { w = Relu(x); return c, w, w }; return y, z }");
  EXPECT_EQ(graph->outputs[0]->typeStr(), "f32[n,4]");
  EXPECT_EQ(graph->outputs[1]->typeStr(), "f32[n,n,4]");
}

TEST(ControlFlow, LoopOpensWhatGrows) {
  auto graph = parseGraph(
      "graph g(x:f32[n,4]) { y = Loop(i64[]{3}, _, x) graph body(i:i64[], c:bool[], x:f32[?]) { "
      "w = Concat(x, x) {axis=0}; return c, w }; return y }");
  std::string type = graph->outputs[0]->typeStr();
  EXPECT_TRUE(hasFreshSymbol(type)) << type;
  Tensor x = randomTensor(DataType::kFloat32, {2, 4}, 1);
  EXPECT_EQ(evalGraph(*graph, {x})[0].shape(), (Shape{16, 4}));
}

TEST(ControlFlow, LoopThatMayStopEarlyHasOpenLength) {
  auto graph = parseGraph(
      "graph g(n:i64[]) { y = Loop(i64[]{9}, _) graph body(i:i64[], c:bool[]) { d = Less(i, i64[]{2}); "
      "return d, i }; return y }");
  EXPECT_TRUE(hasFreshSymbol(graph->outputs[0]->typeStr()));
  EXPECT_EQ(evalGraph(*graph, {Tensor::of<int64_t>({}, {0})})[0].ints(), (std::vector<int64_t>{0, 1, 2}));
}

TEST(ControlFlow, LoopWithoutIterationsGivesItsInitialValues) {
  auto graph = parseGraph(
      "graph g(x:f32[2]) { y, z = Loop(i64[]{0}, _, x) graph body(i:i64[], c:bool[], x:f32[?]) { w = Neg(x); "
      "return c, w, w }; "
      "return y, z }");
  Tensor x = Tensor::of<float>({2}, {1, -2});
  std::vector<Tensor> results = evalGraph(*graph, {x});
  EXPECT_EQ(results[0].getDouble(1), -2);
  EXPECT_EQ(results[1].shape(), (Shape{0, 2}));
}

TEST(ControlFlow, ScanStacksAlongItsAxis) {
  EXPECT_EQ(outputType("graph g(x:f32[2,n,3]) { y = Scan(x) {num_scan_inputs=1, scan_input_axes=[1], "
                       "scan_output_axes=[-1]} "
                       "graph body(x:f32[?]) { z = Relu(x); return z }; return y }"),
            "f32[2,3,n]");
}

}  // namespace
}  // namespace tenfold
