#include "targets/cuda/tactics/conv/mma_config.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "targets/cuda/tactics/conv/conv_config.h"
#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {
namespace {

// m, n, k, warps along m and n, stages
constexpr MmaConvConfig kTiles[] = {
    {128, 256, 32, 2, 4, 4}, {256, 128, 32, 4, 2, 4}, {128, 128, 32, 2, 2, 4}, {128, 128, 64, 2, 4, 3},
    {256, 64, 32, 4, 2, 4},  {128, 64, 64, 4, 2, 3},  {128, 64, 32, 2, 2, 4},  {64, 128, 64, 2, 4, 3},
    {128, 32, 64, 4, 1, 3},  {64, 64, 64, 2, 2, 4},   {64, 32, 64, 2, 2, 5},   {32, 64, 64, 2, 2, 5},
    {32, 32, 128, 2, 2, 4},  {64, 32, 128, 2, 2, 3},
};
constexpr int kParts[] = {1, 2, 4, 8};
constexpr size_t kMostCandidates = 6;

bool fits(const MmaConvConfig& c, const ConvShape& s, DataType type, const Device& device) {
  constexpr int kClusters = 9;  // from this compute capability on
  if (c.parts > 1 && device.major < kClusters) return false;
  if (c.sharedBytes() > device.sharedBytes) return false;
  // A tile that reaches over a group's filters would write another group's.
  if (s.groups > 1 && s.filters % c.n != 0) return false;
  int columns = c.depth(type) / granuleOf(s, type);
  int rows = c.threads() / std::max(columns, 1);
  constexpr int kSwizzled = 8;
  return rows >= kSwizzled && c.m % rows == 0;
}

double estimate(const MmaConvConfig& c, const ConvShape& s, DataType type, const Device& device) {
  double element = typeBits(type) / 8.0,
         blocks = static_cast<double>(c.tilesM(s) * c.tilesN(s) * s.groups) * c.parts;
  double steps = std::ceil(static_cast<double>(c.steps(s, type)) / c.parts), depth = c.depth(type);
  double perProcessor =
      std::floor(static_cast<double>(device.sharedBytes) / static_cast<double>(c.sharedBytes() + 1024));
  perProcessor = std::clamp(perProcessor, 1.0, 768.0 / c.threads());
  double slots = perProcessor * device.multiprocessors, waves = std::ceil(blocks / slots);
  double busy = std::max(1.0, std::min(blocks, slots) / device.multiprocessors);
  // mma.sync reaches a part of what Hopper's own instruction does, small tiles less.
  double rate =
      device.halfRate * (device.hasWgmma() ? 0.6 : 0.85) * (element == 4 ? 0.5 : 1) / device.multiprocessors;
  double shape = 1 / (1 + 24.0 / c.m + 24.0 / c.n);
  double step = std::max(2.0 * c.m * c.n * depth / (rate * shape) * busy, 1.5e-7);
  double fromL2 = blocks * steps * depth * (c.m + c.n) * element / (1.3 * device.bandwidth);
  double latency = 1.2e-6 + (c.parts > 1 ? 1.0e-6 : 0);
  return std::max(waves * (steps * step + latency), fromL2 + latency) + device.launchSeconds;
}

}  // namespace

std::string MmaConvConfig::name() const {
  return fmt::format("m={},n={},k={},warps-m={},warps-n={},stages={},parts={},fold={}", m, n, k, warpsM,
                     warpsN, stages, parts, fold ? 1 : 0);
}

size_t MmaConvConfig::sharedBytes() const {
  int epilogue = parts > 1 ? m * (n + 8) * 4 : warpsM * warpsN * 16 * (n / warpsN + 8) * 4;
  return static_cast<size_t>(std::max(stages * (m + n) * k * 2, epilogue));
}

int64_t MmaConvConfig::steps(const ConvShape& s, DataType type) const {
  return (s.taps() * s.channels + depth(type) - 1) / depth(type);
}

MmaConvConfig mmaConvConfig(const std::string& name) {
  return {configNumber(name, "m"),       configNumber(name, "n"),        configNumber(name, "k"),
          configNumber(name, "warps-m"), configNumber(name, "warps-n"),  configNumber(name, "stages"),
          configNumber(name, "parts"),   configNumber(name, "fold") != 0};
}

int granuleOf(const ConvShape& s, DataType type) {
  int bytes = typeBits(type) / 8;
  for (int granule : {16, 8, 4}) {
    // All groups' channels lie side by side.
    if (granule >= bytes && s.channels * bytes % granule == 0 && s.groups * s.channels * bytes % granule == 0)
      return granule / bytes;
  }
  return 0;
}

std::vector<Candidate> mmaConvCandidates(const ConvShape& s, DataType type, const Device& device, bool fold,
                                         double memorySeconds) {
  std::vector<Candidate> found;
  for (int parts : kParts)
    for (MmaConvConfig c : kTiles) {
      c.parts = parts;
      c.fold = fold;
      constexpr int64_t kLeastSteps = 2;
      if (!fits(c, s, type, device)) continue;
      if (parts > 1 && c.steps(s, type) < kLeastSteps * parts) continue;
      found.push_back({c.name(), std::max(memorySeconds, estimate(c, s, type, device))});
    }
  keepCheapest(found, kMostCandidates);
  return found;
}

}  // namespace tenfold::cuda
