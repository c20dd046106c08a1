#include "targets/cuda/tactics/gemm_config.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/error.h"
#include "targets/cuda/tactics/wgmma_tiles.h"

namespace tenfold::cuda {
namespace {

constexpr int kWarp = 32, kSkinnyThreads = 256;

struct MmaRow {
  int m, n, k, warpsM, warpsN, stages;
};
// k in units of 2 bytes: 32-bit elements have half as many.
constexpr MmaRow kMma[] = {
    {128, 256, 32, 2, 4, 3}, {256, 128, 32, 4, 2, 3}, {128, 128, 32, 2, 2, 4}, {128, 128, 64, 2, 4, 3},
    {128, 64, 64, 4, 2, 3},  {64, 128, 64, 2, 4, 3},  {64, 64, 64, 2, 2, 4},   {64, 64, 128, 2, 2, 3},
    {32, 64, 64, 2, 2, 4},   {64, 32, 64, 2, 2, 4},   {32, 32, 128, 2, 2, 3},  {128, 32, 32, 4, 1, 4},
    {256, 32, 64, 8, 1, 2},
};
struct SimtRow {
  int m, n, k, perThreadM, perThreadN;
};
constexpr SimtRow kSimt[] = {{128, 128, 16, 8, 8}, {64, 64, 16, 4, 4}, {32, 32, 16, 4, 4}};
constexpr int kSkinnyRows[] = {1, 2, 4, 8}, kSkinnyLengths[] = {16, 32, 64, 128};
constexpr int kParts[] = {1, 2, 4, 8};
// Thin: four warps to a block, fragments of 16 rows by groups of 32 columns.
constexpr int kThinWarps = 4, kThinRows = 16, kThinGroup = 32, kThinStep = 8;
struct ThinRow {
  int groups, deepest;  // K up to which registers hold the weights of so many groups
};
constexpr ThinRow kThin[] = {{3, 32}, {2, 48}, {1, 64}};

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
  for (const GemmConfig& c : wgmmaConfigs()) all.push_back(c);
  for (const ThinRow& r : kThin)
    for (int k = kThinStep; k <= r.deepest; k += kThinStep)
      all.push_back({GemmFamily::kThin, kThinRows, kThinGroup * r.groups, k, 1, kThinWarps});
  for (const SimtRow& r : kSimt) all.push_back({GemmFamily::kSimt, r.m, r.n, r.k});
  return all;
}

// TF32 must lie along K.
bool fitsWgmma(const GemmNode& node, bool allowTf32) {
  return isSmall(node.typeA) ||
         (node.typeA == DataType::kFloat32 && allowTf32 && !node.transA && node.transB);
}

// For many rows and few columns, as scaled images have them; libraries have such tiles for other products.
bool isTall(const GemmConfig& c) { return c.n == 32 && c.m >= 128; }

bool fits(const GemmConfig& c, const GemmNode& node, const Device& device, bool allowTf32) {
  bool clusters = device.major >= 9;
  if (node.factors >= 0 && c.family != GemmFamily::kMma) return false;
  if (c.parts > 1 && !clusters) return false;
  if (c.sharedBytes(node) > device.sharedBytes) return false;
  bool wide = node.typeA == DataType::kFloat32;
  switch (c.family) {
    case GemmFamily::kMma: {
      // Fragments of transposed 32-bit operands want rows of 128 bytes at least.
      int shortest = std::min(node.transA ? c.m : 64, node.transB ? 64 : c.n);
      if (isTall(c) && (node.factors < 0 || c.parts > 1)) return false;
      return isSmall(node.typeA) || (wide && allowTf32 && shortest >= 32);
    }
    case GemmFamily::kWgmma:
      return device.hasWgmma() && fitsWgmma(node, allowTf32) && c.boxesFit(node.typeA) &&
             (!c.boxes || node.epilogue.boxResult() >= 0);
    case GemmFamily::kQuick:
      // Where K runs down the rows of B, columns are copied 64 at a time.
      return device.hasWgmma() && fitsWgmma(node, allowTf32) && (node.transB || c.n % 64 == 0);
    case GemmFamily::kSkinny:
      // The epilogue finishes eight columns at once: fewer only where there never are more.
      return (isSmall(node.typeA) || wide) && (!c.swap || c.n == 8 || node.fixedColumns());
    case GemmFamily::kThin:
      return isSmall(node.typeA) && !node.transA;
    case GemmFamily::kSimt:
      return !isSmall(node.typeA) && (bytesOf(node.sum) < 8 || c.m < 128);
  }
  return false;
}

double rateOf(const GemmConfig& c, const GemmNode& node, const Device& device) {
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

std::optional<double> estimateMaps(const GemmConfig& c, const GemmNode& node, const GemmShape& shape,
                                   const Device& device) {
  if (!shape.movesOperands) return std::nullopt;
  const GemmParams& p = shape.params;
  return estimateWgmma(
      c,
      {static_cast<double>(p.m), static_cast<double>(p.n),
       std::ceil(static_cast<double>(p.k) / stepElements(node.typeA)), static_cast<double>(shape.batch),
       memorySeconds(node, shape, device), shape.epilogue.isMatrix()},
      device);
}

// Many rows, each of which takes little more than its results.
std::optional<double> estimateThin(const GemmConfig& c, const GemmNode& node, const GemmShape& shape,
                                   const Device& device) {
  const GemmParams& p = shape.params;
  constexpr uint32_t kMostColumns = 1024;
  bool fits = shape.movesOperands && shape.epilogue.isMatrix() && shape.batch == 1;
  if (!fits || p.k != static_cast<uint32_t>(c.k) || p.n > kMostColumns) return std::nullopt;
  double m = p.m, across = std::ceil(static_cast<double>(p.n) / c.n), tiles = std::ceil(m / c.m) * across;
  constexpr double kLeastTiles = 16;  // of a multiprocessor, whose warps wait for one another's memory
  if (tiles < kLeastTiles * device.multiprocessors) return std::nullopt;
  // Seconds that a multiprocessor needs for a result's epilogue.
  constexpr double kFinish = 7e-11, kStart = 1.2e-6;
  double finish = kFinish * m * across * c.n / device.multiprocessors;
  // Warps of a block share their rows.
  double fromL2 =
      m * (std::ceil(across / kThinWarps) * p.k + p.n) * bytesOf(node.typeA) / (1.3 * device.bandwidth);
  return std::max({finish, fromL2, memorySeconds(node, shape, device)}) + kStart;
}

}  // namespace

std::string GemmConfig::name() const {
  constexpr const char* kTogether[] = {"alone", "pair", "trio"};
  switch (family) {
    case GemmFamily::kMma:
      return fmt::format("mma {}x{}x{} w{}x{} s{} p{}", m, n, k, warpsM, warpsN, stages, parts);
    case GemmFamily::kSkinny:
      return fmt::format("skinny {}x{} {} p{}", m, n, swap ? "columns" : "rows", parts);
    case GemmFamily::kWgmma:
      return fmt::format("wgmma {}x{} s{} {} {}", m, n, stages, kTogether[groups - 1],
                         wide    ? "wide boxes"
                         : boxes ? "boxes"
                                 : fmt::format("p{}", parts));
    case GemmFamily::kQuick:
      return fmt::format("quick {}x{} s{} p{}", m, n, stages, parts);
    case GemmFamily::kThin:
      return fmt::format("thin {}x{} k{}", m, n, k);
    case GemmFamily::kSimt:
      return fmt::format("simt {}x{}x{}", m, n, k);
  }
  return "";
}

std::string GemmConfig::attributes() const {
  std::string limits = movesVectors() ? fmt::format(", {}", residents()) : "";
  std::string cluster = parts > 1 ? fmt::format(" __cluster_dims__(1, {}, 1)", parts) : "";
  return fmt::format("__launch_bounds__(C::kThreads{}){}", limits, cluster);
}

int GemmConfig::threads() const {
  if (family == GemmFamily::kMma || family == GemmFamily::kThin) return kWarp * warpsM * warpsN;
  if (family == GemmFamily::kSkinny) return kSkinnyThreads;
  if (family == GemmFamily::kWgmma) return groups == 3 ? 512 : 384;
  if (family == GemmFamily::kQuick) return 2 * m + kWarp;
  const SimtRow& r = simtRow(*this);
  return r.m / r.perThreadM * (r.n / r.perThreadN);
}

size_t GemmConfig::sharedBytes(const GemmNode& node) const {
  if (usesMaps()) return wgmmaSharedBytes(*this);
  if (family == GemmFamily::kThin) return 0;
  int bytes = 0;
  if (family == GemmFamily::kMma) {
    int stage = (m + n + (node.factors >= 0 ? 1 : 0)) * k * 2;
    int epilogue = parts > 1 ? m * (n + 8) * 4 : warpsM * warpsN * 16 * (n / warpsN + 8) * 4;
    bytes = std::max(stages * stage, epilogue);
  } else if (family == GemmFamily::kSkinny) {
    int rows = swap ? n : m, length = swap ? m : n, elements = 16 / bytesOf(node.typeA);
    int tile = swap ? length * 8 : rows * length, down = kSkinnyThreads / (length / elements);
    bytes = (tile + down * rows * length) * 4;
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
  if (c.usesMaps()) return estimateMaps(c, node, shape, device);
  if (c.family == GemmFamily::kThin) return estimateThin(c, node, shape, device);
  double tiles = tilesAlong(p.m, c.m) * tilesAlong(p.n, c.n) * static_cast<double>(shape.batch);
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
