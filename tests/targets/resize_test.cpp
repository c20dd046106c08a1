#include "targets/tactic_harness.h"

namespace tenfold {
namespace {

TEST(CpuResize, ModesAndLayouts) {
  for (const char* attrs :
       {"mode=\"nearest\", coordinate_transformation_mode=\"asymmetric\", nearest_mode=\"floor\"",
        "mode=\"linear\"", "mode=\"linear\", coordinate_transformation_mode=\"align_corners\"",
        "mode=\"cubic\"", "mode=\"nearest\""})
    for (const char* tactic : {"resize", "resize@last"}) {
      auto expectRuns = [&](const std::string& text) {
        EXPECT_GT(testing_util::checkText(text, 3e-6)[tactic], 0) << text;
      };
      expectRuns(fmt::format("x:f32[2,5,6,7] -> y = Resize(x, _, f32[4]{{1,1,2,2}}) {{{}}}", attrs));
      expectRuns(fmt::format("x:f32[2,5,6,7] -> y = Resize(x, _, _, i64[4]{{2,5,9,4}}) {{{}}}", attrs));
      expectRuns(fmt::format("x:f32[1,3,9] -> y = Resize(x, _, f32[3]{{1,1,1.7}}) {{{}}}", attrs));
      expectRuns(fmt::format("x:f32[1,2,3,4,5] -> y = Resize(x, _, f32[5]{{1,1,2,3,1}}) {{{}}}", attrs));
    }
}

}  // namespace
}  // namespace tenfold
