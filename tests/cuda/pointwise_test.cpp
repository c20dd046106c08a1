// Pointwise kernels compile for every operator, type and way of broadcasting.
#include "cuda/compile_harness.h"

namespace tenfold {
namespace {

using testing_util::compileTarget;
using testing_util::compileText;

class CudaPointwise : public testing::TestWithParam<const char*> {};

TEST(CudaPointwiseOperators, EveryOperatorCompiles) {
  Target* target = compileTarget("sm_90");
  if (!target) GTEST_SKIP() << "no CUDA target here";
  for (const OpDef* op : allOpDefs()) {
    if (!op->pointwise) continue;
    for (const OpCase& c : op->cases) EXPECT_GE(compileText(*target, c.text)["pointwise"], 2) << c.text;
  }
}

TEST_P(CudaPointwise, TypesAndRegionsCompile) {
  Target* target = compileTarget(GetParam());
  if (!target) GTEST_SKIP() << "no CUDA target here";
  const char* region =
      "x:f16[2,8,5,5], s:f16[8,1,1] -> y, z = Region(x, s) {kind=\"pointwise\"} "
      "graph r(x:f16[2,8,5,5], s:f16[8,1,1]) { a = Mul(x, s); b = Add(a, f16[]{0.5}); c = Sigmoid(b); "
      "d = Cast(c) {to=f32}; return c, d }";
  const char* cases[] = {
      "x:f64[4,6], y:f64[6] -> z = Pow(x, y)",
      "x:f64[5] -> y = Gelu(x)",
      "x:f64[5] -> y = Softplus(x)",
      "x:i8[4,16], y:i8[16] -> z = Div(x, y)",
      "x:u64[4,8], y:u64[8] -> z = Mod(x, y)",
      "x:i16[9] -> y = Sign(x)",
      "x:i32[7], y:f32[7] -> z = Pow(x, y)",
      "x:i32[7] -> y = Shrink(x)",
      "x:f16[8,8] -> y = Cast(x) {to=i8}",
      "x:u64[8] -> y = Cast(x) {to=bf16}",
      "x:bf16[2,8,4,4], y:bf16[1,8,1,1] -> z = Mul(x, y)",
      "x:f16[2,8,4,4] -> y = Clip(x, f16[]{-1}, f16[]{inf})",
      "c:bool[2,1,3], x:i64[3], y:i64[2,4,1] -> z = Where(c, x, y)",
      region,
  };
  for (const char* text : cases) EXPECT_GE(compileText(*target, text)["pointwise"], 2) << text;
}

INSTANTIATE_TEST_SUITE_P(Architectures, CudaPointwise, testing::Values("sm_80", "sm_90"));

}  // namespace
}  // namespace tenfold
