#include "targets/cuda/tactics/gemm_config.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/error.h"

namespace tenfold::cuda {
namespace {

constexpr int kWarp = 32, kSkinnyThreads = 256, kWgmmaThreads = 384;
constexpr int kAlignment = 1024,
              kBarriers = 16;  // bytes: of what the copy engine writes, of a stage's barriers

struct MmaRow {
  int m, n, k, warpsM, warpsN, stages;
};
// k in units of 2 bytes: 32-bit elements have half as many.
constexpr MmaRow kMma[] = {
    {128, 256, 32, 2, 4, 3}, {256, 128, 32, 4, 2, 3}, {128, 128, 32, 2, 2, 4}, {128, 128, 64, 2, 4, 3},
    {128, 64, 64, 4, 2, 3},  {64, 128, 64, 2, 4, 3},  {64, 64, 64, 2, 2, 4},   {64, 64, 128, 2, 2, 3},
    {32, 64, 64, 2, 2, 4},   {64, 32, 64, 2, 2, 4},   {32, 32, 128, 2, 2, 3},
};
struct SimtRow {
  int m, n, k, perThreadM, perThreadN;
};
constexpr SimtRow kSimt[] = {{128, 128, 16, 8, 8}, {64, 64, 16, 4, 4}, {32, 32, 16, 4, 4}};
struct WgmmaRow {
  int m, n, stages;
  bool pair;
  int parts = 1;
};
constexpr WgmmaRow kWgmma[] = {{128, 256, 4, true},    {256, 128, 3, true},    {128, 128, 5, false},
                               {128, 128, 5, true},    {64, 256, 4, false},    {64, 128, 6, false},
                               {128, 64, 6, false},    {128, 64, 6, true},     {64, 64, 8, false},
                               {128, 128, 4, true, 2}, {128, 128, 4, true, 4}, {128, 64, 6, true, 2},
                               {128, 64, 6, true, 4},  {128, 64, 6, true, 8},  {64, 64, 8, false, 2},
                               {64, 64, 8, false, 4},  {64, 64, 8, false, 8}};
// The same with results moved by the copy engine: {m, n, stages, pair}.
constexpr WgmmaRow kBoxes[] = {
    {128, 128, 5, false}, {128, 128, 6, true}, {128, 192, 4, true}, {128, 256, 3, true}, {256, 128, 3, true},
    {64, 256, 4, false},  {64, 128, 7, false}, {128, 64, 7, false}, {64, 192, 5, false}, {256, 64, 4, true}};
struct QuickRow {
  int m, n, stages;
};
// The first six leave half of the shared memory to the next kernel's blocks; the others have more in flight.
constexpr QuickRow kQuick[] = {{64, 32, 7},  {64, 64, 5},   {64, 128, 3}, {128, 32, 4},
                               {128, 64, 3}, {128, 128, 3}, {64, 32, 14}, {64, 64, 12},
                               {64, 128, 7}, {128, 64, 7},  {128, 128, 4}};
constexpr int kSkinnyRows[] = {1, 2, 4, 8}, kSkinnyLengths[] = {16, 32, 64, 128};
constexpr int kParts[] = {1, 2, 4, 8};

bool isSmall(DataType type) { return isFloat(type) && typeBits(type) == 16; }
int bytesOf(DataType type) { return typeBits(type) / 8; }

const SimtRow& simtRow(const GemmConfig& c) {
  return *std::find_if(std::begin(kSimt), std::end(kSimt), [&](const SimtRow& r) { return r.m == c.m; });
}

// Every configuration there is.
std::vector<GemmConfig> allConfigs() {
  std::vector<GemmConfig> all;
  for (int parts : kParts) {
    for (const MmaRow& r : kMma)
      all.push_back({GemmFamily::kMma, r.m, r.n, r.k, r.warpsM, r.warpsN, r.stages, parts});
    for (int rows : kSkinnyRows)
      for (int length : kSkinnyLengths)
        for (bool swap : {false, true})
          all.push_back(
              {GemmFamily::kSkinny, swap ? length : rows, swap ? rows : length, 0, 1, 1, 1, parts, swap});
  }
  for (const WgmmaRow& r : kWgmma)
    all.push_back({GemmFamily::kWgmma, r.m, r.n, 64, 1, 1, r.stages, r.parts, false, r.pair});
  for (const WgmmaRow& r : kBoxes)
    all.push_back({GemmFamily::kWgmma, r.m, r.n, 64, 1, 1, r.stages, 1, false, r.pair, true});
  for (int parts : kParts)
    for (const QuickRow& r : kQuick) all.push_back({GemmFamily::kQuick, r.m, r.n, 64, 1, 1, r.stages, parts});
  for (const SimtRow& r : kSimt) all.push_back({GemmFamily::kSimt, r.m, r.n, r.k});
  return all;
}

bool fits(const GemmConfig& c, const GemmNode& node, const Device& device, bool allowTf32) {
  bool clusters = device.major >= 9;
  if (c.parts > 1 && !clusters) return false;
  if (c.sharedBytes(node) > device.sharedBytes) return false;
  bool wide = node.typeA == DataType::kFloat32;
  switch (c.family) {
    case GemmFamily::kMma: {
      // Fragments of transposed 32-bit operands want rows of 128 bytes at least.
      int shortest = std::min(node.transA ? c.m : 64, node.transB ? 64 : c.n);
      return isSmall(node.typeA) || (wide && allowTf32 && shortest >= 32);
    }
    case GemmFamily::kWgmma:
      return device.hasWgmma() && isSmall(node.typeA) && (!c.boxes || node.epilogue.boxResult() >= 0);
    case GemmFamily::kQuick:
      // Where K runs down the rows of B, columns are copied 64 at a time.
      return device.hasWgmma() && isSmall(node.typeA) && (node.transB || c.n % 64 == 0);
    case GemmFamily::kSkinny:
      // The epilogue finishes eight columns at once: fewer only where there never are more.
      return (isSmall(node.typeA) || wide) && (!c.swap || c.n == 8 || node.fixedColumns());
    case GemmFamily::kSimt:
      return !isSmall(node.typeA) && (bytesOf(node.sum) < 8 || c.m < 128);
  }
  return false;
}

double rateOf(const GemmConfig& c, const GemmNode& node, const Device& device) {
  if (c.usesMaps()) return device.halfRate;
  if (c.family != GemmFamily::kMma) return device.halfRate / (bytesOf(node.sum) == 8 ? 32 : 16);
  // On Hopper mma.sync reaches about a third of what its own instruction does.
  double rate = device.halfRate * (device.hasWgmma() ? 0.35 : 0.9);
  return isSmall(node.typeA) ? rate : rate / 2;
}

// Of all operands, once.
double memorySeconds(const GemmNode& node, const GemmShape& shape, const Device& device) {
  double m = shape.params.m, n = shape.params.n, k = shape.params.k;
  return static_cast<double>(shape.batch) * (m * k + k * n + m * n) * bytesOf(node.typeA) /
         (0.8 * device.bandwidth);
}

std::optional<double> estimateWgmma(const GemmConfig& c, const GemmNode& node, const GemmShape& shape,
                                    double tiles, const Device& device) {
  if (!shape.tensorMaps || shape.accessA != 16 || shape.accessB != 16) return std::nullopt;
  if (c.boxes && !shape.epilogue.isMatrix()) return std::nullopt;
  if (c.parts > 1 &&
      (tiles * c.parts > device.multiprocessors || shape.params.k < 128u * static_cast<uint32_t>(c.parts)))
    return std::nullopt;
  // A step of 64 takes its arithmetic, or the time in which its operands come from L2 to one multiprocessor.
  constexpr double kStep = 64, kFromL2 = 1e11;
  double arithmetic = 2.0 * c.m * c.n * kStep * device.multiprocessors / rateOf(c, node, device);
  double step = std::max(arithmetic, (c.m + c.n) * kStep * 2 / kFromL2);
  double waves = std::ceil(tiles * c.parts / device.multiprocessors);
  double perTile = std::ceil(shape.params.k / kStep / c.parts) * step;
  // Seconds to finish 1024 results of a warp: alone, and while others multiply. Two warpgroups that take
  // tiles in turn hide what fits beside the multiplication.
  constexpr double kStart = 1.5e-6, kReduce = 8e-7;
  double finish = c.boxes ? 3e-7 : 9e-7, finishBusy = c.boxes ? 3e-7 : 2e-6;
  double results = c.m * c.n / (c.pair ? 8.0 : 4.0) / 1024;
  double busy = finishBusy * results;
  double between = c.pair ? perTile + busy : std::max(perTile, (perTile + busy) / 2);
  return std::max((waves - 1) * between + perTile, memorySeconds(node, shape, device)) + kStart +
         (c.parts > 1 ? kReduce + finish : finish * results);
}

// One tile for each block, all of them at work at once.
std::optional<double> estimateQuick(const GemmConfig& c, const GemmNode& node, const GemmShape& shape,
                                    double tiles, const Device& device) {
  if (!shape.tensorMaps || shape.accessA != 16 || shape.accessB != 16) return std::nullopt;
  constexpr double kStep = 64;
  double blocks = tiles * c.parts, steps = std::ceil(shape.params.k / kStep / c.parts);
  double together = 2 * c.sharedBytes(node) <= device.sharedBytes ? 2.0 : 1.0;
  if (blocks > together * device.multiprocessors || (c.parts > 1 && steps < 2)) return std::nullopt;
  // Stages that are never filled only keep the next kernel's blocks out.
  if (c.stages > 2 * steps) return std::nullopt;
  constexpr double kStart = 1.6e-6, kSend = 4e-7, kFinish = 1e-7, kFromL2 = 9e10, kAllFromL2 = 5.5e12;
  double bytes = steps * kStep * 2 * (c.m + c.n);
  double read =
      std::max(bytes * std::ceil(blocks / device.multiprocessors) / kFromL2, bytes * blocks / kAllFromL2);
  double passes = c.n / 16.0 / c.parts;
  return std::max(read, memorySeconds(node, shape, device)) + kStart + (c.parts > 1 ? kSend : 0) +
         kFinish * passes;
}

}  // namespace

std::string GemmConfig::name() const {
  switch (family) {
    case GemmFamily::kMma:
      return fmt::format("mma {}x{}x{} w{}x{} s{} p{}", m, n, k, warpsM, warpsN, stages, parts);
    case GemmFamily::kSkinny:
      return fmt::format("skinny {}x{} {} p{}", m, n, swap ? "columns" : "rows", parts);
    case GemmFamily::kWgmma:
      return fmt::format("wgmma {}x{} s{} {} {}", m, n, stages, pair ? "pair" : "alone",
                         boxes ? "boxes" : fmt::format("p{}", parts));
    case GemmFamily::kQuick:
      return fmt::format("quick {}x{} s{} p{}", m, n, stages, parts);
    case GemmFamily::kSimt:
      return fmt::format("simt {}x{}x{}", m, n, k);
  }
  return "";
}

int GemmConfig::threads() const {
  if (family == GemmFamily::kMma) return kWarp * warpsM * warpsN;
  if (family == GemmFamily::kSkinny) return kSkinnyThreads;
  if (family == GemmFamily::kWgmma) return kWgmmaThreads;
  if (family == GemmFamily::kQuick) return 2 * m + kWarp;
  const SimtRow& r = simtRow(*this);
  return r.m / r.perThreadM * (r.n / r.perThreadN);
}

size_t GemmConfig::sharedBytes(const GemmNode& node) const {
  int bytes = 0;
  if (family == GemmFamily::kMma) {
    int stage = (m + n) * k * 2;
    int epilogue = parts > 1 ? m * (n + 8) * 4 : warpsM * warpsN * 16 * (n / warpsN + 8) * 4;
    bytes = std::max(stages * stage, epilogue);
  } else if (family == GemmFamily::kSkinny) {
    int rows = swap ? n : m, length = swap ? m : n, elements = 16 / bytesOf(node.typeA);
    int tile = swap ? length * 8 : rows * length, down = kSkinnyThreads / (length / elements);
    bytes = (tile + down * rows * length) * 4;
  } else if (family == GemmFamily::kQuick) {
    bytes = kAlignment + stages * ((m + n) * k * 2 + kBarriers) + m * (n + 8) * 4 + kBarriers;
  } else if (family == GemmFamily::kWgmma) {
    constexpr int kWarps = 8;
    int piece = n < 256 ? 64 : 32;
    int epilogue = 4 * (parts > 1 ? m * (n + 8) : kWarps * 16 * (piece + 8));
    if (boxes) epilogue = (pair ? 1 : 2) * m * n * 2 + 2 * kBarriers;
    bytes = kAlignment + stages * ((m + n) * k * 2 + kBarriers) + epilogue;
  } else {
    bytes = std::max(2 * k * (m + n + 8), m * (n + 4)) * bytesOf(node.sum);
  }
  return static_cast<size_t>(bytes);
}

std::vector<GemmConfig> gemmConfigs(const GemmNode& node, const Device& device, bool allowTf32) {
  std::vector<GemmConfig> found = allConfigs();
  std::erase_if(found, [&](const GemmConfig& c) { return !fits(c, node, device, allowTf32); });
  return found;
}

GemmConfig gemmConfig(const std::string& name) {
  for (const GemmConfig& c : allConfigs())
    if (c.name() == name) return c;
  fail(ErrorKind::kInvalidPlan, "gemm has no configuration '{}'", name);
}

std::optional<double> estimate(const GemmConfig& c, const GemmNode& node, const GemmShape& shape,
                               const Device& device) {
  const GemmParams& p = shape.params;
  auto tilesAlong = [](uint32_t extent, int tile) { return std::ceil(static_cast<double>(extent) / tile); };
  double few = c.swap ? p.n : p.m, rows = c.swap ? c.n : c.m;
  constexpr double kMostFew = 16;
  if (c.swap && p.n > static_cast<uint32_t>(c.n)) return std::nullopt;
  if (c.family == GemmFamily::kSkinny && (few > kMostFew || (few < rows && rows > 1 && few <= rows / 2)))
    return std::nullopt;
  double tiles = tilesAlong(p.m, c.m) * tilesAlong(p.n, c.n) * static_cast<double>(shape.batch);
  if (c.family == GemmFamily::kWgmma) return estimateWgmma(c, node, shape, tiles, device);
  if (c.family == GemmFamily::kQuick) return estimateQuick(c, node, shape, tiles, device);
  constexpr double kLeastPart = 128;  // of K, that is worth a block
  if (c.parts > 1 && (p.k < kLeastPart * c.parts || tiles * c.parts > 2.0 * device.multiprocessors))
    return std::nullopt;

  double perProcessor = std::max(1.0, std::floor(static_cast<double>(device.sharedBytes) /
                                                 static_cast<double>(c.sharedBytes(node) + 1024)));
  perProcessor = std::min(perProcessor, 1024.0 / c.threads());
  double blocks = tiles * c.parts;
  double waves = std::ceil(blocks / (perProcessor * device.multiprocessors));
  double busy = std::min(blocks, perProcessor * device.multiprocessors) / device.multiprocessors;
  double depth = static_cast<double>(p.k) / c.parts;
  double perBlock = 2.0 * c.m * c.n * depth / (rateOf(c, node, device) / device.multiprocessors);
  // Blocks side by side on one processor share its arithmetic.
  double arithmetic = waves * perBlock * std::max(1.0, busy);
  // Every block reads its part of the operands, mostly from L2.
  double read = blocks * depth * (c.m + c.n) * bytesOf(node.typeA);
  double fromL2 = read / (1.3 * device.bandwidth);
  double memory = memorySeconds(node, shape, device);
  double latency = 6e-7 + (c.parts > 1 ? 8e-7 : 0) + 1.2e-6 * depth / 1024;
  return std::max({arithmetic, fromL2, memory}) + waves * latency + device.launchSeconds;
}

}  // namespace tenfold::cuda
