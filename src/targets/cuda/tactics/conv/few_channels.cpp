#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cuda/tactics/conv/few_shape.h"
#include "targets/cuda/tactics/conv/packed_conv.h"
#include "targets/cuda/tactics/conv/weights.h"
#include "targets/cuda/tactics/fast_divisor.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

constexpr int kWarps = 4;

struct Tile {
  int rows, columns;
};
constexpr Tile kTiles[] = {{8, 16}, {4, 32}, {4, 16}, {1, 128}};
constexpr int kFilters[] = {64, 32, 16};

int64_t tilesOf(const ConvShape& s, const FewConfig& c) {
  return s.batch * ceilDiv(s.out[1], c.rows) * ceilDiv(s.out[2], c.columns);
}

double secondsOf(const ConvShape& s, const FewConfig& c, DataType type, const Device& device, double memory) {
  FewRuns runs(s, type, c.words);
  double filterTiles = static_cast<double>(ceilDiv(s.filters, c.filters));
  double blocks = static_cast<double>(tilesOf(s, c)) * filterTiles;
  double pixels = c.rows * c.columns, depth = static_cast<double>(runs.steps * 8 * runs.perWord);
  double rate = 0.35 * device.halfRate / device.multiprocessors / (type == DataType::kFloat32 ? 2 : 1);
  double each = 2 * pixels * c.filters * depth / rate;
  // What is copied element by element takes instructions, two for each.
  double patch = ((c.rows - 1) * static_cast<double>(s.stride[1]) + static_cast<double>(s.kernel[1])) *
                 ((c.columns - 1) * static_cast<double>(s.stride[2]) + static_cast<double>(s.kernel[2])) *
                 static_cast<double>(runs.step);
  each += patch / (c.words ? static_cast<double>(runs.perWord * c.words) : 1.0) * 0.03e-9;
  double perProcessor = std::ceil(blocks / device.multiprocessors);
  return std::max(memory, perProcessor * each + 2e-6) + device.launchSeconds;
}

std::string refuses(const Device&, const Node& node, const TuningHint& hint) {
  return reasonOf([&] {
    ConvNode conv(node, true);
    fewShape(conv, hint.inputs, hint.outputs);
    if (!hint.staticShapes && conv.anchor().attrs.text("auto_pad", "NOTSET") != "NOTSET")
      fail(ErrorKind::kUnsupported, "its pads are known at run time only");
    requirePackable(node, conv, hint);
  });
}

ConvPlan plan(const Device&, const ConvNode& conv, const std::string& name, Descs in, Descs out) {
  ConvShape s = fewShape(conv, in, out);
  FewConfig config = fewConfig(name);
  if (config.words && !copiesByWords(s, conv, in[conv.x].layout, config.words))
    fail(ErrorKind::kUnsupported, "rows of {} elements cannot be copied by words", s.in[2] * s.channels);
  FewParams params(s, in[conv.x]);
  params.tiles = static_cast<uint32_t>(tilesOf(s, config));
  params.tilesAcross = divisorOf(ceilDiv(s.out[2], config.columns));
  params.tilesDown = divisorOf(ceilDiv(s.out[1], config.rows));
  ConvPlan plan;
  plan.setParams(params);
  constexpr unsigned kWord = 4;
  plan.alignment = kWord * static_cast<unsigned>(std::max(config.words, 1));
  plan.grid.threads = 32 * kWarps;
  plan.grid.sharedBytes = fewSharedBytes(config, s, conv.type());
  auto filterTiles = static_cast<unsigned>(ceilDiv(s.filters, config.filters));
  plan.grid.blocks = {params.tiles, filterTiles, 1};
  plan.goesRound = true;
  return plan;
}

std::vector<Candidate> candidates(const Device& device, const Node& node, const TuningHint& hint) {
  ConvNode conv(node, true);
  ConvShape s = fewShape(conv, hint.inputs, hint.outputs);
  // Where the width may change, its evenness may too.
  auto copies = [&](int words) {
    return hint.staticShapes && copiesByWords(s, conv, hint.inputs[conv.x].layout, words);
  };
  int words = copies(4) ? 4 : copies(1);
  std::vector<Candidate> found;
  for (Tile tile : kTiles)
    for (int filters : kFilters) {
      FewConfig c{tile.rows, tile.columns, filters, words};
      if (filters > 16 && filters / 2 >= s.filters) continue;
      if (tile.rows > 1 && s.out[1] == 1) continue;
      if (fewSharedBytes(c, s, conv.type()) > device.sharedBytes) continue;
      found.push_back({c.name(), secondsOf(s, c, conv.type(), device, memorySeconds(device, hint))});
    }
  if (found.empty()) fail("the patches of no tile fit in shared memory");
  constexpr size_t kMostCandidates = 4;
  keepCheapest(found, kMostCandidates);
  return found;
}

std::string generate(const Node& node, const std::string& config, const TuningHint& hint) {
  ConvNode conv(node, true);
  FewConfig c = fewConfig(config);
  ConvShape s = fewShape(conv, hint.inputs, hint.outputs);
  return packedConvCode(node, "conv_few.cuh", fewShapeCode(conv, s, c, kWarps),
                        "__launch_bounds__(S::kThreads)", "FewConv", "convFew<S, Region>");
}

PackedWeights pack(const Node& node, const std::string& config, const TuningHint& hint) {
  ConvNode conv(node, true);
  ConvShape s = fewShape(conv, hint.inputs, hint.outputs);
  return replaceWeights(conv, packFragments(conv, s, knownWeights(conv, hint), fewConfig(config)));
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) { return packedConvKernel(std::move(parts), plan); }

}  // namespace

const GeneratedFamily kFewChannels{"conv-few-channels", refuses, candidates, generate, makeKernel, pack};

}  // namespace tenfold::cuda
