// The kernels that move data are compiled for every operator that they serve.
#include "cuda/kernel_sweep.h"

namespace tenfold::testing_util {
namespace {

TEST(CudaMovement, Copies) {
  expectCompiles("movement",
                 {"x:f32[2,3,4] -> y = Transpose(x) {perm=[0,2,1]}",
                  "x:f16[2,3,4,5] -> y = Transpose(x) {perm=[0,2,3,1]}", "x:i8[4,40] -> y = Transpose(x)",
                  "x:f32[2,3,4], z:f32[2,5,4] -> y = Concat(x, z) {axis=1}",
                  "x:f32[3,1] -> y = Expand(x, i64[3]{2,3,4})", "x:f32[2,6] -> y = Reshape(x, i64[2]{3,4})",
                  "x:f32[8,9] -> y = Slice(x, i64[2]{-1,1}, i64[2]{-9,9}, i64[2]{0,1}, i64[2]{-2,3})",
                  "x:i64[2,3] -> y = Tile(x, i64[2]{2,2})"});
}

TEST(CudaMovement, ChannelsLast) {
  expectCompiles("movement", {"x:f32[2,3,4,5], z:f32[2,5,4,5] -> y = Concat(x, z) {axis=1}",
                              "x:f16[1,8,3,3] -> y = Identity(x)"});
  expectCompiles("pad", {"x:f32[1,2,3,4] -> y = Pad(x, i64[8]{0,0,1,2,0,0,3,4})"});
}

TEST(CudaMovement, Pad) {
  expectCompiles("pad", {"x:f32[3,4] -> y = Pad(x, i64[4]{1,2,3,-1}, f32[]{2})",
                         "x:f16[3,4] -> y = Pad(x, i64[4]{1,2,0,1}) {mode=\"reflect\"}",
                         "x:u8[3,4] -> y = Pad(x, i64[4]{1,2,0,1}) {mode=\"edge\"}",
                         "x:i64[3,4] -> y = Pad(x, i64[4]{1,2,0,1}) {mode=\"wrap\"}"});
}

}  // namespace
}  // namespace tenfold::testing_util
