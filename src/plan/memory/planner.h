// Memory planning: sizes and lifetimes in, offsets out. A pure function; nothing is allocated here.
#pragma once

#include <cstdint>
#include <vector>

namespace tenfold {

// A block of memory that is needed from step `first` to step `last`, both inclusive.
struct Block {
  int64_t bytes = 0;
  int first = 0, last = 0;
};

struct BlockPlan {
  std::vector<int64_t> offsets;  // as the blocks
  int64_t bytes = 0;             // of the whole arena
  int64_t lowerBound = 0;        // the most bytes alive at one step
};

// Places blocks so that no two which live at the same step overlap; offsets are multiples of `alignment`.
// The best of several greedy orders is taken, each bettered in up to `rounds` attempts (0: quick, for plans
// made while running).
BlockPlan planBlocks(const std::vector<Block>& blocks, int64_t alignment = 256, int rounds = 200);

}  // namespace tenfold
