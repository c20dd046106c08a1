// Reductions, softmax and normalizations compile, alone and with pointwise nodes around them.
#include "cuda/kernel_sweep.h"

namespace tenfold::testing_util {
namespace {

TEST(CudaRows, Compile) {
  const char* normalized =
      "x:f16[4,768], r:f16[4,768], s:f16[768], b:f16[768] -> y, t = Region(x, r, s, b) "
      "{kind=\"normalization\"} "
      "graph g(x:f16[4,768], r:f16[4,768], s:f16[768], b:f16[768]) { t = Add(x, r); "
      "n = LayerNormalization(t, s, b); y = Gelu(n); return y, t }";
  const char* reduced =
      "x:f32[4,8,20], m:f32[4,8,1] -> y = Region(x, m) {kind=\"reduction\"} "
      "graph g(x:f32[4,8,20], m:f32[4,8,1]) { a = Mul(x, x); s = ReduceSum(a, i64[1]{2}); t = Add(s, m); "
      "u = Sqrt(t); return u }";
  expectCompiles("rows", {"x:f32[2,3,5], a:i64[2] {0,2} -> y = ReduceSum(x, a)",
                          "x:f16[4,300], a:i64[1] {1} -> y = ReduceMean(x, a) {keepdims=0}",
                          "x:f32[20,40,3], a:i64[1] {1} -> y = ReduceMax(x, a)",
                          "x:bf16[3,4] -> y = ReduceMin(x)",
                          "x:f32[3,4] -> y = ReduceProd(x)",
                          "x:f32[3,4] -> y = ReduceL1(x)",
                          "x:f32[3,4] -> y = ReduceL2(x)",
                          "x:f32[3,4] -> y = ReduceSumSquare(x)",
                          "x:f32[3,4] -> y = ReduceLogSum(x)",
                          "x:f32[3,40] -> y = ReduceLogSumExp(x)",
                          "x:f16[2,8,7,7] -> y = GlobalAveragePool(x)",
                          "x:f32[2,8,7,7] -> y = GlobalMaxPool(x)",
                          "x:f16[4,2000] -> y = Softmax(x)",
                          "x:f32[2,30,5] -> y = Softmax(x) {axis=1}",
                          "x:f32[2,3,5] -> y = LogSoftmax(x)",
                          "x:f16[4,768], s:f16[768], b:f16[768] -> y = LayerNormalization(x, s, b)",
                          "x:f32[2,3,4], s:f32[3,4] -> y = RMSNormalization(x, s) {axis=-2}",
                          "x:f32[2,3,4,5], s:f32[3], b:f32[3] -> y = InstanceNormalization(x, s, b)",
                          normalized,
                          reduced});
}

}  // namespace
}  // namespace tenfold::testing_util
