#include "plan/memory/planner.h"

#include <gtest/gtest.h>

#include <random>

namespace tenfold {
namespace {

bool overlap(const Block& a, int64_t aOffset, const Block& b, int64_t bOffset) {
  bool inTime = a.first <= b.last && b.first <= a.last;
  bool inSpace = aOffset < bOffset + b.bytes && bOffset < aOffset + a.bytes;
  return inTime && inSpace;
}

TEST(MemoryPlanner, NoTwoLiveBlocksOverlap) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<Block> blocks;
    int count = 1 + static_cast<int>(random() % 40);
    for (int i = 0; i < count; ++i) {
      int first = static_cast<int>(random() % 30);
      blocks.push_back(
          {static_cast<int64_t>(random() % 5000), first, first + static_cast<int>(random() % 10)});
    }
    BlockPlan plan = planBlocks(blocks, 64);
    EXPECT_GE(plan.bytes, plan.lowerBound);
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(plan.offsets[i] % 64, 0);
      EXPECT_LE(plan.offsets[i] + blocks[i].bytes, plan.bytes);
      for (int j = 0; j < i; ++j)
        EXPECT_FALSE(overlap(blocks[i], plan.offsets[i], blocks[j], plan.offsets[j]));
    }
  }
}

TEST(MemoryPlanner, AChainNeedsTwoBuffers) {
  std::vector<Block> blocks;
  for (int i = 0; i < 50; ++i) blocks.push_back({1024, i, i + 1});
  EXPECT_EQ(planBlocks(blocks).bytes, 2048);
  EXPECT_EQ(planBlocks({}).bytes, 0);
}

}  // namespace
}  // namespace tenfold
