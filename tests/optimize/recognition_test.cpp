// What is recognised from its small pieces. The algebra rules run before, as in the pipeline.
#include "optimize/pass_test.h"
#include "optimize/passes/constant_folding.h"
#include "optimize/passes/cse.h"
#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

int recognize(Graph& graph) {
  for (int i = 0; i < 3; ++i) {
    foldConstants(graph);
    applyRules(graph, algebraRules());
    mergeEqualNodes(graph);
    applyRules(graph, activationRules());
    applyRules(graph, softmaxRules());
    applyRules(graph, normalizationRules());
  }
  return 0;
}

class Recognition : public testing::TestWithParam<BeforeAfter> {};
TEST_P(Recognition, FindsThePieces) {
  EXPECT_EQ(after(recognize, GetParam().before, 1e-3), GetParam().after);
}

INSTANTIATE_TEST_SUITE_P(
    Activations, Recognition,
    testing::Values(BeforeAfter{"x:f32[2,9] -> d = Div(x, f32[]{1.4142135}); e = Erf(d); o = Add(e, "
                                "f32[]{1}); m = Mul(x, o); y = Mul(m, f32[]{0.5})",
                                "y = Gelu(x) {approximate=\"none\"}"},
                    BeforeAfter{"x:f16[2,9] -> d = Div(x, f16[]{1.4142135}); e = Erf(d); o = Add(f16[]{1}, "
                                "e); h = Mul(f16[]{0.5}, x); y = Mul(h, o)",
                                "y = Gelu(x) {approximate=\"none\"}"},
                    BeforeAfter{"x:f32[2,9] -> p = Pow(x, f32[]{3}); q = Mul(p, f32[]{0.044715}); a = Add(x, "
                                "q); s = Mul(a, f32[]{0.7978845608}); t = Tanh(s);"
                                "o = Add(t, f32[]{1}); h = Mul(x, f32[]{0.5}); y = Mul(h, o)",
                                "y = Gelu(x) {approximate=\"tanh\"}"},
                    BeforeAfter{"x:f32[2,9] -> s = Sigmoid(x); y = Mul(s, x)", "y = Swish(x)"},
                    BeforeAfter{"x:f32[2,9] -> f = Mul(x, f32[]{1.702}); s = Sigmoid(f); y = Mul(x, s)",
                                "y = Swish(x) {alpha=1.7020000219345093}"},
                    BeforeAfter{
                        "x:f32[2,9] -> n = Neg(x); e = Exp(n); o = Add(f32[]{1}, e); y = Div(f32[]{1}, o)",
                        "y = Sigmoid(x)"},
                    BeforeAfter{"x:f32[2,9] -> a = Add(x, f32[]{3}); c = Clip(a, f32[]{0}, f32[]{6}); m = "
                                "Mul(x, c); y = Div(m, f32[]{6})",
                                "y = HardSwish(x)"},
                    BeforeAfter{"x:f32[2,9] -> h = HardSigmoid(x) {alpha=0.1666667, beta=0.5}; y = Mul(x, h)",
                                "y = HardSwish(x)"},
                    BeforeAfter{"x:f32[2,9] -> h = HardSigmoid(x) {alpha=0.2, beta=0.5}; y = Mul(x, h)",
                                "h = HardSigmoid(x) {alpha=0.2, beta=0.5}; y = Mul(x, h)"},
                    BeforeAfter{"x:f32[2,9] -> s = Softplus(x); t = Tanh(s); y = Mul(t, x)", "y = Mish(x)"}));

INSTANTIATE_TEST_SUITE_P(
    Normalizations, Recognition,
    testing::Values(
        BeforeAfter{"x:f32[2,3,4] -> m = ReduceMean(x, i64[1]{-1}); d = Sub(x, m); p = Pow(d, f32[]{2}); v = "
                    "ReduceMean(p, i64[1]{-1});"
                    "e = Add(v, f32[]{1e-5}); s = Sqrt(e); n = Div(d, s); g = Mul(n, f32[4]{1,2,3,4}); y = "
                    "Add(g, f32[4]{4,3,2,1})",
                    "y = LayerNormalization(x, f32[4] {1,2,3,4}, f32[4] {4,3,2,1}) {axis=-1, "
                    "epsilon=9.999999747378752e-06}"},
        BeforeAfter{"x:f32[2,3,4] -> m = ReduceMean(x, i64[1]{2}); d = Sub(x, m); p = Mul(d, d); v = "
                    "ReduceMean(p, i64[1]{2});"
                    "e = Add(v, f32[]{0.5}); s = Sqrt(e); r = Reciprocal(s); y = Mul(d, r)",
                    "y = LayerNormalization(x, f32[4] {1,1,1,1}) {axis=-1, epsilon=0.5}"},
        BeforeAfter{"x:f32[2,3,4] -> p = Pow(x, f32[]{2}); v = ReduceMean(p, i64[1]{-1}); e = Add(v, "
                    "f32[]{0.25}); s = Sqrt(e);"
                    "r = Div(f32[]{1}, s); n = Mul(x, r); y = Mul(f32[4]{1,2,3,4}, n)",
                    "y = RMSNormalization(x, f32[4] {1,2,3,4}) {axis=-1, epsilon=0.25}"},
        BeforeAfter{"x:f32[2,3,2,2] -> m = ReduceMean(x, i64[2]{2,3}); d = Sub(x, m); p = Mul(d, d); v = "
                    "ReduceMean(p, i64[2]{2,3});"
                    "e = Add(v, f32[]{0.5}); s = Sqrt(e); n = Div(d, s); g = Mul(n, f32[1,3,1,1]{1,2,3}); y "
                    "= Add(g, f32[3,1,1]{4,5,6})",
                    "y = InstanceNormalization(x, f32[3] {1,2,3}, f32[3] {4,5,6}) {epsilon=0.5}"},
        BeforeAfter{
            "x:f32[n=2,4,2,2] -> r = Reshape(x, i64[3]{0,2,-1}); n = InstanceNormalization(r, f32[2]{1,1}, "
            "f32[2]{0,0}) {epsilon=0.5};"
            "b = Reshape(n, i64[4]{-1,4,2,2}); g = Mul(b, f32[4,1,1]{1,2,3,4}); y = Add(g, "
            "f32[4,1,1]{4,5,6,7})",
            "y = GroupNormalization(x, f32[4] {1,2,3,4}, f32[4] {4,5,6,7}) {epsilon=0.5, num_groups=2}"},
        BeforeAfter{"x:f32[3,4] -> m = ReduceMean(x, i64[1]{0}); d = Sub(x, m); p = Mul(d, d); v = "
                    "ReduceMean(p, i64[1]{0});"
                    "e = Add(v, f32[]{0.5}); s = Sqrt(e); y = Div(d, s)",
                    "m = ReduceMean(x, i64[1] {0}); d = Sub(x, m); p = Mul(d, d); v = ReduceMean(p, i64[1] "
                    "{0}); e = Add(v, f32[] {0.5}); "
                    "s = Sqrt(e); y = Div(d, s)"}));

INSTANTIATE_TEST_SUITE_P(
    Softmax, Recognition,
    testing::Values(BeforeAfter{"x:f32[2,5] -> m = ReduceMax(x, i64[1]{-1}); d = Sub(x, m); e = Exp(d); s = "
                                "ReduceSum(e, i64[1]{1}); y = Div(e, s)",
                                "y = Softmax(x) {axis=1}"},
                    BeforeAfter{"x:f32[2,5] -> e = Exp(x); s = ReduceSum(e, i64[1]{0}); y = Div(e, s)",
                                "y = Softmax(x) {axis=0}"},
                    BeforeAfter{"x:f32[2,5] -> s = Softmax(x) {axis=1}; y = Log(s)",
                                "y = LogSoftmax(x) {axis=1}"}));

}  // namespace
}  // namespace tenfold
