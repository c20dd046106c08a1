// The kernels that read and write by indices are compiled for every operator that they serve.
#include "cuda/kernel_sweep.h"

namespace tenfold::testing_util {
namespace {

TEST(CudaGather, Reads) {
  expectCompiles("gather", {"x:f16[2,5,8] -> y = Gather(x, i32[]{1}) {axis=1}",
                            "x:f32[5,3] -> y = Gather(x, i64[2,2]{0,-1,4,2})",
                            "x:i8[2,3] -> y = GatherElements(x, i32[2,2]{0,1,2,-3}) {axis=1}",
                            "x:f32[2,3,4] -> y = GatherND(x, i64[2,1]{2,0}) {batch_dims=1}",
                            "x:i64[2,3] -> y = OneHot(x, i64[]{5}, f32[2]{-1,2})"});
}

TEST(CudaGather, Writes) {
  expectCompiles("gather",
                 {"x:f16[3,3], u:f16[2,2] -> y = ScatterElements(x, i64[2,2]{0,-1,2,0}, u)",
                  "x:i32[2,4], u:i32[2,3] -> y = ScatterElements(x, i64[2,3]{0,0,1,3,3,3}, u) {axis=1, "
                  "reduction=\"add\"}",
                  "x:f32[4,3], u:f32[2,3] -> y = ScatterND(x, i64[2,1]{2,0}, u)",
                  "x:f32[4,3], u:f32[2,3] -> y = ScatterND(x, i64[2,1]{2,0}, u) {reduction=\"add\"}"});
}

}  // namespace
}  // namespace tenfold::testing_util
