// The resizing kernels are compiled for every mode.
#include "cuda/kernel_sweep.h"

namespace tenfold::testing_util {
namespace {

TEST(CudaResize, Modes) {
  expectCompiles("resize", {"x:f32[1,2,3,4] -> y = Resize(x, _, f32[4]{1,1,2,2})",
                            "x:u8[1,2,3,4] -> y = Resize(x, _, f32[4]{1,1,2,2})",
                            "x:f16[1,2,3,4] -> y = Resize(x, _, _, i64[4]{1,2,5,7}) {mode=\"linear\"}",
                            "x:f32[1,2,3,4] -> y = Resize(x, _, _, i64[4]{1,2,5,7}) {mode=\"cubic\"}"});
}

}  // namespace
}  // namespace tenfold::testing_util
