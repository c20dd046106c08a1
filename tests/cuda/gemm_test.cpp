// Our own matrix products are compiled for every family of kernels, type and form of operands.
#include "cuda/expect_compiles.h"

namespace tenfold::testing_util {
namespace {

TEST(CudaGemm, TensorCores) {
  expectCompiles("gemm", {"a:f16[40,72], b:f16[72,48] -> y = MatMul(a, b)",
                          "a:bf16[2,72,40], b:bf16[48,72] -> y = MatMul(a, b) {transA=1, transB=1}",
                          "a:f32[40,72], b:f32[72,48] -> y = MatMul(a, b)",
                          "a:f32[3,72,40], b:f32[3,48,72] -> y = MatMul(a, b) {transA=1, transB=1}"});
}

TEST(CudaGemm, AnyType) {
  expectCompiles("gemm",
                 {"a:f64[5,7], b:f64[7,9] -> y = MatMul(a, b)", "a:i32[5,7], b:i32[7,9] -> y = MatMul(a, b)",
                  "a:u8[5,7], b:i8[7,9], z:u8[], w:i8[9] -> y = MatMulInteger(a, b, z, w)"});
}

TEST(CudaGemm, FewRowsOrColumns) {
  expectCompiles("gemm", {"a:f16[1,512], b:f16[512,96] -> y = MatMul(a, b)",
                          "a:f16[3,512], b:f16[96,512] -> y = MatMul(a, b) {transB=1}",
                          "a:f32[96,512], b:f32[512] -> y = MatMul(a, b)"});
}

TEST(CudaGemm, Epilogues) {
  expectCompiles("gemm", {"a:f16[40,72], b:f16[72,48], c:f16[48], r:f16[40,48] -> y = Region(a, b, c, r) "
                          "{kind=\"matmul\"} graph "
                          "g(a:f16[40,72], b:f16[72,48], c:f16[48], r:f16[40,48]) { m = MatMul(a, b); s = "
                          "Add(m, c); g = Gelu(s); "
                          "y = Add(g, r); return y }",
                          "x:f16[1,16,6,6], w:f16[24,16,1,1], b:f16[24], r:f16[1,24,6,6] -> y = Region(x, w, "
                          "b, r) {kind=\"conv\"} "
                          "graph g(x:f16[1,16,6,6], w:f16[24,16,1,1], b:f16[24], r:f16[1,24,6,6]) { c = "
                          "Conv(x, w, b); s = Add(c, r); "
                          "y = Relu(s); return y }"});
}

}  // namespace
}  // namespace tenfold::testing_util
