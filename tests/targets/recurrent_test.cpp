#include "targets/tactic_harness.h"

namespace tenfold {
namespace {

TEST(CpuRecurrent, LstmAndGru) {
  for (const char* direction : {"forward", "reverse", "bidirectional"})
    for (int batch : {1, 3})
      for (int hidden : {16, 37}) {
        int d = std::string(direction) == "bidirectional" ? 2 : 1;
        std::string lstm = fmt::format(
            "x:f32[7,{0},10], h:f32[{1},{0},{2}], c:f32[{1},{0},{2}] -> w = const f32[{1},{3},10] "
            "random(3,-0.5,0.5); "
            "r = const f32[{1},{3},{2}] random(4,-0.5,0.5); b = const f32[{1},{4}] random(5); "
            "y, yh, yc = LSTM(x, w, r, b, _, h, c) {{hidden_size={2}, direction=\"{5}\"}}",
            batch, d, hidden, 4 * hidden, 8 * hidden, direction);
        EXPECT_GT(testing_util::checkText(lstm, 5e-6)["recurrent"], 0);
        for (int linear : {0, 1}) {
          std::string gru = fmt::format(
              "x:f32[7,{0},10], h:f32[{1},{0},{2}] -> w = const f32[{1},{3},10] random(3,-0.5,0.5); "
              "r = const f32[{1},{3},{2}] random(4,-0.5,0.5); b = const f32[{1},{4}] random(5); "
              "y, yh = GRU(x, w, r, b, _, h) {{hidden_size={2}, direction=\"{5}\", linear_before_reset={6}}}",
              batch, d, hidden, 3 * hidden, 6 * hidden, direction, linear);
          EXPECT_GT(testing_util::checkText(gru, 5e-6)["recurrent"], 0);
        }
      }
}

// Large enough for several threads.
TEST(CpuRecurrent, ManyUnits) {
  for (int linear : {0, 1}) {
    std::string gru = fmt::format(
        "x:f32[20,1,8] -> w = const f32[1,1200,8] random(3,-0.5,0.5); r = const f32[1,1200,400] "
        "random(4,-0.05,0.05); y, yh = GRU(x, w, r) {{hidden_size=400, linear_before_reset={}}}",
        linear);
    EXPECT_GT(testing_util::checkText(gru, 5e-6)["recurrent"], 0);
  }
  EXPECT_GT(testing_util::checkText(
                "x:f32[5,1,8] -> w = const f32[1,1600,8] random(3,-0.5,0.5); r = const f32[1,1600,400] "
                "random(4,-0.05,0.05); y = LSTM(x, w, r) {hidden_size=400}",
                5e-6)["recurrent"],
            0);
}

}  // namespace
}  // namespace tenfold
