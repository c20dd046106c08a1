#include "targets/cuda/tactics/attention/flash_config.h"

#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "base/rounding.h"

namespace tenfold::cuda {
namespace {

struct Shape4 {
  int warps, rows, keyWarps, keys;
};
// From many queries to few.
constexpr Shape4 kShapes[] = {{4, 2, 1, 64}, {8, 1, 1, 64}, {4, 1, 1, 128}, {4, 1, 1, 64}, {4, 1, 1, 32},
                              {2, 1, 2, 64}, {2, 1, 1, 64}, {1, 1, 4, 128}, {1, 1, 4, 64}, {1, 1, 8, 128}};

constexpr Shape4 kGroupShapes[] = {{4, 1, 1, 64}, {4, 1, 1, 128}, {8, 1, 1, 64}, {8, 1, 1, 128}};

bool isGroup(FlashMath math) { return math == FlashMath::kHalfGroup || math == FlashMath::kBrainGroup; }
bool isWide(FlashMath math) { return math == FlashMath::kTf32 || math == FlashMath::kExact; }

// Accumulators, queries and scores of a thread must leave room in 255 registers.
bool fitsRegisters(const FlashConfig& c, int64_t size, int64_t valueSize) {
  bool wide = isWide(c.math);
  int64_t queries = wide ? (size <= 64 ? size / 2 : 8) : size / 4;
  int64_t scores = c.keys / c.keyWarps / 2;
  if (c.ahead) scores += scores / 2;  // the weights of the tile before
  return c.rows * (valueSize / 2 + queries + scores) + (c.math == FlashMath::kExact ? 32 : 0) <= 208;
}

double secondsOf(const Device& device, const FlashConfig& c, const AttentionNode::Operands& o,
                 double bytesMoved) {
  int64_t size = roundUp(o.size(), 16), valueSize = roundUp(o.valueSize(), 16);
  int64_t blocks =
      o.batch() * o.heads() * ceilDiv(std::max<int64_t>(o.queries(), 1), c.blockRows()) * c.splits;
  int64_t keys = roundUp(ceilDiv(o.keys(), c.splits), 16);
  double operations = 2.0 * c.blockRows() * static_cast<double>(keys * (size + valueSize));
  // Of the rate of large products, as seen on an H200.
  constexpr double kReached[] = {0.28, 0.28, 0.14, 0.05, 0.45, 0.45};
  double rate = kReached[static_cast<int>(c.math)] * device.halfRate / device.multiprocessors;
  if (c.ahead || c.whole) rate *= 1.3;
  if (c.rows > 1) rate *= 1.25;  // keys are read from shared memory half as often
  int64_t each = ceilDiv(blocks, device.multiprocessors);
  auto shared = static_cast<int64_t>(c.sharedBytes(o.size(), o.valueSize()));
  int64_t together =
      std::clamp<int64_t>(static_cast<int64_t>(device.sharedBytes) / std::max<int64_t>(shared, 1), 1,
                          std::max(1, (c.rows > 1 ? 8 : 16) * 32 / c.threads()));
  double busy = std::min(1.0, static_cast<double>(std::min(each, together) * c.threads()) / 256);
  double seconds = static_cast<double>(each) * operations / (rate * busy);
  constexpr double kTile = 3e-7;  // a barrier, and the way from shared memory through the products
  seconds += kTile * static_cast<double>(ceilDiv(keys, c.keys) * ceilDiv(each, together));
  double launches = c.splits > 1 ? 2 : 1;
  return std::max(seconds, bytesMoved / (0.8 * device.bandwidth)) + launches * device.launchSeconds;
}

}  // namespace

std::string FlashConfig::str() const {
  return fmt::format("math={} warps={} rows={} keywarps={} keys={} stages={} splits={}{}",
                     static_cast<int>(math), warps, rows, keyWarps, keys, stages, splits,
                     ahead   ? " ahead"
                     : whole ? " whole"
                             : "");
}

FlashConfig FlashConfig::parse(const std::string& text) {
  FlashConfig c;
  int math = 0;
  int found = std::sscanf(text.c_str(), "math=%d warps=%d rows=%d keywarps=%d keys=%d stages=%d splits=%d",
                          &math, &c.warps, &c.rows, &c.keyWarps, &c.keys, &c.stages, &c.splits);
  bool known = found == 7 && math >= 0 && math <= static_cast<int>(FlashMath::kBrainGroup) && c.warps > 0 &&
               c.rows > 0 && c.keyWarps > 0 && c.threads() <= 1024 && c.keys > 0 && c.keys <= 1024 &&
               c.keys % (16 * c.keyWarps) == 0 && c.stages > 0 && c.stages < 8 && c.splits > 0;
  c.math = static_cast<FlashMath>(math);
  c.ahead = text.ends_with(" ahead");
  c.whole = text.ends_with(" whole");
  known = known && (!c.whole || (isGroup(c.math) && c.keys % 32 == 0 && c.keys <= kMostWholeKeys &&
                                 c.stages == 1 && c.splits == 1));
  known = known && (!c.ahead || (isGroup(c.math) && c.stages > 2));
  known = known && (!isGroup(c.math) || (c.rows == 1 && c.keyWarps == 1 && c.warps % 4 == 0));
  if (!known) fail(ErrorKind::kInvalidPlan, "flash-attention has no configuration '{}'", text);
  return c;
}

size_t FlashConfig::sharedBytes(int64_t size, int64_t valueSize) const {
  int64_t k = roundUp(size, 16), v = roundUp(valueSize, 16);
  int64_t padding = isGroup(math) ? 0 : 16;
  int64_t row = isWide(math) ? 4 * (k + 8 + v + 4) : 2 * (k + v + padding);
  int64_t join = int64_t{keyWarps - 1} * warps * rows * (v / 2 + 4) * 32 * 4;
  int64_t slots = ahead ? int64_t{4} * threads() : whole ? 2 * k * blockRows() + 4 * keys : 0;
  return static_cast<size_t>(std::max(row * keys * stages, join) + slots);
}

int64_t FlashConfig::blocks(int64_t valueSize) const {
  constexpr int64_t kRegisters = 65536, kOthers = 38, kMost = 8;
  int64_t registers = std::max<int64_t>(keys / 2, keys / 4 + valueSize / 2) + kOthers;
  return std::clamp<int64_t>(kRegisters / (threads() * registers), 1, kMost);
}

std::vector<std::pair<FlashConfig, double>> flashConfigs(const Device& device, FlashMath math,
                                                         const AttentionNode::Operands& o, double bytesMoved,
                                                         bool whole) {
  std::vector<std::pair<FlashConfig, double>> found;
  auto add = [&](FlashConfig c) { found.emplace_back(c, secondsOf(device, c, o, bytesMoved)); };
  auto isMostlyEmpty = [&](const FlashConfig& c) {
    return c.blockRows() > roundUp(o.queries(), 16) && c.warps > 1;
  };
  auto addShape = [&](FlashMath with, const Shape4& s, bool ahead = false) {
    FlashConfig c{with, s.warps, s.rows, s.keyWarps, s.keys, ahead ? 4 : 2, 1, ahead};
    if (ahead && 2 * c.sharedBytes(o.size(), o.valueSize()) > device.sharedBytes) c.stages = 3;
    if (!ahead && c.sharedBytes(o.size(), o.valueSize()) > device.sharedBytes) c.stages = 1;
    bool fits = fitsRegisters(c, o.size(), o.valueSize()) &&
                c.sharedBytes(o.size(), o.valueSize()) <= device.sharedBytes;
    // Mostly empty tiles and blocks.
    if (s.keys > roundUp(o.keys(), 32) && s.keys > 32 * s.keyWarps) fits = false;
    if (!fits || isMostlyEmpty(c)) return;
    add(c);
    constexpr int64_t kLeastKeys = 256;  // of a split
    int64_t blocks = o.batch() * o.heads() * ceilDiv(std::max<int64_t>(o.queries(), 1), c.blockRows());
    for (int64_t wanted : {1, 2}) {
      int64_t splits =
          std::min(wanted * device.multiprocessors / std::max<int64_t>(blocks, 1), o.keys() / kLeastKeys);
      c.splits = static_cast<int>(std::min<int64_t>(splits, 64));
      if (c.splits > 1) add(c);
    }
  };
  for (const Shape4& s : kShapes) addShape(math, s);
  constexpr int64_t kSlab = 64, kWidest = 128;
  bool slabs =
      o.size() % kSlab == 0 && o.valueSize() % kSlab == 0 && o.size() <= kWidest && o.valueSize() <= kWidest;
  if (device.hasWgmma() && slabs && !isWide(math)) {
    FlashMath group = math == FlashMath::kHalf ? FlashMath::kHalfGroup : FlashMath::kBrainGroup;
    // Blocks are full of one head's queries then: heads are not packed.
    for (int warps : {4, 8}) {
      FlashConfig c{group, warps, 1, 1, static_cast<int>(roundUp(o.keys(), 32)), 1, 1, false, true};
      if (whole && o.keys() > 0 && o.keys() <= FlashConfig::kMostWholeKeys && !isMostlyEmpty(c)) add(c);
    }
    for (bool ahead : {false, true})
      for (const Shape4& s : kGroupShapes) addShape(group, s, ahead);
  }
  if (found.empty()) add({math, 4, 1, 1, 32, 1, 1});
  std::stable_sort(found.begin(), found.end(), [](auto& a, auto& b) { return a.second < b.second; });
  constexpr size_t kMost = 9;  // each is compiled
  if (found.size() > kMost) found.resize(kMost);
  return found;
}

}  // namespace tenfold::cuda
