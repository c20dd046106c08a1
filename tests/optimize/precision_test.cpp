// 16-bit floats in float32 networks: which nodes get them, and what is converted where.
#include "optimize/precision/precision.h"

#include <algorithm>

#include "optimize/pass_test.h"
#include "optimize/pipeline.h"
#include "optimize/precision/convert.h"

namespace tenfold {
namespace {

constexpr double kHalfTolerance = 1e-2;

int toHalf(Graph& graph) { return lowerPrecision(graph, DataType::kFloat16); }
int toBfloat(Graph& graph) { return lowerPrecision(graph, DataType::kBFloat16); }
int asWished(Graph& graph) { return lowerPrecision(graph, DataType::kUndefined); }

class ToHalf : public testing::TestWithParam<BeforeAfter> {};
TEST_P(ToHalf, Lowers) { EXPECT_EQ(after(toHalf, GetParam().before, kHalfTolerance), GetParam().after); }

INSTANTIATE_TEST_SUITE_P(
    Cases, ToHalf,
    testing::Values(
        // Between products nothing is converted; constants are, at once.
        BeforeAfter{
            "x:f32[2,4], w:f32[4,4] -> a = MatMul(x, w); b = Relu(a); y = MatMul(b, f32[4,1]{1,2,3,4})",
            "%0 = Cast(x) {to=f16}; %1 = Cast(w) {to=f16}; a = MatMul(%0, %1); b = Relu(a); %2 = MatMul(b, "
            "f16[4,1] {1,2,3,4}); y = Cast(%2) {to=f32}"},
        // One conversion serves several products.
        BeforeAfter{"x:f32[2,4], v:f32[4,4], w:f32[4,4] -> p = MatMul(x, v); q = MatMul(x, w); y = Add(p, q)",
                    "%0 = Cast(x) {to=f16}; %1 = Cast(v) {to=f16}; p = MatMul(%0, %1); %2 = Cast(w) "
                    "{to=f16}; q = MatMul(%0, %2); %3 = Add(p, q); y = Cast(%3) {to=f32}"},
        // Exp is computed in 32 bits, and so is what only it reads.
        BeforeAfter{
            "x:f32[2,4], w:f32[4,4] -> p = MatMul(x, w); s = Mul(p, f32[]{0.5}); r = Relu(s); e = Exp(r); "
            "y = MatMul(e, w)",
            "%0 = Cast(x) {to=f16}; %1 = Cast(w) {to=f16}; p = MatMul(%0, %1); s = Mul(p, f16[] {0.5}); %2 = "
            "Cast(s) {to=f32}; r = Relu(%2) {precision.why=\"what reads it is fp32\"}; e = Exp(r) "
            "{precision.why=\"its results leave the range of 16-bit floats easily\"}; %3 = Cast(e) {to=f16}; "
            "%4 = MatMul(%3, %1); y = Cast(%4) {to=f32}"},
        // What is computed of network inputs in front of the first product keeps its digits.
        BeforeAfter{
            "x:f32[2,4], w:f32[4,4] -> a = Sub(x, f32[]{0.5}); b = Div(a, f32[]{0.25}); y = MatMul(b, w)",
            "a = Sub(x, f32[] {0.5}) {precision.why=\"what it reads is fp32\"}; b = Div(a, f32[] {0.25}) "
            "{precision.why=\"what it reads is fp32\"}; %0 = Cast(b) {to=f16}; %1 = Cast(w) {to=f16}; %2 = "
            "MatMul(%0, %1); y = Cast(%2) {to=f32}"},
        // The last softmax gives what it computes.
        BeforeAfter{"x:f32[2,4], w:f32[4,4] -> p = MatMul(x, w); y = Softmax(p) {axis=1}",
                    "%0 = Cast(x) {to=f16}; %1 = Cast(w) {to=f16}; p = MatMul(%0, %1); %2 = Cast(p) "
                    "{to=f32}; y = Softmax(%2) {axis=1, precision.why=\"what reads it is fp32\"}"},
        // A mask beyond the range of half keeps its sum in 32 bits, and is cut off where it is converted.
        BeforeAfter{
            "q:f32[1,2,4,8], k:f32[1,2,8,4], c:bool[1,1,4,4] -> p = MatMul(q, k); m = Where(c, f32[]{0}, "
            "f32[]{-1e9}); s = Add(p, m); t = Softmax(s) {axis=3}; y = MatMul(t, p)",
            "%0 = Cast(q) {to=f16}; %1 = Cast(k) {to=f16}; p = MatMul(%0, %1); m = Where(c, f32[] {0}, f32[] "
            "{-1000000000}) {precision.why=\"what it reads is fp32\"}; %2 = Clip(m, f32[] {-65504}, f32[] "
            "{65504}); %3 = Cast(%2) {to=f16}; s = Add(p, %3); t = Softmax(s) {axis=3}; %4 = MatMul(t, p); y "
            "= Cast(%4) {to=f32}"},
        // Small constants, sums of squares.
        BeforeAfter{
            "x:f32[2,4], w:f32[4,4] -> p = MatMul(x, w); q = Mul(p, p); m = ReduceMean(q, i64[1]{1}); e = "
            "Add(m, f32[]{1e-6}); r = Sqrt(e); d = Div(p, r); y = MatMul(d, w)",
            "%0 = Cast(x) {to=f16}; %1 = Cast(w) {to=f16}; p = MatMul(%0, %1); %2 = Cast(p) {to=f32}; q = "
            "Mul(%2, %2) {precision.why=\"its results leave the range of 16-bit floats easily\"}; m = "
            "ReduceMean(q, i64[1] {1}) {precision.why=\"what it reads is fp32\"}; e = Add(m, f32[] {1e-06}) "
            "{precision.why=\"what it reads is fp32\"}; r = Sqrt(e) {precision.why=\"what it reads is "
            "fp32\"}; %3 = Cast(r) {to=f16}; d = Div(p, %3); %4 = MatMul(d, %1); y = Cast(%4) {to=f32}"},
        // Shapes as floats, and what has no float at all.
        BeforeAfter{
            "x:f32[n=2,4], w:f32[4,4] -> p = MatMul(x, w); s = Shape(p); f = Cast(s) {to=f32}; h = Mul(f, "
            "f32[]{2}); i = Cast(h) {to=i64}; y = Expand(p, i64[3]{2,1,1}); z = Identity(i)",
            "%0 = Cast(x) {to=f16}; %1 = Cast(w) {to=f16}; p = MatMul(%0, %1); s = Shape(p); f = Cast(s) "
            "{to=f32}; h = Mul(f, f32[] {2}) {precision.why=\"what it reads is fp32\"}; i = Cast(h) "
            "{to=i64}; z = Identity(i)"},
        // Moving: follows what is 16 bits, on either side.
        BeforeAfter{
            "x:f32[2,4], w:f32[4,4] -> t = Transpose(x); p = MatMul(t, x); r = Reshape(p, i64[1]{16}); y = "
            "Exp(r)",
            "%0 = Cast(x) {to=f16}; t = Transpose(%0); p = MatMul(t, %0); r = Reshape(p, i64[1] {16}); %1 = "
            "Cast(r) {to=f32}; y = Exp(%1) {precision.why=\"its results leave the range of 16-bit floats "
            "easily\"}"},
        BeforeAfter{
            "i:i64[2] {0,1}, w:f32[4,4] -> g = Gather(f32[2,4]{1,2,3,4,5,6,7,8}, i); y = MatMul(g, w)",
            "g = Gather(f16[2,4] {1,2,3,4,5,6,7,8}, i); %0 = Cast(w) {to=f16}; %1 = MatMul(g, %0); y = "
            "Cast(%1) {to=f32}"},
        BeforeAfter{"x:f32[3,4] -> y = CumSum(x, i64[]{0})",
                    "y = CumSum(x, i64[] {0}) {precision.why=\"it sums many elements\"}"},
        BeforeAfter{"x:f32[1,2,4,4], w:f32[3,2,1,1], b:f32[3] -> c = Conv(x, w, b); y = Resize(c, _, "
                    "f32[4]{1,1,2,2})",
                    "%0 = Cast(x) {to=f16}; %1 = Cast(w) {to=f16}; %2 = Cast(b) {to=f16}; c = Conv(%0, %1, "
                    "%2); %3 = Resize(c, _, f32[4] {1,1,2,2}); y = Cast(%3) {to=f32}"},
        // Recurrent networks whole, lengths of sequences aside.
        BeforeAfter{
            "x:f32[3,2,4], w:f32[1,8,4], r:f32[1,8,2], i:f32[1,2,2] -> y, _, c = LSTM(x, w, r, _, _, i) "
            "{hidden_size=2}",
            "%0 = Cast(x) {to=f16}; %1 = Cast(w) {to=f16}; %2 = Cast(r) {to=f16}; %3 = Cast(i) {to=f16}; %4, "
            "_, %5 = LSTM(%0, %1, %2, _, _, %3) {hidden_size=2}; y = Cast(%4) {to=f32}; c = Cast(%5) "
            "{to=f32}"},
        // A weight that half cannot hold.
        BeforeAfter{"x:f32[2,2] {0.5,0.25,0.125,0.5}, w:f32[2,2] -> p = MatMul(x, f32[2,2]{1,2,3,7e4}); y = "
                    "MatMul(p, w)",
                    "p = MatMul(x, f32[2,2] {1,2,3,70000}) {precision.why=\"a constant is beyond the range "
                    "of fp16\"}; %0 = Cast(p) {to=f16}; %1 = Cast(w) {to=f16}; %2 = MatMul(%0, %1); y = "
                    "Cast(%2) {to=f32}"},
        // What the network asks for.
        BeforeAfter{"x:f32[2,4], w:f32[4,4] -> a = MatMul(x, w) {precision.wanted=f32}; y = MatMul(a, w)",
                    "a = MatMul(x, w) {precision.wanted=1, precision.why=\"the network asks for fp32\"}; %0 "
                    "= Cast(a) {to=f16}; %1 = Cast(w) {to=f16}; %2 = MatMul(%0, %1); y = Cast(%2) {to=f32}"},
        BeforeAfter{"x:f32[2,4], w:f32[4,4] -> a = Exp(x) {precision.wanted=f16}; y = MatMul(a, w) "
                    "{precision.wanted=bf16}",
                    "%0 = Cast(x) {to=f16}; a = Exp(%0) {precision.wanted=3}; %1 = Cast(a) {to=bf16}; %2 = "
                    "Cast(w) {to=bf16}; %3 = MatMul(%1, %2) {precision.wanted=4}; y = Cast(%3) {to=f32}"},
        BeforeAfter{
            "x:f32[2,4], w:f32[4,4] -> a = MatMul(x, w); y = Cast(a) {to=f64}",
            "%0 = Cast(x) {to=f16}; %1 = Cast(w) {to=f16}; a = MatMul(%0, %1); y = Cast(a) {to=f64}"}));

TEST(Precision, Bfloat16HasTheRangeOfFloat32) {
  EXPECT_EQ(after(toBfloat,
                  "x:f32[2,2], c:bool[2,2] -> y = MatMul(x, f32[2,2]{1,2,3,1e5}); z = Where(c, y, "
                  "f32[]{-1e9})",
                  2e-2),
            "%0 = Cast(x) {to=bf16}; y = MatMul(%0, bf16[2,2] {1,2,3,99840}); %1 = Where(c, y, bf16[] "
            "{-998244350}); z = Cast(%1) {to=f32}");
}

TEST(Precision, WithoutFlagsOnlyWishesCount) {
  EXPECT_EQ(after(asWished, "x:f32[2,4], w:f32[4,4] -> a = MatMul(x, w); y = MatMul(a, w)"),
            "a = MatMul(x, w); y = MatMul(a, w)");
  EXPECT_EQ(
      after(asWished, "x:f32[2,4], w:f32[4,4] -> a = MatMul(x, w); y = MatMul(a, w) {precision.wanted=f16}",
            kHalfTolerance),
      "a = MatMul(x, w); %0 = Cast(a) {to=f16}; %1 = Cast(w) {to=f16}; %2 = MatMul(%0, %1) "
      "{precision.wanted=3}; y = Cast(%2) {to=f32}");
}

// The pass among the others: conversions that meet vanish, weights become constants, and it can be switched
// off.
TEST(Precision, InThePipeline) {
  const char* text =
      "x:f16[2,4] -> u = Cast(x) {to=f32}; a = MatMul(u, f32[4,2]{1,2,3,4,5,6,7,8}); t = "
      "Transpose(f32[2,4]{1,2,3,4,5,6,7,8}); b = MatMul(a, t) {transB=1}; s = Softmax(b); y = Cast(s) "
      "{to=f16}";
  auto optimized = [&](std::vector<std::string> disabled) {
    TextCase c = parseCase(text);
    OptimizeOptions options;
    options.disabled = std::move(disabled);
    options.lowPrecision = DataType::kFloat16;
    optimize(*c.graph, options);
    return statements(*c.graph);
  };
  EXPECT_EQ(optimized({}),
            "a = MatMul(x, f16[4,2] {1,2,3,4,5,6,7,8}); b = MatMul(a, f16[4,2] {1,5,2,6,3,7,4,8}) "
            "{transB=1}; y = Softmax(b)");
  EXPECT_EQ(optimized({"lower-precision"}),
            "u = Cast(x) {to=f32}; a = MatMul(u, f32[4,2] {1,2,3,4,5,6,7,8}); b = MatMul(a, f32[4,2] "
            "{1,5,2,6,3,7,4,8}) {transB=1}; s = Softmax(b); y = Cast(s) {to=f16}");
}

// Whole vectors and what is left of one.
TEST(Precision, ConstantsAreRoundedAndCutOff) {
  Tensor from = randomTensor(DataType::kFloat32, {8 * 5 + 3}, 1, -1000, 1000);
  const float special[] = {1e6F,  -1e6F, INFINITY, -INFINITY, NAN,  65504,
                           65519, 65520, 1e-7F,    -0.0F,     2049, 2051};
  std::copy(std::begin(special), std::end(special), from.as<float>() + 29);
  Tensor to = convertFloats(from, DataType::kFloat16);
  for (int64_t i = 0; i < from.numel(); ++i) {
    double x = from.getDouble(i), wanted = std::isfinite(x) ? std::clamp(x, -65504.0, 65504.0) : x;
    Tensor rounded = Tensor::scalar(DataType::kFloat16, wanted);
    if (std::isnan(x))
      EXPECT_TRUE(std::isnan(to.getDouble(i)));
    else
      EXPECT_EQ(to.as<uint16_t>()[i], rounded.as<uint16_t>()[0]) << x;
  }
  EXPECT_EQ(largestFinite(from), 1e6F);
  EXPECT_EQ(convertFloats(from, DataType::kBFloat16).getDouble(31), INFINITY);
}

TEST(Precision, WishesSurviveRewriting) {
  TextCase c = parseCase(
      "x:f32[1,2,4,4] -> c = Conv(x, f32[2,2,1,1]{1,2,3,4}) {precision.wanted=f32}; y = Mul(c, "
      "f32[2,1,1]{2,3})");
  OptimizeOptions options;
  options.lowPrecision = DataType::kFloat16;
  optimize(*c.graph, options);
  EXPECT_EQ(statements(*c.graph),
            "y = Conv(x, f32[2,2,1,1] {2,4,9,12}) {precision.wanted=1, precision.why=\"the network asks for "
            "fp32\"}");
}

}  // namespace
}  // namespace tenfold
