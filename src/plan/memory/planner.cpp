#include "plan/memory/planner.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/rounding.h"

namespace tenfold {
namespace {

struct Placed {
  int64_t offset, bytes;
  int first, last;
};

// The lowest gap that holds the block between those already placed and alive with it.
int64_t lowestFit(const std::vector<Placed>& byOffset, const Block& block, int64_t bytes) {
  int64_t at = 0;
  for (const Placed& p : byOffset) {
    if (p.last < block.first || p.first > block.last) continue;
    if (p.offset - at >= bytes) return at;
    at = std::max(at, p.offset + p.bytes);
  }
  return at;
}

BlockPlan placeInOrder(const std::vector<Block>& blocks, const std::vector<int>& order, int64_t alignment) {
  BlockPlan plan;
  plan.offsets.assign(blocks.size(), 0);
  std::vector<Placed> byOffset;
  for (int i : order) {
    const Block& block = blocks[i];
    int64_t bytes = roundUp(block.bytes, alignment);
    if (bytes == 0) continue;
    int64_t at = lowestFit(byOffset, block, bytes);
    plan.offsets[i] = at;
    plan.bytes = std::max(plan.bytes, at + bytes);
    Placed placed{at, bytes, block.first, block.last};
    auto where = std::upper_bound(byOffset.begin(), byOffset.end(), placed,
                                  [](const Placed& a, const Placed& b) { return a.offset < b.offset; });
    byOffset.insert(where, placed);
  }
  return plan;
}

int64_t mostAlive(const std::vector<Block>& blocks, int64_t alignment) {
  std::vector<std::pair<int, int64_t>> events;
  for (const Block& b : blocks) {
    events.emplace_back(b.first, roundUp(b.bytes, alignment));
    events.emplace_back(b.last + 1, -roundUp(b.bytes, alignment));
  }
  std::sort(events.begin(), events.end());  // at one step, what ends goes before what begins
  int64_t alive = 0, most = 0;
  for (const auto& [step, change] : events) most = std::max(most, alive += change);
  return most;
}

// Places the topmost block earlier and earlier: what stands out often only came too late.
BlockPlan improve(const std::vector<Block>& blocks, std::vector<int> order, BlockPlan best, int64_t alignment,
                  int64_t lowerBound, int rounds) {
  BlockPlan current = best;
  for (int round = 0; round < rounds && best.bytes > lowerBound; ++round) {
    auto top = std::find_if(order.begin(), order.end(), [&](int i) {
      return blocks[i].bytes && current.offsets[i] + roundUp(blocks[i].bytes, alignment) == current.bytes;
    });
    std::rotate(order.begin(), top, top + 1);
    current = placeInOrder(blocks, order, alignment);
    if (current.bytes < best.bytes) best = current;
  }
  return best;
}

}  // namespace

BlockPlan planBlocks(const std::vector<Block>& blocks, int64_t alignment, int rounds) {
  std::vector<int> order(blocks.size());
  std::iota(order.begin(), order.end(), 0);
  auto span = [&](int i) { return int64_t(blocks[i].last) - blocks[i].first + 1; };
  auto size = [&](int i) { return blocks[i].bytes; };
  auto area = [&](int i) { return size(i) * span(i); };
  int64_t lowerBound = mostAlive(blocks, alignment);
  BlockPlan best;
  best.bytes = std::numeric_limits<int64_t>::max();
  auto tryOrder = [&](auto before) {
    std::vector<int> sorted = order;
    std::stable_sort(sorted.begin(), sorted.end(), before);
    BlockPlan plan = placeInOrder(blocks, sorted, alignment);
    if (plan.bytes > lowerBound) plan = improve(blocks, sorted, plan, alignment, lowerBound, rounds);
    if (plan.bytes < best.bytes) best = std::move(plan);
  };
  tryOrder([&](int a, int b) { return size(a) > size(b); });
  tryOrder([&](int a, int b) { return area(a) > area(b); });
  tryOrder([&](int a, int b) { return span(a) > span(b); });
  tryOrder([&](int a, int b) { return blocks[a].first < blocks[b].first; });
  best.lowerBound = lowerBound;
  return best;
}

}  // namespace tenfold
