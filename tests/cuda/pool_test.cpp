// The pooling kernels are compiled for every operator, rank and layout that they serve.
#include "cuda/kernel_sweep.h"

namespace tenfold::testing_util {
namespace {

TEST(CudaPool, Windows) {
  expectCompiles("pool",
                 {"x:f32[2,3,8,9] -> y = MaxPool(x) {kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]}",
                  "x:f16[1,2,9] -> y = MaxPool(x) {kernel_shape=[2]}",
                  "x:u8[1,2,7,7] -> y = MaxPool(x) {kernel_shape=[3,2], strides=[2,2], ceil_mode=1}",
                  "x:f32[1,2,4,5,6] -> y = AveragePool(x) {kernel_shape=[2,2,2], count_include_pad=1}"});
}

TEST(CudaPool, Global) {
  expectCompiles("pool",
                 {"x:f16[1,4,6] -> y = GlobalAveragePool(x)", "x:f32[2,3,5,7] -> y = GlobalMaxPool(x)",
                  "x:f16[2,40,5,7] -> y = GlobalAveragePool(x)"});
}

TEST(CudaPool, Epilogue) {
  expectCompiles(
      "pool", {"x:f16[1,4,6,6], b:f16[4,1,1] -> y = Region(x, b) {kind=\"pool\"} "
               "graph r(x:f16[1,4,6,6], b:f16[4,1,1]) { m = MaxPool(x) {kernel_shape=[2,2]}; s = Add(m, b); "
               "y = Relu(s); return y }"});
}

}  // namespace
}  // namespace tenfold::testing_util
