#include "runtime/stream_plan.h"

#include <gtest/gtest.h>

#include <random>

namespace tenfold {
namespace {

constexpr double kLong = 1e-5, kShort = 1e-6;

StepUse use(std::vector<int> reads, std::vector<int> writes, double seconds = kLong) {
  StepUse step;
  for (int r : reads) step.reads.push_back({0, r, r + 1});
  for (int w : writes) step.writes.push_back({0, w, w + 1});
  step.seconds = seconds;
  return step;
}

TEST(StreamPlan, AChainStaysOnTheCallersStream) {
  std::vector<StepUse> steps{use({0}, {1}), use({1}, {2}), use({2}, {3})};
  StreamPlan plan = planStreams(steps, 4);
  EXPECT_EQ(plan.streams, 1);
  EXPECT_EQ(plan.stream, (std::vector<int>{0, 0, 0}));
}

TEST(StreamPlan, ABranchRunsBesideAndIsWaitedFor) {
  std::vector<StepUse> steps{use({0}, {1}), use({1}, {2}), use({1}, {3}), use({2, 3}, {4})};
  StreamPlan plan = planStreams(steps, 4);
  EXPECT_EQ(plan.streams, 2);
  EXPECT_EQ(plan.stream[0], plan.stream[1]);
  EXPECT_NE(plan.stream[2], plan.stream[1]);
  EXPECT_EQ(plan.waits[2], std::vector<int>{0});
  EXPECT_EQ(plan.waits[3].size(), 1U);
  EXPECT_EQ(planStreams(steps, 1).streams, 1);
}

TEST(StreamPlan, ShortStepsStay) {
  std::vector<StepUse> steps{use({0}, {1}), use({1}, {2}), use({1}, {3}, kShort), use({2, 3}, {4})};
  EXPECT_EQ(planStreams(steps, 4).streams, 1);
}

TEST(StreamPlan, MemoryThatIsUsedAgainIsADependency) {
  // The last step writes where the second still reads.
  std::vector<StepUse> steps{use({0}, {1}), use({1}, {2}), use({0}, {1})};
  EXPECT_EQ(planStreams(steps, 4).streams, 1);
}

// Runs the plan in the most adverse order: a step may start as soon as its stream and its waits allow.
TEST(StreamPlan, RandomPlansKeepEveryDependency) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<StepUse> steps;
    for (int i = 0; i < 40; ++i)
      steps.push_back(use({static_cast<int>(random() % 12), static_cast<int>(random() % 12)},
                          {static_cast<int>(random() % 12)}, random() % 3 ? kLong : kShort));
    StreamPlan plan = planStreams(steps, 4);
    ASSERT_LE(plan.streams, 4);
    // before[j]: what is surely done when j starts.
    std::vector<std::vector<uint8_t>> before(steps.size(), std::vector<uint8_t>(steps.size()));
    std::vector<int> last(4, -1);
    auto add = [&](size_t j, int i) {
      before[j][i] = true;
      for (size_t k = 0; k < steps.size(); ++k) before[j][k] |= before[i][k];
    };
    for (size_t j = 0; j < steps.size(); ++j) {
      if (int previous = last[plan.stream[j]]; previous >= 0) add(j, previous);
      for (int i : plan.waits[j]) {
        EXPECT_TRUE(plan.awaited[i]);
        add(j, i);
      }
      last[plan.stream[j]] = static_cast<int>(j);
      for (size_t i = 0; i < j; ++i) {
        bool conflict = false;
        for (const Extent& w : steps[i].writes)
          for (const auto* side : {&steps[j].reads, &steps[j].writes})
            for (const Extent& e : *side) conflict |= e.begin == w.begin;
        for (const Extent& r : steps[i].reads) conflict |= r.begin == steps[j].writes[0].begin;
        if (conflict) ASSERT_TRUE(before[j][i]) << "round " << round << ": " << i << " before " << j;
      }
    }
  }
}

}  // namespace
}  // namespace tenfold
