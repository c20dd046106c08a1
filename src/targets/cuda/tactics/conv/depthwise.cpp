#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/conv/conv_config.h"
#include "targets/cuda/tactics/conv/conv_epilogue.h"
#include "targets/cuda/tactics/conv/weights.h"
#include "targets/cuda/tactics/fast_divisor.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

constexpr unsigned kThreads = 128;

struct Config {
  explicit Config(const std::string& text)
      : down(configNumber(text, "down")),
        across(configNumber(text, "across")),
        width(configNumber(text, "vector")),
        reach(configText(text, "extras")) {}
  int down, across, width;
  std::string reach;
};

// Throws Error (kUnsupported) with the reason where the convolution is of another kind.
ConvShape depthwiseShape(const ConvNode& conv, Descs in, Descs out) {
  ConvShape s = convShape(conv, in, out);
  requireDepthwise(conv, s, in, out);
  if (conv.type() == DataType::kFloat64) fail(ErrorKind::kUnsupported, "64-bit floats");
  constexpr int64_t kMostTaps = 81;
  if (s.taps() > kMostTaps) fail(ErrorKind::kUnsupported, "its kernel is larger than 9x9");
  return s;
}

int widestVector(const ConvShape& s, DataType type) {
  return static_cast<int>(std::gcd(s.groups, int64_t{128} / typeBits(type)));
}

ConvParams makeParams(const ConvNode& conv, const Config& config, const Device& device, Descs in, Descs out) {
  ConvShape s = depthwiseShape(conv, in, out);
  ConvParams p(conv, config.reach, s, in, out);
  int64_t vectors = s.groups / config.width;
  int64_t across = ceilDiv(s.out[2], config.across), down = ceilDiv(s.out[1], config.down);
  int64_t tiles = s.batch * s.in[0] * across * down;
  p.divisor(vectors);
  p.number(tiles);
  p.divisor(across);
  p.divisor(down);
  p.number(s.groups);
  for (int64_t v : {s.in[1], s.in[2], s.out[1], s.out[2], s.begin[1], s.begin[2]}) p.number(v);
  p.requireAligned();
  // A few tiles for each thread where there are more than enough; always enough threads for one tile.
  constexpr int64_t kBlocksOfProcessor = 32;
  int64_t wanted = ceilDiv(tiles * vectors, kThreads);
  int64_t least = ceilDiv(vectors, kThreads);
  p.grid.threads = kThreads;
  p.grid.blocks[0] = static_cast<unsigned>(
      tiles == 0 ? 0 : std::max(least, std::min(wanted, device.multiprocessors * kBlocksOfProcessor)));
  return p;
}

struct Tile {
  int down, across;
};
// For many threads, and for few pixels.
constexpr Tile kTiles[] = {{2, 4}, {1, 4}, {2, 2}, {1, 2}, {1, 1}};

// Loads through the first cache over its rate, memory over its rate, and a wave of latency where threads are
// few.
double secondsOf(const Device& device, const TuningHint& hint, const ConvShape& s, DataType type, Tile tile,
                 int width) {
  double inRows = static_cast<double>((tile.down - 1) * s.stride[1] + (s.kernel[1] - 1) * s.dilation[1] + 1);
  double inColumns =
      static_cast<double>((tile.across - 1) * s.stride[2] + (s.kernel[2] - 1) * s.dilation[2] + 1);
  double outputs = tile.down * tile.across;
  double tiles =
      static_cast<double>(s.batch * s.in[0] * ceilDiv(s.out[1], tile.down) * ceilDiv(s.out[2], tile.across));
  double vectors = tiles * static_cast<double>(s.groups) / width;
  double vectorBytes = width * typeBits(type) / 8.0;
  double clock = 1.7e9, processors = device.multiprocessors;
  double cache = vectors * inRows * inColumns * vectorBytes / (64 * clock * processors);
  double arithmetic = vectors * width * (outputs * static_cast<double>(s.taps()) + inRows * inColumns) /
                      (100 * clock * processors);
  double threadsOfProcessor = vectors / processors;
  double latency = (inRows * 100e-9 + 0.6e-6) * std::max(1.0, threadsOfProcessor / 1024);
  return std::max({memorySeconds(device, hint), cache, arithmetic, latency}) + device.launchSeconds;
}

std::string refuses(const Device&, const Node& node, const TuningHint& hint) {
  return reasonOf([&] {
    ConvNode conv(node);
    depthwiseShape(conv, hint.inputs, hint.outputs);
    if (!knownWeights(conv, hint)) fail(ErrorKind::kUnsupported, "its weights are not known");
  });
}

std::vector<Candidate> candidates(const Device& device, const Node& node, const TuningHint& hint) {
  ConvNode conv(node);
  ConvShape s = depthwiseShape(conv, hint.inputs, hint.outputs);
  std::string reach = reachOfExtras(conv, hint);
  int width = widestVector(s, conv.type());
  std::vector<Candidate> candidates;
  constexpr int64_t kMostSums = 64;  // in registers
  for (Tile tile : kTiles) {
    if (tile.down * tile.across * width > kMostSums || (tile.down > 1 && s.out[1] == 1)) continue;
    candidates.push_back(
        {fmt::format("down={},across={},vector={},extras={}", tile.down, tile.across, width, reach),
         secondsOf(device, hint, s, conv.type(), tile, width)});
  }
  keepCheapest(candidates);
  return candidates;
}

std::string generate(const Node& node, const std::string& text, const TuningHint& hint) {
  ConvNode conv(node);
  Config config(text);
  ConvShape s = depthwiseShape(conv, hint.inputs, hint.outputs);
  return epilogueCode(conv, config.reach) +
         fmt::format(
             "#include \"conv_depthwise.cuh\"\n"
             "typedef DepthwiseShape<{}, {}, {}, {}, {}, {}, {}, {}, {}, {}> Shape;\n"
             "extern \"C\" __global__ void __launch_bounds__({}) depthwise(const __grid_constant__ "
             "DepthwiseConv<Epilogue> p) {{\n  depthwiseConv<Shape>(p);\n}}\n",
             memoryType(conv.type()), config.width, config.down, config.across, s.kernel[1], s.kernel[2],
             s.stride[1], s.stride[2], s.dilation[1], s.dilation[2], kThreads);
}

PackedWeights pack(const Node& node, const std::string&, const TuningHint& hint) {
  ConvNode conv(node);
  ConvShape s = depthwiseShape(conv, hint.inputs, hint.outputs);
  return replaceWeights(conv, packTaps(conv, s, knownWeights(conv, hint)));
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) {
  requireWeights(parts);
  return kernelOf([conv = ConvNode(parts.node), config = Config(parts.config), &device = parts.device,
                   module = std::move(parts.module),
                   weights = std::move(parts.weights)](Descs inputs, Descs outputs) {
    ConvParams params = makeParams(conv, config, device, inputs, outputs);
    return launchOf(std::move(params), weights[0].data(), module, "depthwise");
  });
}

}  // namespace

const GeneratedFamily kDepthwiseConv{"conv-depthwise", refuses, candidates, generate, makeKernel, pack};

}  // namespace tenfold::cuda
