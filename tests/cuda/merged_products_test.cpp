// Products of one value become one on the CUDA target, and whoever reads the parts finds them without a copy.
#include <fmt/format.h>

#include "cuda/kernel_sweep.h"
#include "cuda/planned_steps.h"

namespace tenfold::testing_util {
namespace {

std::string weights(const std::string& shape, int count) {
  std::string text;
  for (int i = 1; i <= count; ++i)
    text += fmt::format("w{0} = const f16{1} random({0},-1,1); b{0} = const f16[16] random({0},-1,1); ", i,
                        shape);
  return text;
}

using CudaMergedProducts = PlannedForHopper;

// Attention reads queries, keys and values where the one product wrote them, however many rows there are.
TEST_F(CudaMergedProducts, AttentionReadsTheColumnsOfOneProduct) {
  for (const char* rows : {"6", "600"}) {
    std::string made = fmt::format("x:f16[1,{},24] -> ", rows) + weights("[24,16]", 3);
    for (int i = 1; i <= 3; ++i)
      made += fmt::format(
          "p{0} = MatMul(x, w{0}); s{0} = Add(p{0}, b{0}); r{0} = Reshape(s{0}, i64[4]{{1,{1},2,8}}); "
          "t{0} = Transpose(r{0}) {{perm=[0,2,1,3]}}; ",
          i, rows);
    EXPECT_EQ(
        plannedSteps(made + fmt::format("a = Attention(t1, t2, t3); u = Transpose(a) {{perm=[0,2,1,3]}}; "
                                        "y = Reshape(u, i64[3]{{1,{},16}})",
                                        rows)),
        "matmul(MatMul Add) attention(Split Reshape Transpose Reshape Transpose Reshape Transpose "
        "Attention Transpose Reshape)");
  }
}

// Other readers get parts that the product writes itself.
TEST_F(CudaMergedProducts, TheProductWritesItsParts) {
  EXPECT_EQ(plannedSteps("x:f16[3,24] -> " + weights("[24,16]", 2) +
                         "p = MatMul(x, w1); q = MatMul(x, w2); y = Add(p, b1); z = Add(q, b2); return y, z"),
            "matmul(MatMul Add Split)");
}

TEST_F(CudaMergedProducts, ManyRowsAndWideTypesStayApart) {
  const char* two = "y = MatMul(x, w1); z = MatMul(x, w2); return y, z";
  EXPECT_EQ(plannedSteps("x:f16[600,24] -> " + weights("[24,16]", 2) + two), "MatMul MatMul");
  EXPECT_EQ(plannedSteps("x:f32[3,24] -> w1 = const f32[24,16] random(1); w2 = const f32[24,16] random(2); " +
                         std::string(two)),
            "MatMul MatMul");
}

// Every step of what was merged has a kernel.
TEST_F(CudaMergedProducts, TheirKernelsCompile) {
  expectCompiles(
      "gemm",
      {"a:f16[1,16,128] -> w = const f16[128,384] random(1,-1,1); b = const f16[384] random(2,-1,1); "
       "q, k, v = Region(a, w, b) {kind=\"matmul\"} graph g(a:f16[1,16,128], w:f16[128,384], b:f16[384]) { "
       "m = MatMul(a, w); s = Add(m, b); q, k, v = Split(s) {axis=2, num_outputs=3}; return q, k, v }"});
}

}  // namespace
}  // namespace tenfold::testing_util
