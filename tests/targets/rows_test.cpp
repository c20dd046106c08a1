#include "targets/tactic_harness.h"

namespace tenfold {
namespace {

void expectRuns(const std::string& text, const std::string& tactic, double tolerance = 2e-6) {
  auto counts = testing_util::checkText(text, tolerance);
  EXPECT_GT(counts[tactic], 0) << text;
}

TEST(CpuRows, Softmax) {
  for (const char* op : {"Softmax", "LogSoftmax"})
    for (const char* rest :
         {"x:f32[3,100] -> y = {}(x)", "x:f32[2,5,7] -> y = {}(x) {{axis=1}}", "x:f32[4,1] -> y = {}(x)",
          "x:f32[1,9000] -> y = {}(x)", "x:f32[0,4] -> y = {}(x)", "x:f16[3,40] -> y = {}(x)",
          "x:f32[2,4] {{nan,1,2,3,0,-inf,-inf,5}} -> y = {}(x)", "x:f32[1,2] {{-inf,-inf}} -> y = {}(x)"})
      expectRuns(fmt::format(fmt::runtime(rest), op), "rows");
  expectRuns("x:f32[2,16,5,3] -> y = Softmax(x) {axis=1}", "rows@last");
}

TEST(CpuRows, Normalizations) {
  for (const char* text :
       {"x:f32[3,100], s:f32[100], b:f32[100] -> y = LayerNormalization(x, s, b)",
        "x:f32[2,3,33], s:f32[33] -> y = LayerNormalization(x, s) {epsilon=0.01}",
        "x:f32[2,3,33], s:f32[3,33] -> y = LayerNormalization(x, s) {axis=1}",
        "x:f32[2,3,33], s:f32[33] -> y = RMSNormalization(x, s)",
        "x:f32[2,3,4,9], s:f32[3], b:f32[3] -> y = InstanceNormalization(x, s, b)",
        "x:f32[2,6,4,9], s:f32[6], b:f32[6] -> y = GroupNormalization(x, s, b) {num_groups=3}"})
    expectRuns(text, "rows", 5e-6);
}

TEST(CpuRows, RegionsAroundRows) {
  expectRuns(
      "a:f32[4,96], b:f32[96], s:f32[96], t:f32[96] -> y, z = Region(a, b, s, t) {kind=\"normalization\"} "
      "graph body(a:f32[4,96], b:f32[96], s:f32[96], t:f32[96]) { p = Add(a, b) q = LayerNormalization(p, s, "
      "t) "
      "r = Gelu(q) u = Mul(r, a) return r, u }",
      "rows", 5e-6);
  expectRuns(
      "a:f32[2,5,40], m:bool[1,5,40] -> y = Region(a, m) {kind=\"softmax\"} "
      "graph body(a:f32[2,5,40], m:bool[1,5,40]) { p = Mul(a, f32[]{0.125}) q = Where(m, p, f32[]{-1e30}) "
      "r = Softmax(q) return r }",
      "rows");
}

TEST(CpuReduce, Axes) {
  for (const char* op : {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1",
                         "ReduceL2", "ReduceSumSquare"})
    for (const char* rest :
         {"x:f32[3,50] -> y = {}(x)", "x:f32[3,50,7] -> y = {}(x, i64[1]{{1}})",
          "x:f32[3,5,70] -> y = {}(x, i64[2]{{0,2}}) {{keepdims=0}}",
          "x:f32[2,5,6,7] -> y = {}(x, i64[2]{{2,3}})", "x:f32[2,64,3,1] -> y = {}(x, i64[2]{{1,3}})",
          "x:f32[1,10000] -> y = {}(x, i64[1]{{-1}})",
          "x:f32[40,300] -> y = {}(x, i64[1]{{0}}) {{keepdims=0}}", "x:f16[4,30] -> y = {}(x, i64[1]{{1}})",
          "x:f32[2,3] {{nan,1,2,inf,1,0}} -> y = {}(x, i64[1]{{1}})"})
      expectRuns(fmt::format(fmt::runtime(rest), op), "reduce", 1e-5);
  expectRuns("x:f32[3,200] -> y = ReduceLogSumExp(x, i64[1]{1})", "reduce");
  expectRuns("x:f32[2,19,7,7] -> y = GlobalAveragePool(x)", "reduce");
  expectRuns("x:f32[1,67,7,7] -> y = GlobalAveragePool(x)", "reduce@last");
  expectRuns("x:f32[2,19,7,7] -> y = GlobalMaxPool(x)", "reduce@last");
  expectRuns("x:f32[2,32,7,7] -> y = ReduceMean(x, i64[2]{2,3}) {keepdims=0}", "reduce@last");
}

TEST(CpuReduce, RegionsAroundReductions) {
  expectRuns(
      "a:f32[4,96], b:f32[4,96] -> y = Region(a, b) {kind=\"reduction\"} graph body(a:f32[4,96], "
      "b:f32[4,96]) "
      "{ p = Sub(a, b) q = Mul(p, p) r = ReduceMean(q, i64[1]{-1}) s = Add(r, f32[]{0.5}) t = Sqrt(s) return "
      "t }",
      "reduce");
  expectRuns(
      "a:f32[4,96,5], b:f32[5] -> y, z = Region(a, b) {kind=\"reduction\"} graph body(a:f32[4,96,5], "
      "b:f32[5]) "
      "{ p = Add(a, b) q = Relu(p) r = ReduceMax(q, i64[1]{1}) s = Mul(r, b) return r, s }",
      "reduce");
}

}  // namespace
}  // namespace tenfold
