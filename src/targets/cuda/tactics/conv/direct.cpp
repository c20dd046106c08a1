#include <algorithm>
#include <cstring>

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
constexpr double kRate = 1.2e13;  // operations per second that the kernel reached on a Hopper GPU

struct Config {
  explicit Config(const std::string& text)
      : filters(configNumber(text, "filters")),
        packed(configNumber(text, "packed") != 0),
        whole(configNumber(text, "whole") != 0),
        reach(configText(text, "extras")) {}
  int filters;  // of one thread
  bool packed, whole;
  std::string reach;
};

int64_t tilesOf(const ConvShape& s, int filters) { return ceilDiv(s.filters, filters); }

// The widest tile that leaves enough threads to fill the device.
int filtersOfThread(const ConvShape& s, DataType type, const Device& device) {
  constexpr int64_t kThreadsOfProcessor = 512;
  int filters = type == DataType::kFloat64 ? 4 : 8;
  while (filters > 1 && (filters > s.filters || s.pixels() * s.groups * tilesOf(s, filters) <
                                                    device.multiprocessors * kThreadsOfProcessor))
    filters /= 2;
  return filters;
}

bool isLast(const TensorDesc& d) { return d.layout == Layout::kChannelsLast && d.shape.rank() > 2; }

ConvParams makeParams(const ConvNode& conv, const Config& config, Descs in, Descs out) {
  ConvShape s = convShape(conv, in, out);
  const TensorDesc& first = out[conv.outputs[0]];
  ConvParams p(conv, config.reach, s, in, out);
  int64_t tiles = tilesOf(s, config.filters), count = s.pixels() * s.groups * tiles;
  if (count >= int64_t{1} << 31) fail(ErrorKind::kUnsupported, "{} threads", count);
  p.number(count);
  p.number(s.pixels());
  p.divisor(s.groups * tiles);
  p.divisor(tiles);
  p.number(!isLast(first));
  p.number(s.channels);
  p.number(s.filters);
  std::array<int64_t, 5> strides = axesStrides(in[conv.x]);
  for (int64_t stride : strides) p.number(stride);
  WeightStrides w = config.packed ? packedFilterStrides(s, config.filters) : weightStrides(conv, s);
  for (int64_t stride : {w.group, w.filter, w.channel, w.tap}) p.number(stride);
  int64_t image = s.out[0] * s.out[1] * s.out[2], all = s.groups * s.filters;
  p.number(image * all);
  p.number(isLast(first) ? 1 : image);
  p.number(isLast(first) ? all : 1);
  p.number(image);
  for (const ConvShape::Axes& axes : {s.in, s.kernel, s.dilation, s.begin})
    for (int64_t v : axes) p.number(v);
  for (int64_t v : s.stride) p.divisor(v);
  if (config.whole && config.filters > 1) p.requireAligned();
  p.grid.threads = kThreads;
  p.grid.blocks[0] = static_cast<unsigned>(ceilDiv(count, kThreads));
  return p;
}

std::string refuses(const Device&, const Node& node, const TuningHint& hint) {
  return reasonOf([&] {
    ConvNode conv(node);
    convShape(conv, hint.inputs, hint.outputs);
  });
}

std::vector<Candidate> candidates(const Device& device, const Node& node, const TuningHint& hint) {
  ConvNode conv(node);
  ConvShape s = convShape(conv, hint.inputs, hint.outputs);
  int filters = filtersOfThread(s, conv.type(), device);
  bool whole = isLast(hint.outputs[conv.outputs[0]]) && s.filters % filters == 0;
  double threads = static_cast<double>(s.pixels() * s.groups * tilesOf(s, filters));
  double idle = std::max(1.0, device.multiprocessors * 512.0 / std::max(threads, 1.0));
  double seconds =
      std::max(memorySeconds(device, hint), s.operations() * idle / kRate + device.launchSeconds);
  return {{fmt::format("filters={},packed={},whole={},extras={}", filters, knownWeights(conv, hint) ? 1 : 0,
                       whole ? 1 : 0, reachOfExtras(conv, hint)),
           seconds}};
}

std::string generate(const Node& node, const std::string& text, const TuningHint&) {
  ConvNode conv(node);
  Config config(text);
  return epilogueCode(conv, config.reach) +
         fmt::format(
             "#include \"conv_direct.cuh\"\n"
             "extern \"C\" __global__ void __launch_bounds__({}, 4) direct(const __grid_constant__ "
             "DirectConv<Epilogue> p) {{\n  directConv<{}, {}, {}, {}, {}, {}>(p);\n}}\n",
             kThreads, memoryType(conv.type()), registerType(conv.type()), config.filters, config.packed,
             conv.transposed, config.whole);
}

PackedWeights pack(const Node& node, const std::string& text, const TuningHint& hint) {
  ConvNode conv(node);
  Config config(text);
  if (!config.packed) return {};
  ConvShape s = convShape(conv, hint.inputs, hint.outputs);
  return replaceWeights(conv, packFilters(conv, s, knownWeights(conv, hint), config.filters));
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) {
  return kernelOf([conv = ConvNode(parts.node), config = Config(parts.config),
                   module = std::move(parts.module),
                   weights = std::move(parts.weights)](Descs inputs, Descs outputs) {
    const void* packed = weights.empty() ? nullptr : weights[0].data();
    return launchOf(makeParams(conv, config, inputs, outputs), packed, module, "direct");
  });
}

}  // namespace

const GeneratedFamily kDirectConv{"conv-direct", refuses, candidates, generate, makeKernel, pack};

}  // namespace tenfold::cuda
