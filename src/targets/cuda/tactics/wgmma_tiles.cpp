#include "targets/cuda/tactics/wgmma_tiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tenfold::cuda {
namespace {

constexpr int kAlignment = 1024,
              kBarriers = 16;  // bytes: of what the copy engine writes, of a stage's barriers
constexpr double kStep = 64;   // of K, in 16-bit elements: half as many of TF32 take as long

struct WgmmaRow {
  int m, n, stages, groups;
  int parts = 1;
};
constexpr WgmmaRow kWgmma[] = {
    {128, 256, 4, 2},   {256, 128, 3, 2},   {128, 128, 5, 1},    {128, 128, 5, 2},    {64, 256, 4, 1},
    {64, 128, 6, 1},    {128, 64, 6, 1},    {128, 64, 6, 2},     {64, 64, 8, 1},      {192, 128, 4, 3},
    {192, 64, 5, 3},    {256, 64, 4, 2},    {128, 128, 6, 2, 2}, {128, 128, 6, 2, 4}, {192, 128, 5, 3, 2},
    {128, 64, 6, 2, 2}, {128, 64, 6, 2, 4}, {128, 64, 6, 2, 8},  {64, 64, 8, 1, 2},   {64, 64, 8, 1, 4},
    {64, 64, 8, 1, 8}};
// The same with results moved by the copy engine.
constexpr WgmmaRow kBoxes[] = {{128, 128, 5, 1}, {128, 128, 6, 2}, {128, 192, 4, 2}, {128, 256, 3, 2},
                               {256, 128, 3, 2}, {64, 256, 4, 1},  {64, 128, 7, 1},  {128, 64, 7, 1},
                               {64, 192, 5, 1},  {256, 64, 4, 2},  {192, 128, 4, 3}, {192, 64, 6, 3},
                               {192, 192, 3, 3}};
// For results of 32 bits.
constexpr WgmmaRow kWideBoxes[] = {{128, 128, 5, 2}, {192, 128, 3, 3}, {192, 64, 5, 3},
                                   {256, 64, 4, 2},  {128, 64, 6, 1},  {64, 128, 6, 1}};
struct QuickRow {
  int m, n, stages;
};
// Of the first five, three fit on a multiprocessor, of the next five two: the next kernels' blocks find room
// and fetch their weights early. The others have more in flight.
constexpr QuickRow kQuick[] = {{64, 32, 4},  {64, 64, 4},  {64, 128, 3}, {128, 32, 3}, {128, 64, 3},
                               {64, 32, 9},  {64, 64, 6},  {64, 128, 4}, {128, 64, 4}, {128, 128, 3},
                               {64, 64, 12}, {64, 128, 7}, {128, 64, 7}, {128, 128, 4}};
constexpr int kParts[] = {1, 2, 4, 8};

// Seconds in which a multiprocessor is through one step: its arithmetic, or the time in which the operands
// come from L2, or are written to shared memory once and read as often as the instructions want.
double stepSeconds(const GemmConfig& c, const Device& device) {
  constexpr double kFromL2 = 1e11, kShared = 2.25e11;  // bytes a second
  double written = (c.m + c.n) * kStep * 2, read = c.m / 64.0 * (64 + c.n) * kStep * 2;
  double arithmetic = 2.0 * c.m * c.n * kStep * device.multiprocessors / device.halfRate;
  return std::max({arithmetic, written / kFromL2, (written + read) / kShared});
}

std::optional<double> estimateTiles(const GemmConfig& c, const WgmmaWork& work, double tiles,
                                    const Device& device) {
  if (c.boxes && !work.boxes) return std::nullopt;
  if (c.parts > 1 && (tiles * c.parts > device.multiprocessors || work.steps < 2 * c.parts))
    return std::nullopt;
  double waves = std::ceil(tiles * c.parts / device.multiprocessors);
  double perTile = std::ceil(work.steps / c.parts) * stepSeconds(c, device);
  // Seconds to finish 1024 results of a warp: alone, and while others multiply. Two warpgroups that take
  // tiles in turn hide what fits beside the multiplication.
  constexpr double kStart = 1.5e-6, kReduce = 8e-7;
  double finish = c.boxes ? 3e-7 : 9e-7, finishBusy = c.boxes ? 3e-7 : 2e-6;
  double results = c.m * c.n / (4.0 * c.groups) / 1024;
  double busy = finishBusy * results;
  double between = c.groups > 1 ? perTile + busy : std::max(perTile, (perTile + busy) / 2);
  return std::max((waves - 1) * between + perTile, work.memorySeconds) + kStart +
         (c.parts > 1 ? kReduce + finish : finish * results);
}

// One tile for each block, all of them at work at once.
std::optional<double> estimateQuick(const GemmConfig& c, const WgmmaWork& work, double tiles,
                                    const Device& device) {
  double blocks = tiles * c.parts, steps = std::ceil(work.steps / c.parts);
  double together = 2 * wgmmaSharedBytes(c) <= device.sharedBytes ? 2.0 : 1.0;
  if (blocks > together * device.multiprocessors || (c.parts > 1 && steps < 2)) return std::nullopt;
  // Stages that are never filled only keep the next kernel's blocks out.
  if (c.stages > std::max(4.0, steps + 1)) return std::nullopt;
  constexpr double kStart = 1.6e-6, kAlone = 3e-7, kLatency = 8e-7, kFinish = 1e-7, kFromL2 = 9e10,
                   kAllFromL2 = 5.5e12;
  double bytes = steps * kStep * 2 * (c.m + c.n);
  double read = std::max({bytes * std::ceil(blocks / device.multiprocessors) / kFromL2,
                          bytes * blocks / kAllFromL2, steps / c.stages * kLatency});
  double passes = c.n / 16.0 / c.parts;
  // Of a tile's sums, sent to where they are added.
  double send = c.parts > 1 ? 1.5e-7 + 7e-11 * c.m * c.n : 0;
  return std::max(read, work.memorySeconds) + kStart + send + kFinish * passes + (together < 2 ? kAlone : 0);
}

}  // namespace

std::vector<GemmConfig> wgmmaConfigs() {
  std::vector<GemmConfig> all;
  for (const WgmmaRow& r : kWgmma)
    all.push_back({GemmFamily::kWgmma, r.m, r.n, 64, 1, 1, r.stages, r.parts, false, r.groups});
  for (const WgmmaRow& r : kBoxes)
    all.push_back({GemmFamily::kWgmma, r.m, r.n, 64, 1, 1, r.stages, 1, false, r.groups, true});
  for (const WgmmaRow& r : kWideBoxes)
    all.push_back({GemmFamily::kWgmma, r.m, r.n, 64, 1, 1, r.stages, 1, false, r.groups, true, true});
  for (int parts : kParts)
    for (const QuickRow& r : kQuick) all.push_back({GemmFamily::kQuick, r.m, r.n, 64, 1, 1, r.stages, parts});
  return all;
}

std::string wgmmaCode(const GemmConfig& c, const WgmmaOperands& o) {
  if (c.family == GemmFamily::kQuick)
    return fmt::format("QuickConfig<{}, {}, {}, {}, {}, {}, {}, {}>", o.type, c.m, c.n, c.stages, o.transA,
                       o.transB, c.parts, o.constantB);
  std::string tile = fmt::format("{}, {}, {}, {}, {}, {}, {}", o.type, c.m / c.groups, c.n, c.stages,
                                 c.groups, o.transA, o.transB);
  if (c.boxes) return fmt::format("BoxConfig<{}, {}>", tile, o.constantB);
  return fmt::format("WgmmaConfig<{}, {}, {}>", tile, c.parts, o.constantB);
}

size_t wgmmaSharedBytes(const GemmConfig& c) {
  int all = c.stages * (c.m + c.n) * 64 * 2, sums = 4 * c.m * (c.n + 8);
  if (c.family == GemmFamily::kQuick) {
    all = c.parts > 1 ? all + sums : std::max(all, sums);
    all += kBarriers;
  } else if (c.parts > 1) {
    all = std::max(all, sums);  // when all is added up, nobody needs the stages
  } else if (c.boxes) {
    int buffers = c.groups > 1 ? c.groups : 2;
    all += (c.groups > 1 ? 1 : 2) * c.m * c.n * (c.wide ? 4 : 2) + buffers * kBarriers;
  } else {
    int warps = c.groups == 3 ? 12 : 8, piece = c.n < 256 ? 64 : 32;
    all += 4 * warps * 16 * (piece + 8);
  }
  return static_cast<size_t>(kAlignment + all + c.stages * kBarriers);
}

std::optional<double> estimateWgmma(const GemmConfig& c, const WgmmaWork& work, const Device& device) {
  double tiles = std::ceil(work.m / c.m) * std::ceil(work.n / c.n) * work.products;
  return c.family == GemmFamily::kQuick ? estimateQuick(c, work, tiles, device)
                                        : estimateTiles(c, work, tiles, device);
}

}  // namespace tenfold::cuda
