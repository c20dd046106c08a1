#include "targets/cpu/onednn/instructions.h"
#include "targets/tactic_harness.h"

namespace tenfold {
namespace {

using testing_util::checkText;
using testing_util::TacticCounts;

void expectRuns(const std::string& text, const std::string& tactic, double tolerance = 2e-6) {
  TacticCounts counts = checkText(text, tolerance);
  EXPECT_GT(counts[tactic], 0) << text;
}

// x and weights by shape; the weights are a constant, so they are packed.
std::string conv(const char* x, const char* w, const char* attrs, const char* op = "Conv") {
  return fmt::format("x:f32{}, b:f32[{}] -> w = const f32{} random(5); y = {}(x, w, b) {{{}}}", x,
                     std::string(op) == "Conv" ? std::string(w + 1, std::string(w).find(',') - 1) : "6", w,
                     op, attrs);
}

TEST(CpuConvolution, Shapes) {
  for (const char* tactic : {"onednn_convolution", "onednn_convolution@last"}) {
    expectRuns(conv("[1,3,30,31]", "[16,3,7,7]", "strides=[2,2], pads=[3,3,3,3]"), tactic);
    expectRuns(conv("[2,64,14,14]", "[64,64,3,3]", "pads=[1,1,1,1]"), tactic);
    expectRuns(conv("[1,5,9,7]", "[7,5,3,3]", "pads=[0,1,2,0]"), tactic);
    expectRuns(conv("[1,32,9,9]", "[32,1,3,3]", "group=32, pads=[1,1,1,1]"), tactic);
    expectRuns(conv("[1,24,9,9]", "[48,6,3,3]", "group=4"), tactic);
    expectRuns(conv("[1,64,7,7]", "[32,64,1,1]", ""), tactic);
    expectRuns(conv("[1,8,11,11]", "[8,8,3,3]", "dilations=[2,3], auto_pad=\"SAME_UPPER\""), tactic);
    expectRuns(conv("[2,6,40]", "[8,6,5]", "strides=[3]"), tactic);
    expectRuns(conv("[1,32,50,1]", "[64,32,5,1]", "pads=[2,0,2,0]"), tactic);
    expectRuns(conv("[2,32,1,1]", "[64,32,1,1]", ""), tactic);
    expectRuns(conv("[2,16,1,30]", "[16,1,1,3]", "group=16"), tactic);
    expectRuns(conv("[1,4,6,7,8]", "[8,4,3,3,2]", "pads=[1,1,1,1,1,1]"), tactic);
  }
}

TEST(CpuConvolution, Transposed) {
  for (const char* tactic : {"onednn_deconvolution", "onednn_deconvolution@last"}) {
    expectRuns(conv("[1,4,5,6]", "[4,6,3,3]", "strides=[2,2], pads=[1,1,1,1], output_padding=[1,1]",
                    "ConvTranspose"),
               tactic);
    expectRuns(conv("[1,4,5,6]", "[4,3,2,2]", "strides=[2,2], group=2", "ConvTranspose"), tactic);
    expectRuns(conv("[2,8,9]", "[8,6,4]", "strides=[2], dilations=[2]", "ConvTranspose"), tactic);
  }
}

TEST(CpuConvolution, WeightsThatComeWithTheLaunch) {
  expectRuns("x:f32[1,16,8,8], w:f32[32,16,3,3] -> y = Conv(x, w)", "onednn_convolution@last");
}

TEST(CpuMatmul, Shapes) {
  for (const char* text :
       {"a:f32[5,7] -> b = const f32[7,9] random(3); y = MatMul(a, b)",
        "a:f32[1,768] -> b = const f32[768,100] random(3); y = MatMul(a, b)",
        "a:f32[2,128,64] -> b = const f32[96,64] random(3); y = MatMul(a, b) {transB=1}",
        "a:f32[2,3,16,8], b:f32[2,3,8,16] -> y = MatMul(a, b)",
        "a:f32[2,3,16,8], b:f32[2,3,16,8] -> y = MatMul(a, b) {transB=1}",
        "a:f32[3,16,8], b:f32[2,1,8,5] -> y = MatMul(a, b)", "a:f32[8], b:f32[8,5] -> y = MatMul(a, b)",
        "a:f32[3,5,8], b:f32[8] -> y = MatMul(a, b)", "a:f32[8], b:f32[8] -> y = MatMul(a, b)",
        "a:f32[70,66], b:f32[70,130] -> y = MatMul(a, b) {transA=1}",
        "a:f32[2,70,66], b:f32[70,130] -> y = MatMul(a, b) {transA=1}",
        "a:f32[4,1,3,7], b:f32[5,7,2] -> y = MatMul(a, b)"})
    expectRuns(text, "onednn_matmul");
}

// A convolution or product with what follows it, as a region.
std::string region(const char* inputs, const char* names, const char* body, const char* outs = "y") {
  return fmt::format(
      "{} -> w = const f32[24,16,3,3] random(5); v = const f32[48,40] random(6); "
      "{} = Region({}, w, v) {{kind=\"conv\"}} graph body({}, w:f32[24,16,3,3], v:f32[48,40]) {{ {} }}",
      inputs, outs, names, inputs, body);
}

TEST(CpuContraction, Epilogues) {
  const char* x = "x:f32[2,16,9,9], b:f32[24], r:f32[2,24,7,7], c:f32[24,1,1]";
  for (const char* op : {"Relu", "Sigmoid", "HardSwish", "HardSigmoid", "Tanh", "Gelu", "Elu", "LeakyRelu",
                         "Swish", "Mish", "Abs"})
    for (const char* tactic : {"onednn_convolution", "onednn_convolution@last"})
      expectRuns(region(x, "x, b, r, c", fmt::format("p = Conv(x, w, b) q = {}(p) return q", op).c_str()),
                 tactic, 1e-5);
  for (const char* body :
       {"p = Conv(x, w, b) q = Add(p, r) s = Relu(q) return s",
        "p = Conv(x, w) q = Add(c, p) s = Clip(q, f32[]{0}, f32[]{6}) return s",
        "p = Conv(x, w, b) q = Mul(p, c) s = Sub(r, q) t = Add(s, f32[]{0.5}) return t",
        "p = Conv(x, w) q = Mul(p, f32[]{0.5}) s = Max(q, r) t = Sin(s) u = Mul(t, r) return u",
        "p = Conv(x, w, b) q = Sigmoid(p) s = Mul(p, q) return s",
        "p = Conv(x, w, b) q = Sub(c, p) return q"})
    for (const char* tactic : {"onednn_convolution", "onednn_convolution@last"})
      expectRuns(region(x, "x, b, r, c", body), tactic, 1e-5);
  expectRuns(region(x, "x, b, r, c", "p = Conv(x, w, b) q = Relu(p) s = Add(q, r) return q, s", "y, z"),
             "onednn_convolution@last");
  expectRuns(region(x, "x, b, r, c", "p = Conv(x, w, b) q = Relu(p) return p, q", "y, z"),
             "onednn_convolution@last");
}

TEST(CpuContraction, MatmulEpilogues) {
  const char* x = "x:f32[2,9,48], b:f32[40], r:f32[2,9,40], c:f32[2,9,1]";
  for (const char* body :
       {"p = MatMul(x, v) q = Add(p, b) return q",
        "p = MatMul(x, v) q = Add(b, p) s = Gelu(q) t = Add(s, r) return t",
        "p = MatMul(x, v) q = Mul(p, c) s = Relu(q) return s", "p = MatMul(x, v) q = Erf(p) return q",
        "p = MatMul(x, v) q = Mul(p, f32[]{0.125}) s = Add(q, r) return s, q"})
    expectRuns(
        region(x, "x, b, r, c", body, std::string(body).find(", q") != std::string::npos ? "y, z" : "y"),
        "onednn_matmul", 1e-5);
}

TEST(CpuContraction, IntegerProducts) {
  if (!cpu::hasProductsOf(DataType::kInt8)) GTEST_SKIP() << "no instructions for products of integers";
  for (const char* text :
       {"x:u8[5,48], v:i8[48,40], z:u8[] -> y = MatMulInteger(x, v, z)",
        "x:i8[2,5,48], z:i8[1] -> v = const i8[40,48] random(1); y = MatMulInteger(x, v, z) {transB=1}",
        "x:u8[2,9,48], z:u8[], s:f32[40], b:f32[40] -> v = const i8[48,40] random(2); y = Region(x, v, z, s, "
        "b) "
        "{kind=\"matmul\"} graph body(x:u8[2,9,48], v:i8[48,40], z:u8[], s:f32[40], b:f32[40]) { p = "
        "MatMulInteger(x, v, z) q = Cast(p) {to=f32} t = Mul(q, s) u = Add(t, b) w = Relu(u) return w }",
        "x:u8[2,9,48] -> v = const i8[48,40] random(2); y = Region(x, v) {kind=\"matmul\"} graph "
        "body(x:u8[2,9,48], v:i8[48,40]) { p = MatMulInteger(x, v, u8[] {7}) q = Cast(p) {to=f32} t = Mul(q, "
        "f32[] {0.01}) return t }"})
    expectRuns(text, "onednn_matmul", 1e-5);
  for (const char* text :
       {"x:u8[2,16,9,9], z:u8[] -> w = const i8[24,16,3,3] random(1); y = ConvInteger(x, w, z) "
        "{pads=[1,1,1,1]}",
        "x:i8[1,16,20] -> w = const i8[24,16,5] random(1); y = ConvInteger(x, w, i8[] {-3}) {strides=[2]}",
        "x:u8[2,16,9,9], s:f32[24,1,1] -> w = const i8[24,16,3,3] random(2); y = Region(x, w, s) "
        "{kind=\"conv\"} graph body(x:u8[2,16,9,9], w:i8[24,16,3,3], s:f32[24,1,1]) { p = ConvInteger(x, w, "
        "u8[] {7}) {pads=[1,1,1,1]} q = Cast(p) {to=f32} t = Mul(q, s) u = HardSwish(t) return u }",
        "x:u8[2,16,9,9] -> w = const i8[16,1,3,3] random(2); y = ConvInteger(x, w, u8[] {7}) {group=16}"})
    for (const char* tactic : {"onednn_convolution", "onednn_convolution@last"})
      expectRuns(text, tactic, 1e-5);
}

TEST(CpuPooling, Windows) {
  for (const char* attrs :
       {"kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]", "kernel_shape=[2,2], strides=[2,2]",
        "kernel_shape=[3,2], ceil_mode=1, strides=[2,2]",
        "kernel_shape=[3,3], auto_pad=\"SAME_UPPER\", strides=[2,2]",
        "kernel_shape=[2,3], dilations=[2,1]"}) {
    for (const char* tactic : {"onednn_pooling", "onednn_pooling@last"}) {
      expectRuns(fmt::format("x:f32[2,20,11,12] -> y = MaxPool(x) {{{}}}", attrs), tactic);
      expectRuns(fmt::format("x:f32[2,20,11,12] -> y = AveragePool(x) {{{}}}", attrs), tactic);
    }
  }
  expectRuns(
      "x:f32[2,20,11,12] -> y = AveragePool(x) {kernel_shape=[3,3], pads=[1,1,1,1], count_include_pad=1}",
      "onednn_pooling");
  expectRuns("x:f32[2,5,11] -> y = MaxPool(x) {kernel_shape=[3]}", "onednn_pooling");
  expectRuns("x:f32[1,3,5,5,6] -> y = AveragePool(x) {kernel_shape=[3,2,2]}", "onednn_pooling");
  expectRuns(
      "x:f32[1,8,6,6], c:f32[8,1,1] -> y = Region(x, c) {kind=\"pool\"} graph body(x:f32[1,8,6,6], "
      "c:f32[8,1,1]) "
      "{ p = MaxPool(x) {kernel_shape=[2,2]} q = Mul(p, c) return q }",
      "onednn_pooling@last");
}

TEST(CpuSequence, RunsRegionsMemberByMember) {
  expectRuns(
      "x:f32[3,16], w:f32[16,8], s:f32[8] -> y, z = Region(x, w, s) {kind=\"matmul\"} graph "
      "body(x:f32[3,16], w:f32[16,8], s:f32[8]) "
      "{ a = Relu(x) b = MatMul(a, w) c = LayerNormalization(b, s) d = Transpose(c) return d, b }",
      "sequence");
}

}  // namespace
}  // namespace tenfold
