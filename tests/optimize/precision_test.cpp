// 16-bit floats in float32 networks: which nodes get them, and what is converted where.
#include "optimize/precision/precision.h"

#include "optimize/pass_test.h"
#include "optimize/pipeline.h"

namespace tenfold {
namespace {

constexpr double kHalfTolerance = 5e-3;

int toHalf(Graph& graph) { return lowerPrecision(graph, DataType::kFloat16); }
int toBfloat(Graph& graph) { return lowerPrecision(graph, DataType::kBFloat16); }
int asWished(Graph& graph) { return lowerPrecision(graph, DataType::kUndefined); }

class ToHalf : public testing::TestWithParam<BeforeAfter> {};
TEST_P(ToHalf, Lowers) { EXPECT_EQ(after(toHalf, GetParam().before, kHalfTolerance), GetParam().after); }

INSTANTIATE_TEST_SUITE_P(
    Cases, ToHalf,
    testing::Values(
        // Between products nothing is converted; constants are, at once.
        BeforeAfter{"x:f32[2,4], w:f32[4,4] -> a = MatMul(x, w); b = Relu(a); y = MatMul(b, f32[4,1]{1,2,3,4})",
                    ""},
        // One conversion serves several products.
        BeforeAfter{"x:f32[2,4], v:f32[4,4], w:f32[4,4] -> p = MatMul(x, v); q = MatMul(x, w); y = Add(p, q)", ""},
        // Exp is computed in 32 bits, and so is what only it reads.
        BeforeAfter{"x:f32[2,4], w:f32[4,4] -> p = MatMul(x, w); s = Mul(p, f32[]{0.5}); r = Relu(s); e = Exp(r); "
                    "y = MatMul(e, w)",
                    ""},
        // What is computed of network inputs in front of the first product keeps its digits.
        BeforeAfter{"x:f32[2,4], w:f32[4,4] -> a = Sub(x, f32[]{0.5}); b = Div(a, f32[]{0.25}); y = MatMul(b, w)",
                    ""},
        // The last softmax gives what it computes.
        BeforeAfter{"x:f32[2,4], w:f32[4,4] -> p = MatMul(x, w); y = Softmax(p) {axis=1}", ""},
        // A mask beyond the range of half keeps its sum in 32 bits, and is cut off where it is converted.
        BeforeAfter{"q:f32[1,2,4,8], k:f32[1,2,8,4], c:bool[1,1,4,4] -> p = MatMul(q, k); m = Where(c, f32[]{0}, "
                    "f32[]{-1e9}); s = Add(p, m); t = Softmax(s) {axis=3}; y = MatMul(t, p)",
                    ""},
        // Small constants, sums of squares.
        BeforeAfter{"x:f32[2,4], w:f32[4,4] -> p = MatMul(x, w); q = Mul(p, p); m = ReduceMean(q, i64[1]{1}); e = "
                    "Add(m, f32[]{1e-6}); r = Sqrt(e); d = Div(p, r); y = MatMul(d, w)",
                    ""},
        // Shapes as floats, and what has no float at all.
        BeforeAfter{"x:f32[n=2,4], w:f32[4,4] -> p = MatMul(x, w); s = Shape(p); f = Cast(s) {to=f32}; h = Mul(f, "
                    "f32[]{2}); i = Cast(h) {to=i64}; y = Expand(p, i64[3]{2,1,1}); z = Identity(i)",
                    ""},
        // Moving: follows what is 16 bits, on either side.
        BeforeAfter{"x:f32[2,4], w:f32[4,4] -> t = Transpose(x); p = MatMul(t, x); r = Reshape(p, i64[1]{16}); y = "
                    "Exp(r)",
                    ""},
        BeforeAfter{"i:i64[2] {0,1}, w:f32[4,4] -> g = Gather(f32[2,4]{1,2,3,4,5,6,7,8}, i); y = MatMul(g, w)", ""},
        BeforeAfter{"x:f32[3,4] -> y = CumSum(x, i64[]{0})", ""},
        BeforeAfter{"x:f32[1,2,4,4], w:f32[3,2,1,1], b:f32[3] -> c = Conv(x, w, b); y = Resize(c, _, "
                    "f32[4]{1,1,2,2})",
                    ""}));

}  // namespace
}  // namespace tenfold
