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

}  // namespace
}  // namespace tenfold
