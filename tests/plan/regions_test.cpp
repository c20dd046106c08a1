#include "plan/regions/regions.h"

#include <algorithm>
#include <random>

#include "graph/ops/op_def.h"
#include "optimize/pass_test.h"

namespace tenfold {
namespace {

int formAll(Graph& graph) { return formRegions(graph, {}); }

// The regions as KIND(ops...) and the plain nodes, in order.
std::string shapeOf(const Graph& graph) {
  std::string out;
  for (const Node* n : graph.nodes()) {
    out += out.empty() ? "" : " ";
    if (!n->is("Region")) {
      out += n->opName();
      continue;
    }
    out += n->attrs.text("kind", "") + "(";
    for (const Node* inner : n->bodies[0]->nodes())
      out += std::string(inner == n->bodies[0]->nodes()[0] ? "" : " ") + std::string(inner->opName());
    out += ")";
  }
  return out;
}

std::string regionsOf(const std::string& text, const RegionRules& rules = {}) {
  TextCase c = parseCase(text);
  std::vector<Tensor> expected = evalGraph(*c.graph, c.inputs);
  formRegions(*c.graph, rules);
  inferGraph(*c.graph);
  verify(*c.graph);
  std::vector<Tensor> found = evalGraph(*c.graph, c.inputs);
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_LE(difference(expected[i], found[i]), 1e-6) << text;
  return shapeOf(*c.graph);
}

TEST(Regions, ConvolutionTakesBiasResidualAndActivation) {
  EXPECT_EQ(
      regionsOf("x:f32[1,3,6,6], r:f32[1,4,6,6] -> c = Conv(x, f32[4,3,3,3] random(1)) {pads=[1,1,1,1]};"
                "b = Add(c, f32[4,1,1]{1,2,3,4}); s = Add(r, b); y = Relu(s)"),
      "conv(Conv Add Add Relu)");
}

TEST(Regions, SharedResultEndsTheEpilogue) {
  EXPECT_EQ(regionsOf("a:f32[4,5], b:f32[5,6] -> m = MatMul(a, b); s = Add(m, f32[6] random(1)); y = "
                      "Relu(s); z = Exp(s); return y, z"),
            "matmul(MatMul Add) Exp Relu");
}

RegionRules viewsOfAttention() {
  RegionRules rules;
  rules.fusesEpilogue = [](const Node&, const Node&) { return true; };
  return rules;
}

// Queries, keys and values from one product, as exporters cut them.
TEST(Regions, AttentionTakesTheViewsAroundIt) {
  EXPECT_EQ(regionsOf("x:f32[b=2,7,72] -> r = Reshape(x, i64[5]{0,7,3,4,6}); t = Transpose(r) "
                      "{perm=[2,0,3,1,4]}; q = Gather(t, i64[]{0}); k = Gather(t, i64[]{1}); v = Gather(t, "
                      "i64[]{2}); o = Attention(q, k, v); m = Transpose(o) {perm=[0,2,1,3]}; y = Reshape(m, "
                      "i64[3]{0,7,24})",
                      viewsOfAttention()),
            "attention(Reshape Transpose Gather Gather Gather Attention Transpose Reshape)");
  EXPECT_EQ(regionsOf("x:f32[2,7,72] -> q, k, v = Split(x) {axis=2, num_outputs=3}; y = Attention(q, k, v) "
                      "{q_num_heads=4, kv_num_heads=4}",
                      viewsOfAttention()),
            "attention(Split Attention)");
}

// A product does not reach for a Split that attention follows through strides.
TEST(Regions, AttentionAndTheProductBeforeItStayApart) {
  EXPECT_EQ(
      regionsOf(
          "x:f32[2,7,12] -> p = MatMul(x, f32[12,72] random(1)); b = Add(p, f32[72] random(2)); q, k, v "
          "= Split(b) {axis=2, num_outputs=3}; y = Attention(q, k, v) {q_num_heads=4, kv_num_heads=4}",
          viewsOfAttention()),
      "matmul(MatMul Add) attention(Split Attention)");
}

TEST(Regions, AttentionLeavesWhatOthersReadOrStridesCannotDescribe) {
  EXPECT_EQ(
      regionsOf("x:f32[2,7,4,6], k:f32[2,4,7,6], v:f32[2,4,7,6] -> q = Transpose(x) {perm=[0,2,1,3]}; y "
                "= Attention(q, k, v); z = Relu(q); return y, z",
                viewsOfAttention()),
      "Transpose Attention Relu");
  EXPECT_EQ(
      regionsOf("x:f32[2,4,6,7], k:f32[2,4,7,6], v:f32[2,4,7,6] -> q = Transpose(x) {perm=[0,1,3,2]}; y "
                "= Attention(q, k, v)",
                viewsOfAttention()),
      "Transpose Attention");
  EXPECT_EQ(regionsOf("x:f32[2,7,24], k:f32[2,4,7,6], v:f32[2,4,7,6] -> t = Transpose(x) {perm=[0,2,1]}; r = "
                      "Reshape(t, i64[4]{2,4,7,6}); y = Attention(r, k, v)",
                      viewsOfAttention()),
            "Transpose attention(Reshape Attention)");
}

TEST(Regions, SumGoesToTheLaterProduct) {
  EXPECT_EQ(
      regionsOf("a:f32[4,5], b:f32[5,6], c:f32[6,6] -> m = MatMul(a, b); n = MatMul(m, c); y = Add(m, n)"),
      "MatMul matmul(MatMul Add)");
  EXPECT_EQ(regionsOf("a:f32[4,5], b:f32[5,6] -> m = MatMul(a, b); n = MatMul(a, b); y = Add(m, n)"),
            "MatMul matmul(MatMul Add)");
}

TEST(Regions, QuantizationWithOneScaleIsPointwise) {
  EXPECT_EQ(regionsOf("x:f32[4,5] -> r = Relu(x); q = QuantizeLinear(r, f32[]{0.01}, u8[]{3}); y = "
                      "DequantizeLinear(q, f32[]{0.01}, u8[]{3})"),
            "pointwise(Relu QuantizeLinear DequantizeLinear)");
  EXPECT_EQ(regionsOf("x:f32[2,3] -> r = Relu(x); q = QuantizeLinear(r, f32[3]{1,2,3}); y = "
                      "DequantizeLinear(q, f32[3]{1,2,3})"),
            "Relu QuantizeLinear DequantizeLinear");
}

TEST(Regions, TargetRestrictsEpilogues) {
  RegionRules rules;
  rules.fusesEpilogue = [](const Node&, const Node& n) { return n.is("Relu"); };
  EXPECT_EQ(regionsOf("a:f32[4,5], b:f32[5,6] -> m = MatMul(a, b); r = Relu(m); y = Exp(r)", rules),
            "matmul(MatMul Relu) Exp");
  rules.limits.productEpilogue = false;
  EXPECT_EQ(regionsOf("a:f32[4,5], b:f32[5,6] -> m = MatMul(a, b); r = Relu(m); y = Exp(r)", rules),
            "MatMul pointwise(Relu Exp)");
}

TEST(Regions, PointwiseOfAnyLengthWithBroadcastAndSeveralResults) {
  EXPECT_EQ(regionsOf("a:f32[4,5], b:f32[5], c:bool[4,1] -> s = Add(a, b); t = Tanh(s); w = Where(c, t, "
                      "f32[]{0}); i = Cast(w) {to=i32};"
                      "g = Greater(w, f32[]{0.5}); return i, g, t"),
            "pointwise(Add Tanh Where Cast Greater)");
}

TEST(Regions, DifferentShapesStayApart) {
  EXPECT_EQ(regionsOf("a:f32[4,5], b:f32[5] -> s = Exp(b); t = Neg(s); u = Add(a, t); y = Abs(u)"),
            "pointwise(Exp Neg) pointwise(Add Abs)");
}

TEST(Regions, NoCycleThroughAnotherNode) {
  EXPECT_EQ(regionsOf("x:f32[4,4] -> a = Relu(x); m = Transpose(a); y = Add(a, m)"), "Relu Transpose Add");
}

TEST(Regions, ReductionsTakeWhatIsBeforeAndBehind) {
  EXPECT_EQ(regionsOf("x:f32[4,5], z:f32[4,5] -> a = Mul(x, z); b = Add(a, f32[5] random(1)); r = "
                      "ReduceMean(b, i64[1]{1});"
                      "e = Abs(r); y = Sqrt(e)"),
            "reduction(Mul Add ReduceMean Abs Sqrt)");
  EXPECT_EQ(regionsOf("x:f32[4,5], m:f32[1,5] -> s = Mul(x, f32[]{0.5}); a = Add(s, m); p = Softmax(a); y = "
                      "Mul(p, f32[]{2})"),
            "softmax(Mul Add Softmax Mul)");
  EXPECT_EQ(regionsOf("x:f32[4,5] -> a = Exp(x); s = ReduceSum(a, i64[1]{1}); y = Div(a, s)"),
            "Exp ReduceSum Div");
}

TEST(Regions, LimitsHold) {
  RegionRules rules;
  rules.limits.maxNodes = 3;
  EXPECT_EQ(regionsOf("x:f32[9] -> a = Neg(x); b = Exp(a); c = Tanh(b); d = Abs(c); y = Relu(d)", rules),
            "pointwise(Neg Exp Tanh) pointwise(Abs Relu)");
  rules.limits = {};
  rules.limits.maxInputs = 2;
  EXPECT_EQ(regionsOf("x:f32[9], y:f32[9], z:f32[9] -> a = Add(x, y); b = Add(a, z); y2 = Relu(b)", rules),
            "Add pointwise(Add Relu)");
}

TEST(Regions, ScalarsMoveInsideAndWeightsStayOutside) {
  TextCase c = parseCase("x:f32[2,3] -> a = Mul(x, f32[]{2}); y = Add(a, f32[3]{1,2,3})");
  formAll(*c.graph);
  const Node* region = c.graph->nodes().at(0);
  EXPECT_EQ(region->inputs.size(), 2u);
  EXPECT_TRUE(region->inputs[1]->isConstant());
}

// Random graphs of pointwise nodes, transposes and products: results stay, and nothing is computed twice.
TEST(Regions, RandomGraphsKeepResults) {
  static const char* const kOps[] = {"Relu({})",    "Add({}, {})", "Mul({}, {})",   "Transpose({})",
                                     "Softmax({})", "Tanh({})",    "MatMul({}, {})"};
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<std::string> names{"a", "b"};
    std::string text = "a:f32[4,4], b:f32[4,4] ->";
    for (int i = 0; i < 14; ++i) {
      auto pick = [&] { return names[names.size() - 1 - random() % std::min<size_t>(names.size(), 5)]; };
      std::string x = pick(), y = pick(), name = fmt::format("v{}", i);
      text +=
          fmt::format(" {} = {};", name, fmt::format(fmt::runtime(kOps[random() % std::size(kOps)]), x, y));
      names.push_back(name);
    }
    text += fmt::format(" return v13, v9, v{}", random() % 13);
    TextCase c = parseCase(text);
    c.graph->eraseDeadNodes();
    size_t before = c.graph->nodes().size(), afterwards = 0;
    std::vector<Tensor> expected = evalGraph(*c.graph, c.inputs);
    formAll(*c.graph);
    verify(*c.graph);
    for (const Node* n : c.graph->nodes()) afterwards += n->is("Region") ? n->bodies[0]->nodes().size() : 1;
    EXPECT_EQ(before, afterwards) << text;
    std::vector<Tensor> found = evalGraph(*c.graph, c.inputs);
    for (size_t i = 0; i < expected.size(); ++i) ASSERT_LE(difference(expected[i], found[i]), 1e-6) << text;
  }
}

}  // namespace
}  // namespace tenfold
