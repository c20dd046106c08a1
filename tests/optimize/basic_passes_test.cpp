#include "optimize/pass_test.h"
#include "optimize/passes/constant_folding.h"
#include "optimize/passes/cse.h"
#include "optimize/passes/dead_code.h"
#include "optimize/passes/decide_branches.h"
#include "optimize/passes/shape_simplification.h"
#include "optimize/pipeline.h"
#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

int everything(Graph& graph) {
  optimize(graph);
  return 0;
}

TEST(ConstantFolding, EvaluatesWhatIsKnown) {
  EXPECT_EQ(after(foldConstants,
                  "x:f32[2] -> c = Neg(f32[2]{1,2}); d = Exp(f32[]{0}); e = Mul(c, d); y = Add(x, e)"),
            "y = Add(x, f32[2] {-1,-2})");
}

TEST(ConstantFolding, KeepsWhatWouldGrow) {
  std::string big = "x:f32[1] -> c = Expand(f32[]{1}, i64[2]{1000,1000}); y = Add(x, c)";
  EXPECT_EQ(after(foldConstants, big), "c = Expand(f32[] {1}, i64[2] {1000,1000}); y = Add(x, c)");
}

TEST(Cse, MergesEqualNodes) {
  EXPECT_EQ(after(mergeEqualNodes, "x:f32[2], z:f32[2] -> a = Add(x, z); b = Add(z, x); y = Mul(a, b)"),
            "a = Add(x, z); y = Mul(a, a)");
  EXPECT_EQ(after(mergeEqualNodes, "x:f32[2] -> a = Sub(x, f32[]{1}); b = Sub(x, f32[]{1}); y = Mul(a, b)"),
            "a = Sub(x, f32[] {1}); y = Mul(a, a)");
  EXPECT_EQ(after(mergeEqualNodes, "x:f32[2] -> a = Elu(x); b = Elu(x) {alpha=2.0}; y = Mul(a, b)"),
            "a = Elu(x); b = Elu(x) {alpha=2.0}; y = Mul(a, b)");
}

TEST(DeadCode, RemovesWhatNobodyReads) {
  EXPECT_EQ(after(removeDeadCode, "x:f32[2] -> a = Relu(x); b = Neg(a); y = Exp(x)"), "y = Exp(x)");
}

TEST(Shapes, BecomeConstants) {
  EXPECT_EQ(
      after(simplifyShapes,
            "x:f32[n=2,3] -> s = Shape(x); g = Gather(s, i64[]{1}); u = Cast(g) {to=f32}; y = Mul(x, u)"),
      "u = Cast(i64[] {3}) {to=f32}; y = Mul(x, u)");
}

TEST(Shapes, ReshapeTargetsBecomeConstant) {
  EXPECT_EQ(after(simplifyShapes,
                  "x:f32[n=2,s=4,6] -> h = Shape(x); d = Slice(h, i64[1]{0}, i64[1]{2}); t = Concat(d, "
                  "i64[2]{2,3}) {axis=0};"
                  "y = Reshape(x, t)"),
            "y = Reshape(x, i64[4] {0,0,2,3})");
  EXPECT_EQ(after(simplifyShapes,
                  "x:f32[n=2,s=4,6] -> h = Shape(x); a = Gather(h, i64[1]{0}); b = Gather(h, i64[1]{1}); p = "
                  "Mul(a, b);"
                  "t = Concat(p, i64[1]{6}) {axis=0}; y = Reshape(x, t)"),
            "y = Reshape(x, i64[2] {-1,6})");
}

int lookups(Graph& graph) { return applyRules(graph, lookupRules()); }

TEST(Lookups, OnlyTheRowsThatAreTakenAreComputed) {
  const char* cases[][2] = {
      {"i:i64[2,2] {1,0,2,1} -> c = Cast(i8[3,2] {1,2,3,4,5,6}) {to=f32}; m = Mul(c, f32[3,1] {0.5,2,3}); "
       "y = Gather(m, i)",
       "Gather(i8[3,2]"},
      {"i:i64[2] {1,-1} -> c = Cast(u8[3,2] {1,2,3,4,5,6}) {to=f32}; d = Sub(c, f32[1,2] {1,2}); m = Mul(d, "
       "f32[2] {4,5}); y = Gather(m, i)",
       "Gather(u8[3,2]"},
      {"i:i64[] {1} -> d = DequantizeLinear(i8[3,2] {1,2,3,4,5,6}, f32[] {0.5}, i8[] {1}); y = Gather(d, i) "
       "{axis=1}",
       "Gather(i8[3,2]"}};
  for (const auto& [text, wanted] : cases) {
    std::string left = after(lookups, text);
    EXPECT_NE(left.find(wanted), std::string::npos) << left;
  }
}

TEST(Lookups, TablesThatAreNoConstantsStay) {
  const char* text = "x:i8[3,2], i:i64[2] {1,0} -> c = Cast(x) {to=f32}; y = Gather(c, i)";
  EXPECT_EQ(after(lookups, text), "c = Cast(x) {to=f32}; y = Gather(c, i)");
}

// Squeezes the middle of x if it is 1; then `rest` reads m.
std::string squeezedIfOne(const std::string& rest) {
  return "x:f32[2,n=1,3] -> s = Shape(x); g = Gather(s, i64[]{1}); c = Equal(g, i64[]{1}); "
         "m = If(c, x) graph then(x:f32[2,n,3]) { a = Squeeze(x, i64[1]{1}); return a } "
         "graph else(x:f32[2,n,3]) { a = Relu(x); return a }; " +
         rest;
}

TEST(DecideBranches, ByTheRankThatFollows) {
  auto condition = [](const std::string& rest) {
    std::string text = after(decideBranches, squeezedIfOne(rest));
    size_t from = text.find("If(") + 3;
    return text.substr(from, text.find(", x)") - from);
  };
  EXPECT_EQ(condition("y = Transpose(m) {perm=[1,0]}"), "bool[] {1}");
  EXPECT_EQ(condition("u = Unsqueeze(m, i64[1]{0}); y = Transpose(u) {perm=[0,2,1]}"), "bool[] {1}");
  EXPECT_EQ(condition("y = Relu(m)"), "c");
  // What only a body needs decides nothing: it may never run.
  EXPECT_EQ(condition("y = If(c, m) graph then(m:f32[2,3]) { a = Transpose(m) {perm=[1,0]}; return a } "
                      "graph else(m:f32[2,3]) { a = Relu(m); return a }"),
            "c");
}

TEST(Pipeline, ReportsAndSwitchesOff) {
  const char* text = "graph g(x:f32[2]) { a = Neg(x) b = Neg(a) y = Relu(b) return y }";
  auto graph = parseGraph(text);
  std::vector<PassReport> reports = optimize(*graph);
  int changes = 0;
  for (const PassReport& r : reports) changes += r.pass == "algebra" ? r.changes : 0;
  EXPECT_EQ(changes, 1);
  EXPECT_EQ(graph->nodes().size(), 1u);
  graph = parseGraph(text);
  optimize(*graph, {.disabled = passNames()});
  EXPECT_EQ(graph->nodes().size(), 3u);
}

TEST(Pipeline, KeepsOutputNames) {
  auto graph = parseGraph(
      "graph g(x:f32[2]) { a = Relu(x) b = Relu(x) c = Identity(x) d = Identity(a) return a, b, c, d }");
  optimize(*graph);
  ASSERT_EQ(graph->outputs.size(), 4u);
  for (size_t i = 0; i < 4; ++i)
    EXPECT_EQ(graph->outputs[i]->name, std::string(1, static_cast<char>('a' + i)));
}

TEST(Pipeline, LeavesNothingOfShapeArithmetic) {
  EXPECT_EQ(after(everything,
                  "x:f32[n=2,4,8] -> s = Shape(x); d = Gather(s, i64[]{0}); u = Unsqueeze(d, i64[1]{0});"
                  "t = Concat(u, i64[2]{8,4}) {axis=0}; y = Reshape(x, t)"),
            "y = Reshape(x, i64[3] {0,8,4})");
}

}  // namespace
}  // namespace tenfold
