#include "targets/cuda/tactics/row_config.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>

#include "base/error.h"
#include "base/rounding.h"

namespace tenfold::cuda {
namespace {

constexpr int64_t kMostKept = 32;  // registers of a thread that hold elements

int widestOf(const RowNode& node, const RowPlan& plan) {
  int bits = 16;
  for (const RowOperand& o : node.operands) bits = std::max(bits, typeBits(o.value->dtype));
  int width = std::min(128 / bits, 8);
  while (width > 1 && !plan.takesWidth(width)) width /= 2;
  return width;
}

int powerOfTwo(int64_t n, int most) {
  return static_cast<int>(std::bit_ceil(static_cast<uint64_t>(std::clamp<int64_t>(n, 1, most))));
}

}  // namespace

std::string RowConfig::str() const {
  return fmt::format("lanes={} kept={} width={}{}", lanes, kept, width, many ? " many" : "");
}

RowConfig RowConfig::parse(const std::string& text) {
  RowConfig c;
  bool fits = std::sscanf(text.c_str(), "lanes=%d kept=%d width=%d", &c.lanes, &c.kept, &c.width) == 3 &&
              c.lanes > 0 && c.lanes <= 1024 && std::has_single_bit(static_cast<unsigned>(c.lanes)) &&
              c.kept >= 0 && c.kept <= kMostKept && c.width > 0 && c.width <= 8;
  if (!fits) fail(ErrorKind::kInvalidPlan, "rows: the configuration '{}' is not known", text);
  c.many = text.ends_with(" many");
  return c;
}

std::vector<RowConfig> rowConfigs(const RowNode& node, const TuningHint& hint, const Device& device) {
  RowPlan plan(node, hint.inputs, hint.outputs);
  RowConfig base;
  base.many = plan.isMany;
  base.width = widestOf(node, plan);
  plan.group(base.width);
  int64_t steps = plan.columns.numel(), rows = std::max<int64_t>(plan.rows.numel(), 1);
  int most = base.many ? 32 : 1024;
  // Vectors of a lane: many where there are rows enough to fill the device, else as few as possible.
  bool fills = rows * steps > int64_t{device.multiprocessors} * 2048 * 4;
  using Three = std::array<int64_t, 3>;
  std::vector<RowConfig> configs;
  for (int64_t each : base.many ? Three{16, 8, 4} : fills ? Three{2, 4, 1} : Three{1, 4, 2}) {
    RowConfig c = base;
    c.lanes = powerOfTwo(ceilDiv(steps, each), most);
    int64_t kept = ceilDiv(steps, c.lanes);
    if (hint.staticShapes && kept * c.width <= kMostKept) c.kept = static_cast<int>(kept);
    auto same = [&](const RowConfig& other) { return other.lanes == c.lanes; };
    if (std::none_of(configs.begin(), configs.end(), same)) configs.push_back(c);
  }
  return configs;
}

uint32_t partsOfRow(const RowPlan& grouped, const RowConfig& config, const Device& device) {
  constexpr int64_t kLeastSteps = 4;  // of a lane
  int64_t blocks = std::max<int64_t>(ceilDiv(grouped.rows.numel(), config.rowsOfBlock()), 1);
  int64_t wanted = int64_t{device.multiprocessors} * 2048 / config.threads() / blocks;
  int64_t possible = grouped.columns.numel() / (config.lanes * kLeastSteps);
  return static_cast<uint32_t>(std::clamp<int64_t>(std::min(wanted, possible), 1, 1024));
}

}  // namespace tenfold::cuda
