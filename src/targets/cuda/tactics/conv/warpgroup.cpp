#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/conv/packed_conv.h"
#include "targets/cuda/tactics/conv/weights.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/tactics.h"
#include "targets/cuda/tactics/tensor_map.h"
#include "targets/cuda/tactics/wgmma_tiles.h"

namespace tenfold::cuda {
namespace {

constexpr size_t kMostCandidates = 10;

// ConvWgmma of kernels/conv_wgmma.cuh.
struct Params {
  GemmParams product;
  FastDivisor width, height, channelSteps, kernelX;
  int32_t strideX = 1, strideY = 1, left = 0, top = 0;
  uint32_t dilationX = 1, dilationY = 1;
  CUtensorMap image{};
  CUtensorMap weights{}, operand{}, result{};
};
static_assert(offsetof(Params, width) == sizeof(GemmParams));

KernelAxis axisOf(const ConvShape& s, size_t a) {
  return {s.in[a], s.out[a], s.kernel[a], s.stride[a], s.dilation[a], s.begin[a]};
}
PatchBounds boundsOf(const ConvShape& s) { return patchBounds(axisOf(s, 2), axisOf(s, 1)); }

int64_t stepsOfTap(const ConvNode& conv, const ConvShape& s) {
  return ceilDiv(s.channels, stepElements(conv.type()));
}

// Throws Error (kUnsupported) with the reason where the kernel cannot run the convolution.
ConvShape shapeOf(const ConvNode& conv, Descs in, Descs out) {
  ConvShape s = convShape(conv, in, out);
  auto refuse = [](const char* why) { fail(ErrorKind::kUnsupported, "{}", why); };
  auto isLast = [](const TensorDesc& d) { return d.layout == Layout::kChannelsLast && d.shape.rank() > 2; };
  if (conv.transposed) refuse("it is transposed");
  if (!isLast(in[conv.x]) || !isLast(out[conv.outputs[0]])) refuse("channels-last layout is expected");
  if (s.groups != 1) refuse("it has groups");
  if (s.channels == 0 || s.channels * typeBits(conv.type()) % 128 != 0)
    refuse("the channels are no multiple of 16 bytes");
  if (s.kernel[0] != 1 || s.stride[0] != 1 || s.begin[0] != 0 || s.in[0] != s.out[0])
    refuse("its kernel moves along the depth");
  if (s.taps() == 1 && s.stride[1] == 1 && s.stride[2] == 1 && s.in == s.out)
    refuse("it is a matrix product");
  boundsOf(s);
  return s;
}

std::string refuses(const Device& device, const Node& node, const TuningHint& hint) {
  if (!device.hasWgmma()) return "the GPU has no wgmma";
  return reasonOf([&] {
    ConvNode conv(node);
    shapeOf(conv, hint.inputs, hint.outputs);
    requirePackable(node, conv, hint);
  });
}

GemmParams productOf(const ConvNode& conv, const ConvShape& s, const GemmConfig& config) {
  GemmParams p;
  p.m = static_cast<uint32_t>(s.pixels());
  p.n = static_cast<uint32_t>(s.filters);
  p.k = static_cast<uint32_t>(s.taps() * stepsOfTap(conv, s) * stepElements(conv.type()));
  p.tilesM = ceilDiv(p.m, static_cast<uint32_t>(config.m));
  p.tilesN = ceilDiv(p.n, static_cast<uint32_t>(config.n));
  p.allTiles = p.tilesM * p.tilesN;
  p.tiles = divisorOf(p.allTiles);
  return p;
}

// Of the kernel's parameters: image, weights, operand, result.
struct ConvMaps {
  PatchMap image;
  MatrixMap weights, results;

  void write(std::vector<uint64_t>& words, const ConvAddresses& at, bool boxes) const {
    put(words, offsetof(Params, image), image.encode(at.image));
    put(words, offsetof(Params, weights), weights.encode(at.weights));
    if (!boxes) return;
    put(words, offsetof(Params, result), results.encode(at.result));
    if (at.operand) put(words, offsetof(Params, operand), results.encode(at.operand));
  }

 private:
  static void put(std::vector<uint64_t>& words, size_t offset, const CUtensorMap& map) {
    std::memcpy(reinterpret_cast<char*>(words.data()) + offset, &map, sizeof map);
  }
};

ConvMaps mapsOf(const ConvNode& conv, const ConvShape& s, const GemmConfig& c) {
  auto size = [](int64_t x) { return static_cast<uint64_t>(x); };
  auto box = [](int x) { return static_cast<uint32_t>(x); };
  ConvMaps maps;
  maps.image = {conv.type(), size(s.channels), size(s.in[2]), size(s.in[1]), size(s.batch * s.in[0]),
                boundsOf(s), box(c.m)};
  maps.weights = {conv.type(),
                  {size(s.channels), size(s.filters), size(s.taps())},
                  {size(s.channels), size(s.channels * s.filters)},
                  box(c.n)};
  maps.results = {conv.fused.outputs[conv.outputs[0]]->dtype,
                  {size(s.filters), size(s.pixels()), 1},
                  {size(s.filters), 0},
                  box(c.m / c.groups),
                  false};
  return maps;
}

ConvPlan plan(const Device& device, const ConvNode& conv, const std::string& name, Descs in, Descs out) {
  ConvShape s = shapeOf(conv, in, out);
  GemmConfig config = gemmConfig(name);
  Params params;
  params.product = productOf(conv, s, config);
  params.width = divisorOf(s.out[2]);
  params.height = divisorOf(s.out[1]);
  params.channelSteps = divisorOf(stepsOfTap(conv, s));
  params.kernelX = divisorOf(s.kernel[2]);
  params.strideX = static_cast<int32_t>(s.stride[2]);
  params.strideY = static_cast<int32_t>(s.stride[1]);
  params.left = static_cast<int32_t>(s.begin[2]);
  params.top = static_cast<int32_t>(s.begin[1]);
  params.dilationX = static_cast<uint32_t>(s.dilation[2]);
  params.dilationY = static_cast<uint32_t>(s.dilation[1]);
  ConvPlan plan;
  plan.setParams(params);
  plan.vectors = config.boxes;
  plan.writeMaps = [maps = mapsOf(conv, s, config), boxes = config.boxes](std::vector<uint64_t>& words,
                                                                          const ConvAddresses& at) {
    maps.write(words, at, boxes);
  };
  plan.grid.threads = static_cast<unsigned>(config.threads());
  plan.grid.sharedBytes = wgmmaSharedBytes(config);
  plan.grid.blocks = {params.product.allTiles, static_cast<unsigned>(config.parts), 1};
  if (config.isPersistent())
    plan.grid.blocks[0] = std::min(plan.grid.blocks[0], static_cast<unsigned>(device.multiprocessors));
  return plan;
}

std::vector<Candidate> candidates(const Device& device, const Node& node, const TuningHint& hint) {
  ConvNode conv(node);
  ConvShape s = shapeOf(conv, hint.inputs, hint.outputs);
  WgmmaWork work{static_cast<double>(s.pixels()),
                 static_cast<double>(s.filters),
                 static_cast<double>(s.taps() * stepsOfTap(conv, s)),
                 1,
                 memorySeconds(device, hint) - device.launchSeconds,
                 resultIsBox(node, conv, hint)};
  std::vector<Candidate> found;
  for (const GemmConfig& c : wgmmaConfigs())
    if (wgmmaSharedBytes(c) <= device.sharedBytes && c.boxesFit(conv.type()))
      if (std::optional<double> seconds = estimateWgmma(c, work, device))
        found.push_back({c.name(), *seconds});
  keepCheapest(found, kMostCandidates);
  return found;
}

std::string generate(const Node& node, const std::string& config, const TuningHint&) {
  ConvNode conv(node);
  GemmConfig c = gemmConfig(config);
  const char* function = c.boxes                          ? "convBoxes<C, Region>"
                         : c.family == GemmFamily::kQuick ? "convQuick<C, Region>"
                                                          : "convWgmma<C, Region>";
  std::string types =
      fmt::format("typedef {} C;\n", wgmmaCode(c, {memoryType(conv.type()), false, true, true}));
  return packedConvCode(node, "conv_wgmma.cuh", types, c.attributes(), "ConvWgmma", function);
}

PackedWeights pack(const Node& node, const std::string&, const TuningHint& hint) {
  ConvNode conv(node);
  ConvShape s = shapeOf(conv, hint.inputs, hint.outputs);
  return replaceWeights(conv, packMatrices(conv, s, knownWeights(conv, hint)));
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) { return packedConvKernel(std::move(parts), plan); }

}  // namespace

const GeneratedFamily kWarpgroupConv{"conv-wgmma", refuses, candidates, generate, makeKernel, pack};

}  // namespace tenfold::cuda
