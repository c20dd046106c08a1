#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/rounding.h"
#include "graph/ops/window.h"
#include "targets/cuda/codegen/tile_epilogue.h"
#include "targets/cuda/tactics/conv/conv_config.h"
#include "targets/cuda/tactics/conv/few_shape.h"
#include "targets/cuda/tactics/conv/packed_conv.h"
#include "targets/cuda/tactics/conv/weights.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

constexpr int64_t kFragment = 16;  // columns of a warp
constexpr int64_t kFewSteps = 12;  // of K; more take more registers

struct Config {
  FewConfig tile;  // whose rows are a multiple of the pooling's stride
  int parts = 1;   // warps that share the filters of the same columns

  std::string name() const { return fmt::format("{},parts={}", tile.name(), parts); }
  int pairs() const { return tile.filters / parts / 16; }  // of a warp, 16 filters each
  int warps() const { return static_cast<int>(tile.columns / kFragment) * parts; }
};
Config configOf(const std::string& name) { return {fewConfig(name), configNumber(name, "parts")}; }

struct PoolShape {
  ConvShape conv;
  int64_t kernel[2], stride[2], begin[2], out[2];

  int64_t carried() const { return kernel[0] - stride[0]; }
  // Pooled columns of a tile.
  int64_t columnsOf(const FewConfig& tile) const {
    return tile.columns >= conv.out[2] ? out[1] : (tile.columns - kernel[1]) / stride[1] + 1;
  }
  int64_t across(const FewConfig& tile) const { return ceilDiv(out[1], columnsOf(tile)); }
};

PoolShape poolShape(const ConvNode& conv, Descs in, Descs out) {
  auto refuse = [](const char* why) { fail(ErrorKind::kUnsupported, "{}", why); };
  if (!conv.pool) refuse("no MaxPool ends the region");
  PoolShape p{fewShape(conv, in, out), {}, {}, {}, {}};
  const Attributes& attrs = conv.pool->attrs;
  Window window = slidingWindow(attrs, {Dim(p.conv.out[1]), Dim(p.conv.out[2])}, kernelShape(attrs, 2));
  for (size_t a = 0; a < 2; ++a) {
    p.kernel[a] = *window.kernel[a].tryConstant();
    p.stride[a] = window.strides[a];
    p.begin[a] = *window.padBegin[a].tryConstant();
    p.out[a] = *window.out[a].tryConstant();
    if (window.dilations[a] != 1) refuse("the pooling is dilated");
  }
  if (p.stride[0] > 2 || p.carried() < 0 || p.carried() > p.stride[0])
    refuse("rows of the pooling's windows are not those of two steps at most");
  if (p.kernel[1] > kFragment) refuse("the pooling's windows are too wide");
  if (typeBits(conv.type()) != 16) refuse("elements have 32 bits");
  if (conv.pool->inputs[0]->dtype != conv.type()) refuse("what is pooled is of another type");
  constexpr int64_t kVector = 8;
  if (p.conv.filters % kVector != 0) refuse("the filters are no multiple of 8");
  return p;
}

std::string refuses(const Device&, const Node& node, const TuningHint& hint) {
  return reasonOf([&] {
    ConvNode conv(node, true, true);
    poolShape(conv, hint.inputs, hint.outputs);
    if (conv.outputs.size() != 1) fail(ErrorKind::kUnsupported, "there are several results");
    for (const Node* n : {&conv.anchor(), conv.pool})
      if (!hint.staticShapes && n->attrs.text("auto_pad", "NOTSET") != "NOTSET")
        fail(ErrorKind::kUnsupported, "its pads are known at run time only");
    if (!TileEpilogue(node, kConvolutions).readsColumnsOnly())
      fail(ErrorKind::kUnsupported, "the epilogue reads more than one element for each channel");
    requirePackable(node, conv, hint);
  });
}

size_t sharedBytes(const PoolShape& p, const Config& c, DataType type) {
  int64_t stages = c.tile.rows / p.stride[0] * c.tile.columns;
  auto stage = static_cast<size_t>(stages * (c.tile.filters + 8) * typeBits(type) / 8);
  return fewPatchBytes(c.tile, p.conv, type) + 2 * stage;
}

// Blocks that a multiprocessor has registers for; the compiler is told so.
int blocksByRegisters(const PoolShape& p, const Config& c, DataType type) {
  bool tall = c.tile.rows > 2, deep = FewRuns(p.conv, type, c.tile.words).steps > kFewSteps;
  int sums = c.tile.rows * c.pairs();  // of a thread, 8 registers each
  int warps = deep || sums > 8 ? 8 : sums > 4 ? (tall ? 12 : 16) : tall ? 16 : 24;
  return std::max(warps / c.warps(), 1);
}

// Of the whole device.
int64_t residentBlocks(const PoolShape& p, const Config& c, DataType type, const Device& device) {
  auto byMemory = static_cast<int>(device.sharedBytes / (sharedBytes(p, c, type) + 1024));
  return int64_t{device.multiprocessors} * std::clamp(byMemory, 1, blocksByRegisters(p, c, type));
}

// Strips down the image: few, as each begins with a step of its own, and yet enough for all blocks.
struct Strips {
  int64_t rows = 1, blocks = 0, steps = 0;  // pooled rows of a strip; steps of the block that has most
};
Strips stripsOf(const PoolShape& p, const Config& c, int64_t resident) {
  int64_t tiles = p.conv.batch * p.across(c.tile) * ceilDiv(p.conv.filters, c.tile.filters);
  Strips best;
  for (int64_t count = 1; count <= std::max<int64_t>(p.out[0], 1); ++count) {
    int64_t rows = std::max<int64_t>(ceilDiv(p.out[0], count), 1), blocks = tiles * ceilDiv(p.out[0], rows);
    int64_t steps =
        ceilDiv(blocks, resident) * (ceilDiv(rows, c.tile.rows / p.stride[0]) + (p.carried() > 0));
    if (count == 1 || steps < best.steps) best = {rows, std::min(blocks, resident), steps};
  }
  return best;
}

double secondsOf(const PoolShape& p, const Config& c, DataType type, const Device& device, double memory) {
  FewRuns runs(p.conv, type, c.tile.words);
  Strips strips = stripsOf(p, c, residentBlocks(p, c, type, device));
  // Of a warp in a step of K. Fragments come from shared memory, the image's as four words and the weights'
  // by vectors; the rate is that of 24 loads for 16 products.
  double products = 2.0 * c.tile.rows * c.pairs(), loads = 4.0 * (c.tile.rows + c.pairs());
  double rate = 0.35 * device.halfRate / device.multiprocessors / (0.4 + 0.4 * loads / products);
  double pixels = static_cast<double>(c.tile.rows) * c.tile.columns;
  auto steps = static_cast<double>(runs.steps), depth = steps * 8 * static_cast<double>(runs.perWord);
  double blocks = std::ceil(static_cast<double>(strips.blocks) / device.multiprocessors);
  double each = 2 * pixels * c.tile.filters * depth / rate * blocks;
  // Of one block alone: copies, of which a thread has some under way at once, and one warp's products.
  auto rows = static_cast<double>(p.conv.stride[1] * (c.tile.rows - 1) + p.conv.kernel[1]);
  double copies = rows * static_cast<double>(c.tile.columns * p.conv.stride[2] * runs.step) /
                  static_cast<double>(c.tile.words ? runs.perWord * c.tile.words : 1) / (32 * c.warps());
  double latency = 0.3e-6 + copies * 0.1e-6 + steps * (4 * products + 30) * 0.6e-9;
  return std::max(memory, static_cast<double>(strips.steps) * std::max(each, latency)) + 2e-6 +
         device.launchSeconds;
}

ConvPlan plan(const Device& device, const ConvNode& conv, const std::string& name, Descs in, Descs out) {
  PoolShape p = poolShape(conv, in, out);
  Config c = configOf(name);
  if (c.tile.words && !copiesByWords(p.conv, conv, in[conv.x].layout, c.tile.words))
    fail(ErrorKind::kUnsupported, "rows of {} elements cannot be copied by words",
         p.conv.in[2] * p.conv.channels);
  // FewPool of kernels/conv_few_pool.cuh.
  struct Params {
    FewParams conv;
    uint32_t strip, columns;
    int32_t height, width, top, left;
  };
  Strips strips = stripsOf(p, c, residentBlocks(p, c, conv.type(), device));
  int64_t across = p.across(c.tile), down = ceilDiv(p.out[0], strips.rows);
  auto number = [](int64_t v) { return static_cast<int32_t>(v); };
  Params params{FewParams(p.conv, in[conv.x]),
                static_cast<uint32_t>(strips.rows),
                static_cast<uint32_t>(p.columnsOf(c.tile)),
                number(p.out[0]),
                number(p.out[1]),
                number(p.begin[0]),
                number(p.begin[1])};
  params.conv.tiles = static_cast<uint32_t>(p.conv.batch * across * down);
  params.conv.tilesAcross = divisorOf(across);
  params.conv.tilesDown = divisorOf(down);
  ConvPlan plan;
  plan.setParams(params);
  constexpr unsigned kWord = 4;
  plan.alignment = kWord * static_cast<unsigned>(std::max(c.tile.words, 1));
  plan.vectors = true;
  plan.grid.threads = static_cast<unsigned>(32 * c.warps());
  plan.grid.sharedBytes = sharedBytes(p, c, conv.type());
  auto filterTiles = static_cast<unsigned>(ceilDiv(p.conv.filters, c.tile.filters));
  auto resident = static_cast<unsigned>(residentBlocks(p, c, conv.type(), device)) / filterTiles;
  plan.grid.blocks = {std::min(params.conv.tiles, std::max(resident, 1u)), filterTiles, 1};
  return plan;
}

// Whole rows of the image are copied by four words at once where a tile has all columns: others begin
// anywhere.
int wordsOf(const PoolShape& p, const ConvNode& conv, int columns, const TuningHint& hint) {
  Layout layout = hint.inputs[conv.x].layout;
  if (!hint.staticShapes || !copiesByWords(p.conv, conv, layout)) return 0;
  return columns >= p.conv.out[2] && copiesByWords(p.conv, conv, layout, 4) ? 4 : 1;
}

// Steps of several pooled rows, whose sums take most registers: what is behind them may need few.
bool mayBeTall(const PoolShape& p, const ConvNode& conv, const Config& c) {
  const auto& after = conv.fused.after;
  bool isShort = std::all_of(after.begin(), after.end(), [](const Node* n) { return n->is("Relu"); });
  return p.out[0] > 1 && FewRuns(p.conv, conv.type(), c.tile.words).steps <= kFewSteps &&
         (isShort || c.pairs() <= 2);
}

std::vector<Candidate> candidates(const Device& device, const Node& node, const TuningHint& hint) {
  ConvNode conv(node, true, true);
  PoolShape p = poolShape(conv, hint.inputs, hint.outputs);
  constexpr int64_t kWidest = 128;
  constexpr int kMostWarps = 8;
  std::vector<int> widths = {16, 32, 64};
  auto whole = static_cast<int>(std::min(roundUp(std::max<int64_t>(p.conv.out[2], 1), kFragment), kWidest));
  if (std::find(widths.begin(), widths.end(), whole) == widths.end()) widths.push_back(whole);
  std::vector<Candidate> found;
  for (int columns : widths)
    for (int filters : {64, 32, 16})
      for (int shape = 0; shape < 6; ++shape) {
        int parts = 1 << shape % 3, rows = static_cast<int>(p.stride[0]) * (1 + shape / 3);
        Config c{{rows, columns, filters, wordsOf(p, conv, columns, hint)}, parts};
        if (shape >= 3 && !mayBeTall(p, conv, c)) continue;
        if (filters > 16 && filters / 2 >= p.conv.filters) continue;
        if (columns > 16 && columns / 2 >= p.conv.out[2]) continue;
        if (filters / parts < 16 || c.warps() > kMostWarps) continue;
        if (sharedBytes(p, c, conv.type()) > device.sharedBytes) continue;
        found.push_back({c.name(), secondsOf(p, c, conv.type(), device, memorySeconds(device, hint))});
      }
  if (found.empty()) fail("the patches of no tile fit in shared memory");
  constexpr size_t kMostCandidates = 8;
  keepCheapest(found, kMostCandidates);
  return found;
}

std::string generate(const Node& node, const std::string& config, const TuningHint& hint) {
  ConvNode conv(node, true, true);
  Config c = configOf(config);
  PoolShape p = poolShape(conv, hint.inputs, hint.outputs);
  std::string types = fewShapeCode(conv, p.conv, c.tile, c.warps()) +
                      fmt::format("typedef FewPoolShape<S, {}, {}, {}, {}, {}> W;\n", p.kernel[0],
                                  p.kernel[1], p.stride[0], p.stride[1], c.parts);
  return packedConvCode(
      node, "conv_few_pool.cuh", types,
      fmt::format("__launch_bounds__(S::kThreads, {})", blocksByRegisters(p, c, conv.type())), "FewPool",
      "convFewPool<W, Region>");
}

PackedWeights pack(const Node& node, const std::string& config, const TuningHint& hint) {
  ConvNode conv(node, true, true);
  ConvShape s = fewShape(conv, hint.inputs, hint.outputs);
  return replaceWeights(conv, packFragments(conv, s, knownWeights(conv, hint), configOf(config).tile));
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) { return packedConvKernel(std::move(parts), plan); }

}  // namespace

const GeneratedFamily kFewChannelsPool{
    "conv-few-channels-pool", refuses, candidates, generate, makeKernel, pack};

}  // namespace tenfold::cuda
