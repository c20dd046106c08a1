#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/conv/conv_config.h"
#include "targets/cuda/tactics/conv/packed_conv.h"
#include "targets/cuda/tactics/conv/weights.h"
#include "targets/cuda/tactics/fast_divisor.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/tactics.h"
#include "targets/cuda/tactics/tensor_map.h"

namespace tenfold::cuda {
namespace {

constexpr int kThreads = 128, kChannels = 32, kColumns = 16;  // of DepthwiseMmaShape

// Rows of a tile, and blocks of a processor; more of either and registers are spilled.
struct Tile {
  int rows, blocks;
};
constexpr Tile kTiles[3][2] = {{{8, 3}, {4, 5}}, {{4, 5}, {8, 3}}, {{8, 5}, {4, 5}}};

// DepthwiseMma of kernels/conv_depthwise_mma.cuh.
struct Params {
  const void *image = nullptr, *weights = nullptr;
  uint32_t tiles = 0;
  FastDivisor tilesAcross, tilesDown;
  int32_t channels = 0;
  int32_t height = 0, width = 0, outHeight = 0, outWidth = 0, top = 0, left = 0;
};

// DepthwiseBoxes of kernels/conv_depthwise_boxes.cuh.
struct BoxParams {
  Params d;
  CUtensorMap image{}, result{};
};

bool hasBoxes(const std::string& config) { return config.ends_with(",boxes=1"); }

ConvShape shapeOf(const ConvNode& conv, Descs in, Descs out) {
  ConvShape s = convShape(conv, in, out);
  auto refuse = [](const char* why) { fail(ErrorKind::kUnsupported, "{}", why); };
  requireDepthwise(conv, s, in, out);
  constexpr int64_t kChunk = 8, kMostTaps = 49;
  if (typeBits(conv.type()) != 16) refuse("elements of 16 bits are expected");
  if (s.groups % kChunk != 0) refuse("the channels are no multiple of 8");
  if (s.taps() > kMostTaps) refuse("its kernel is larger than 7x7");
  return s;
}

size_t sharedBytes(const ConvShape& s, int rows) {
  int64_t inRows = (rows - 1) * s.stride[1] + (s.kernel[1] - 1) * s.dilation[1] + 1;
  int64_t inColumns = (kColumns - 1) * s.stride[2] + (s.kernel[2] - 1) * s.dilation[2] + 1;
  int64_t slots = s.stride[2] == 2 ? (inColumns + 1) / 2 * 2 : inColumns;
  int64_t results = int64_t{rows} * kColumns * (kChannels + 8) * 4;
  return static_cast<size_t>(2 * std::max(inRows * slots * kChannels * 2, results));
}

struct Box {
  int64_t columns, rows;  // of a patch
  size_t sharedBytes;
};
Box boxOf(const ConvShape& s, int rows) {
  constexpr int64_t kPixelBytes = 64, kAlignment = 1024;
  Box box;
  box.rows = (rows - 1) * s.stride[1] + (s.kernel[1] - 1) * s.dilation[1] + 1;
  box.columns = roundUp((kColumns - 1) * s.stride[2] + (s.kernel[2] - 1) * s.dilation[2] + 1, 4);
  int64_t patch = roundUp(box.rows * box.columns * kPixelBytes, kAlignment);
  constexpr int64_t kBarriers = 16;
  box.sharedBytes =
      static_cast<size_t>(kAlignment + 2 * (patch + int64_t{rows} * kColumns * kPixelBytes) + kBarriers);
  return box;
}

int64_t tilesOf(const ConvShape& s, int rows) {
  return s.batch * s.in[0] * ceilDiv(s.out[1], rows) * ceilDiv(s.out[2], kColumns);
}

double secondsOf(const ConvShape& s, int rows, const Device& device, double memory) {
  double clock = 1.7e9, blocks = static_cast<double>(tilesOf(s, rows) * ceilDiv(s.groups, kChannels));
  // A product of two taps takes the tensor cores of a processor about 1.7 cycles.
  double taps = static_cast<double>(s.kernel[1] * ceilDiv(s.kernel[2], 2));
  double products = 4 * rows * taps * 1.7;
  double copied = static_cast<double>(sharedBytes(s, rows)) / 80, finished = rows * 16.0 * 4 * 1.2;
  double cycles = products + copied + finished;
  double perProcessor = std::ceil(blocks / device.multiprocessors);
  return std::max(memory, std::max(perProcessor * cycles / clock, cycles / clock + 2e-6)) +
         device.launchSeconds;
}

std::string refuses(const Device& device, const Node& node, const TuningHint& hint) {
  return reasonOf([&] {
    ConvNode conv(node);
    if (sharedBytes(shapeOf(conv, hint.inputs, hint.outputs), 4) > device.sharedBytes)
      fail(ErrorKind::kUnsupported, "its patches do not fit in shared memory");
    requirePackable(node, conv, hint);
  });
}

ConvPlan plan(const Device& device, const ConvNode& conv, const std::string& name, Descs in, Descs out) {
  ConvShape s = shapeOf(conv, in, out);
  int rows = configNumber(name, "rows");
  auto number = [](int64_t v) { return static_cast<int32_t>(v); };
  Params params;
  params.tiles = static_cast<uint32_t>(tilesOf(s, rows));
  params.tilesAcross = divisorOf(ceilDiv(s.out[2], kColumns));
  params.tilesDown = divisorOf(ceilDiv(s.out[1], rows));
  params.channels = number(s.groups);
  params.height = number(s.in[1]);
  params.width = number(s.in[2]);
  params.outHeight = number(s.out[1]);
  params.outWidth = number(s.out[2]);
  params.top = number(s.begin[1]);
  params.left = number(s.begin[2]);
  ConvPlan plan;
  plan.grid.threads = kThreads;
  if (hasBoxes(name)) {
    Box box = boxOf(s, rows);
    plan.setParams(BoxParams{params});
    plan.grid.sharedBytes = box.sharedBytes;
    auto images = static_cast<uint64_t>(s.batch * s.in[0]);
    auto mapOf = [&](const ConvShape::Axes& extents, int64_t width, int64_t height) {
      return ImageMap{conv.type(),
                      static_cast<uint64_t>(s.groups),
                      static_cast<uint64_t>(extents[2]),
                      static_cast<uint64_t>(extents[1]),
                      images,
                      static_cast<uint32_t>(width),
                      static_cast<uint32_t>(height)};
    };
    plan.vectors = true;
    plan.writeMaps = [image = mapOf(s.in, box.columns, box.rows), result = mapOf(s.out, kColumns, rows)](
                         std::vector<uint64_t>& words, const ConvAddresses& at) {
      auto* bytes = reinterpret_cast<char*>(words.data());
      CUtensorMap maps[] = {image.encode(at.image), result.encode(at.result)};
      std::memcpy(bytes + offsetof(BoxParams, image), &maps[0], sizeof maps[0]);
      std::memcpy(bytes + offsetof(BoxParams, result), &maps[1], sizeof maps[1]);
    };
  } else {
    plan.setParams(params);
    plan.grid.sharedBytes = sharedBytes(s, rows);
  }
  // Blocks that find room at once go round: their weights stay.
  auto room = static_cast<int64_t>(device.sharedBytes / (plan.grid.sharedBytes + 1024));
  int64_t channelBlocks = ceilDiv(s.groups, kChannels),
          blocks = std::clamp<int64_t>(room, 1, configNumber(name, "blocks"));
  int64_t resident = std::max<int64_t>(device.multiprocessors * blocks / channelBlocks, 1);
  plan.grid.blocks = {static_cast<unsigned>(std::min<int64_t>(params.tiles, resident)),
                      static_cast<unsigned>(channelBlocks), 1};
  return plan;
}

std::vector<Candidate> candidates(const Device& device, const Node& node, const TuningHint& hint) {
  ConvNode conv(node);
  ConvShape s = shapeOf(conv, hint.inputs, hint.outputs);
  std::vector<Candidate> found;
  constexpr int64_t kSmall = 9, kMedium = 25;  // taps
  const auto& tiles = s.taps() <= kSmall ? kTiles[0] : s.taps() <= kMedium ? kTiles[1] : kTiles[2];
  for (const Tile& t : tiles)
    if (t.rows == 4 || (s.out[1] > 4 && sharedBytes(s, t.rows) <= device.sharedBytes))
      found.push_back({fmt::format("rows={},blocks={}", t.rows, t.blocks),
                       secondsOf(s, t.rows, device, memorySeconds(device, hint))});
  constexpr int64_t kLargestBox = 256;
  Box largest = boxOf(s, 8);
  bool boxes = device.hasWgmma() && s.out[1] > 0 && std::max(largest.rows, largest.columns) <= kLargestBox &&
               resultIsBox(node, conv, hint) && !hasBoxOperand(node);
  for (int rows : {8, 4}) {
    Box box = boxOf(s, rows);
    if (!boxes || box.sharedBytes > device.sharedBytes) continue;
    // More of either and registers are spilled.
    size_t most = rows == 4             ? (s.taps() <= kSmall ? 5 : 3)
                  : s.taps() <= kSmall  ? 4
                  : s.taps() <= kMedium ? 3
                                        : 2;
    auto blocks = std::min<size_t>(device.sharedBytes / (box.sharedBytes + 1024), most);
    // Little but bytes counts; waves of tiles do.
    double tiles = static_cast<double>(tilesOf(s, rows) * ceilDiv(s.groups, kChannels));
    double waves = std::ceil(tiles / (static_cast<double>(blocks) * device.multiprocessors));
    constexpr double kTile = 9e-7;
    found.push_back({fmt::format("rows={},blocks={},boxes=1", rows, blocks),
                     std::max(memorySeconds(device, hint), waves * kTile) + device.launchSeconds});
  }
  keepCheapest(found);
  return found;
}

std::string generate(const Node& node, const std::string& config, const TuningHint& hint) {
  ConvNode conv(node);
  ConvShape s = shapeOf(conv, hint.inputs, hint.outputs);
  bool boxes = hasBoxes(config);
  std::string types = fmt::format("typedef {}<{}, {}, {}, {}, {}, {}, {}, {}> S;\n",
                                  boxes ? "DepthwiseBoxShape" : "DepthwiseMmaShape", memoryType(conv.type()),
                                  configNumber(config, "rows"), s.kernel[1], s.kernel[2], s.stride[1],
                                  s.stride[2], s.dilation[1], s.dilation[2]);
  return packedConvCode(node, boxes ? "conv_depthwise_boxes.cuh" : "conv_depthwise_mma.cuh", types,
                        fmt::format("__launch_bounds__(S::kThreads, {})", configNumber(config, "blocks")),
                        boxes ? "DepthwiseBoxes" : "DepthwiseMma",
                        boxes ? "depthwiseBoxes<S, Region>" : "depthwiseMma<S, Region>");
}

PackedWeights pack(const Node& node, const std::string&, const TuningHint& hint) {
  ConvNode conv(node);
  ConvShape s = shapeOf(conv, hint.inputs, hint.outputs);
  return replaceWeights(conv, packTaps(conv, s, knownWeights(conv, hint)));
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) { return packedConvKernel(std::move(parts), plan); }

}  // namespace

const GeneratedFamily kDepthwiseMma{"conv-depthwise-mma", refuses, candidates, generate, makeKernel, pack};

}  // namespace tenfold::cuda
