// The convolution kernels are compiled for every kind of convolution that they serve.
#include "cuda/expect_compiles.h"

namespace tenfold::testing_util {
namespace {

TEST(CudaConv, Direct) {
  expectCompiles(
      "conv-direct",
      {"x:f32[2,3,8,9], w:f32[4,3,3,3], b:f32[4] -> y = Conv(x, w, b) {pads=[1,1,1,1]}",
       "x:f64[1,4,9,9] -> w = const f64[6,2,3,2] random(3); y = Conv(x, w) {group=2, strides=[2,1]}",
       "x:bf16[2,8,20] -> w = const bf16[16,8,4] random(3); y = Conv(x, w) {pads=[2,1]}",
       "x:f16[1,2,5,6,7] -> w = const f16[3,2,2,3,3] random(3); y = Conv(x, w) {strides=[1,2,2]}",
       "x:f16[2,3,4,5] -> w = const f16[3,4,3,3] random(3); y = ConvTranspose(x, w) {strides=[2,2], "
       "output_padding=[1,1]}",
       "x:f32[1,4,6], w:f32[4,3,2] -> y = ConvTranspose(x, w) {group=2, dilations=[2]}"});
}

TEST(CudaConv, DirectWithEpilogue) {
  expectCompiles(
      "conv-direct",
      {"x:f16[1,4,6,6], r:f16[1,8,6,6], s:f16[8,1,1] -> w = const f16[8,4,3,3] random(3); y = Region(x, w, "
       "r, s) "
       "{kind=\"conv\"} graph c(x:f16[1,4,6,6], w:f16[8,4,3,3], r:f16[1,8,6,6], s:f16[8,1,1]) "
       "{ c = Conv(x, w) {pads=[1,1,1,1]}; m = Mul(c, s); a = Add(m, r); y = Relu(a); return y }",
       "x:f32[2,4,6,6], r:f32[2,8,1,1], q:bool[1,1,6,6] -> w = const f32[8,4,1,1] random(3); "
       "y, z = Region(x, w, r, q) {kind=\"conv\"} "
       "graph c(x:f32[2,4,6,6], w:f32[8,4,1,1], r:f32[2,8,1,1], q:bool[1,1,6,6]) "
       "{ c = Conv(x, w); m = Where(q, c, r); a = Sigmoid(m); h = Cast(a) {to=f16}; return h, c }"});
}

TEST(CudaConv, Depthwise) {
  expectCompiles(
      "conv-depthwise",
      {"x:f16[2,16,9,9] -> w = const f16[16,1,3,3] random(3); y = Conv(x, w) {group=16, pads=[1,1,1,1]}",
       "x:f32[1,6,9,7], b:f32[6] -> w = const f32[6,1,5,5] random(3); y = Conv(x, w, b) {group=6, "
       "strides=[2,2], pads=[2,1,2,3]}",
       "x:bf16[1,8,20,20] -> w = const bf16[8,1,7,7] random(3); y = Conv(x, w) {group=8, dilations=[1,2]}",
       "x:f16[1,24,50] -> w = const f16[24,1,5] random(3); y = Conv(x, w) {group=24}",
       "x:f16[1,8,3,6,6] -> w = const f16[8,1,1,3,3] random(3); y = Conv(x, w) {group=8}"});
}

}  // namespace
}  // namespace tenfold::testing_util
