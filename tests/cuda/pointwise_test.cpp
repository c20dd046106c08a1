// Pointwise kernels compile for every operator, type and way of broadcasting.
#include "cuda/kernel_sweep.h"
#include "graph/ops/op_def.h"

namespace tenfold::testing_util {
namespace {

TEST(CudaPointwise, EveryOperatorCompiles) {
  for (const OpDef* op : allOpDefs()) {
    if (!op->pointwise) continue;
    for (const OpCase& c : op->cases) expectCompiles("pointwise", {c.text});
  }
}

TEST(CudaPointwise, TypesAndRegionsCompile) {
  const char* region =
      "x:f16[2,8,5,5], s:f16[8,1,1] -> y, z = Region(x, s) {kind=\"pointwise\"} "
      "graph r(x:f16[2,8,5,5], s:f16[8,1,1]) { a = Mul(x, s); b = Add(a, f16[]{0.5}); c = Sigmoid(b); "
      "d = Cast(c) {to=f32}; return c, d }";
  expectCompiles("pointwise", {"x:f64[4,6], y:f64[6] -> z = Pow(x, y)", "x:f64[5] -> y = Gelu(x)",
                               "x:f64[5] -> y = Softplus(x)", "x:i8[4,16], y:i8[16] -> z = Div(x, y)",
                               "x:u64[4,8], y:u64[8] -> z = Mod(x, y)", "x:i16[9] -> y = Sign(x)",
                               "x:i32[7], y:f32[7] -> z = Pow(x, y)", "x:i32[7] -> y = Shrink(x)",
                               "x:f16[8,8] -> y = Cast(x) {to=i8}", "x:u64[8] -> y = Cast(x) {to=bf16}",
                               "x:bf16[2,8,4,4], y:bf16[1,8,1,1] -> z = Mul(x, y)",
                               "x:f16[2,8,4,4] -> y = Clip(x, f16[]{-1}, f16[]{inf})",
                               "c:bool[2,1,3], x:i64[3], y:i64[2,4,1] -> z = Where(c, x, y)", region});
}

}  // namespace
}  // namespace tenfold::testing_util
