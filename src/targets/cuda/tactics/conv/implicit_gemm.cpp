#include <algorithm>

#include "base/error.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/conv/mma_config.h"
#include "targets/cuda/tactics/conv/packed_conv.h"
#include "targets/cuda/tactics/conv/weights.h"
#include "targets/cuda/tactics/fast_divisor.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

// MmaConv of kernels/conv_mma.cuh.
struct Params {
  const void *image = nullptr, *weights = nullptr;
  uint32_t pixels = 0;
  FastDivisor extent[3];
  int32_t in[3] = {}, begin[3] = {};
  int32_t imageChannels = 0;
  FastDivisor tilesN;
};

bool isLast(const TensorDesc& d) { return d.layout == Layout::kChannelsLast || d.shape.rank() == 2; }

// Whether the kernel covers each row without overlap and rest, as it does in patch embeddings.
bool canFold(const ConvNode& conv, const ConvShape& s) {
  return !conv.transposed && s.groups == 1 && s.kernel[2] > 1 && s.kernel[2] == s.stride[2] &&
         s.dilation[2] == 1 && s.begin[2] == 0 && s.in[2] == s.out[2] * s.stride[2];
}

// The columns that a kernel covers become channels: K is in the same order as before.
void foldColumns(ConvShape& s) {
  if (s.in[2] % s.kernel[2] != 0) fail(ErrorKind::kUnsupported, "{} columns are no whole kernels", s.in[2]);
  s.channels *= s.kernel[2];
  s.in[2] /= s.kernel[2];
  s.kernel[2] = s.stride[2] = 1;
}

// Where the shapes are fixed.
bool folds(const ConvNode& conv, const TuningHint& hint) {
  return hint.staticShapes && canFold(conv, convShape(conv, hint.inputs, hint.outputs));
}

// The convolution as the kernel runs it. Throws Error (kUnsupported) with the reason where it cannot.
ConvShape mmaShape(const ConvNode& conv, Descs in, Descs out, bool fold) {
  ConvShape s = convShape(conv, in, out);
  if (fold) foldColumns(s);
  auto refuse = [](const char* why) { fail(ErrorKind::kUnsupported, "{}", why); };
  if (!isLast(in[conv.x]) || !isLast(out[conv.outputs[0]])) refuse("channels-last layout is expected");
  if (granuleOf(s, conv.type()) == 0) refuse("the channels are no multiple of 4 bytes");
  if (s.taps() * s.channels == 0) refuse("there is nothing to add up");
  if (conv.transposed) {
    // With flipped taps it is a plain convolution, as long as nothing is skipped.
    for (size_t a = 0; a < 3; ++a) {
      if (s.stride[a] != 1) refuse("a transposed convolution with strides");
      s.begin[a] = s.dilation[a] * (s.kernel[a] - 1) - s.begin[a];
    }
  }
  return s;
}

std::string refuses(const Device& device, const Node& node, const TuningHint& hint) {
  return reasonOf([&] {
    ConvNode conv(node);
    bool fold = folds(conv, hint);
    ConvShape s = mmaShape(conv, hint.inputs, hint.outputs, fold);
    if (mmaConvCandidates(s, conv.type(), device, fold, 0).empty())
      fail(ErrorKind::kUnsupported, "no tile fits {} filters in {} groups", s.filters, s.groups);
    requirePackable(node, conv, hint);
  });
}

ConvPlan plan(const Device&, const ConvNode& conv, const std::string& name, Descs in, Descs out) {
  MmaConvConfig config = mmaConvConfig(name);
  ConvShape s = mmaShape(conv, in, out, config.fold);
  Params params;
  params.pixels = static_cast<uint32_t>(s.pixels());
  params.imageChannels = static_cast<int32_t>(s.groups * s.channels);
  params.tilesN = divisorOf(config.tilesN(s));
  for (size_t a = 0; a < 3; ++a) {
    params.extent[a] = divisorOf(s.out[a]);
    params.in[a] = static_cast<int32_t>(s.in[a]);
    params.begin[a] = static_cast<int32_t>(s.begin[a]);
  }
  ConvPlan plan;
  plan.setParams(params);
  plan.grid.threads = static_cast<unsigned>(config.threads());
  plan.grid.sharedBytes = config.sharedBytes();
  plan.grid.blocks = {static_cast<unsigned>(config.tilesM(s) * config.tilesN(s)),
                      static_cast<unsigned>(config.parts), static_cast<unsigned>(s.groups)};
  return plan;
}

std::vector<Candidate> candidates(const Device& device, const Node& node, const TuningHint& hint) {
  ConvNode conv(node);
  bool fold = folds(conv, hint);
  return mmaConvCandidates(mmaShape(conv, hint.inputs, hint.outputs, fold), conv.type(), device, fold,
                           memorySeconds(device, hint));
}

std::string generate(const Node& node, const std::string& config, const TuningHint& hint) {
  ConvNode conv(node);
  MmaConvConfig c = mmaConvConfig(config);
  ConvShape s = mmaShape(conv, hint.inputs, hint.outputs, c.fold);
  std::string types = fmt::format(
      "typedef MmaConfig<{}, {}, {}, {}, {}, {}, {}, false, true, {}> C;\n"
      "typedef MmaConvShape<{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}> S;\n",
      memoryType(conv.type()), c.m, c.n, c.depth(conv.type()), c.warpsM, c.warpsN, c.stages, c.parts,
      s.channels, s.filters, granuleOf(s, conv.type()), hint.inputs[conv.x].shape.rank() == 5, s.kernel[0],
      s.kernel[1], s.kernel[2], s.stride[0], s.stride[1], s.stride[2], s.dilation[0], s.dilation[1],
      s.dilation[2]);
  // Without a number of blocks the compiler rather spills a register than hinders one more of them.
  constexpr int kManyThreads = 256, kFewSums = 64;
  bool two = c.threads() == kManyThreads && c.m * c.n <= kFewSums * kManyThreads;
  std::string attributes = fmt::format("__launch_bounds__(C::kThreads, {})", two ? 2 : 1);
  if (c.parts > 1) attributes += fmt::format(" __cluster_dims__(1, {}, 1)", c.parts);
  return packedConvCode(node, "conv_mma.cuh", types, attributes, "MmaConv", "convMma<C, S, Region>");
}

PackedWeights pack(const Node& node, const std::string& config, const TuningHint& hint) {
  ConvNode conv(node);
  MmaConvConfig c = mmaConvConfig(config);
  ConvShape s = convShape(conv, hint.inputs, hint.outputs);
  return replaceWeights(conv, packTiles(conv, s, knownWeights(conv, hint), c.n, c.depth(conv.type())));
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) { return packedConvKernel(std::move(parts), plan); }

}  // namespace

const GeneratedFamily kImplicitGemm{"conv-mma", refuses, candidates, generate, makeKernel, pack};

}  // namespace tenfold::cuda
