#include "targets/cuda/tactics/conv/few_shape.h"

#include <bit>
#include <cmath>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/conv/conv_config.h"
#include "targets/cuda/tactics/conv/weights.h"

namespace tenfold::cuda {
namespace {

constexpr int64_t kStepWords = 8, kLanes = 32, kPair = 16;  // words of K, threads, filters of a fragment pair

// To TF32, halves away from zero, as cvt.rna does.
uint32_t roundTf32(uint32_t bits) {
  constexpr uint32_t kHalf = 0x1000, kMask = 0xffffe000;
  return std::isfinite(std::bit_cast<float>(bits)) ? (bits + kHalf) & kMask : bits;
}

}  // namespace

std::string FewConfig::name() const {
  return fmt::format("rows={},columns={},filters={},words={}", rows, columns, filters, words);
}

FewConfig fewConfig(const std::string& name) {
  return {configNumber(name, "rows"), configNumber(name, "columns"), configNumber(name, "filters"),
          configNumber(name, "words")};
}

FewRuns::FewRuns(const ConvShape& s, DataType type, int words) : perWord(32 / typeBits(type)) {
  step = s.channels;
  // Pixels must begin at words.
  while (s.stride[2] * step % perWord != 0) ++step;
  phase = words ? s.begin[2] * s.channels % perWord : 0;
  constexpr int64_t kCopied = 4;
  if (words == kCopied)
    lead = roundUp(s.begin[2] * s.channels + phase, kCopied * perWord) / perWord -
           (s.begin[2] * s.channels + phase) / perWord;
  run = ceilDiv(phase + s.kernel[2] * step, perWord);
  steps = ceilDiv(s.kernel[1] * run, kStepWords);
}

ConvShape fewShape(const ConvNode& conv, Descs in, Descs out) {
  ConvShape s = convShape(conv, in, out);
  auto refuse = [](const char* why) { fail(ErrorKind::kUnsupported, "{}", why); };
  const TensorDesc& result = out[conv.outputs[0]];
  if (conv.transposed) refuse("it is transposed");
  if (!isFloat(conv.imageType()) || typeBits(conv.imageType()) > 32) refuse("the image is of another type");
  if (result.layout != Layout::kChannelsLast) refuse("the result is not channels-last");
  if (s.groups != 1) refuse("it has groups");
  if (result.shape.rank() > 4) refuse("the image has a depth");
  if (s.dilation[2] != 1) refuse("it is dilated");
  constexpr int64_t kMostChannels = 8, kMostSteps = 24;
  if (s.channels > kMostChannels) refuse("the image has more than 8 channels");
  if (s.taps() * s.channels == 0) refuse("there is nothing to add up");
  if (FewRuns(s, conv.type(), 0).steps > kMostSteps) refuse("the kernel is too large");
  return s;
}

bool copiesByWords(const ConvShape& s, const ConvNode& conv, Layout layout, int words) {
  int64_t copied = words * 32 / typeBits(conv.type());
  // Tiles begin at multiples of 16 columns, and so at any number of words.
  return conv.imageType() == conv.type() && layout == Layout::kChannelsLast &&
         s.in[2] * s.channels % copied == 0 && s.stride[2] * s.channels * typeBits(conv.type()) % 32 == 0;
}

size_t fewPatchBytes(const FewConfig& c, const ConvShape& s, DataType type) {
  FewRuns runs(s, type, c.words);
  int64_t inRows = (c.rows - 1) * s.stride[1] + (s.kernel[1] - 1) * s.dilation[1] + 1;
  int64_t inColumns = (c.columns - 1) * s.stride[2] + s.kernel[2];
  int64_t pitch =
      roundUp(runs.lead + ceilDiv(runs.phase + inColumns * runs.step, runs.perWord), std::max(c.words, 1));
  return static_cast<size_t>(runs.steps * (c.filters / kPair) * 512 + 2 * roundUp(inRows * pitch * 4, 16));
}

size_t fewSharedBytes(const FewConfig& c, const ConvShape& s, DataType type) {
  size_t warps = 4, stage = 4 * 16 * (static_cast<size_t>(c.filters) + 8);
  return fewPatchBytes(c, s, type) + warps * stage;
}

FewParams::FewParams(const ConvShape& s, const TensorDesc& desc) {
  auto number = [](int64_t v) { return static_cast<int32_t>(v); };
  height = number(s.in[1]);
  width = number(s.in[2]);
  outHeight = number(s.out[1]);
  outWidth = number(s.out[2]);
  top = number(s.begin[1]);
  left = number(s.begin[2]);
  std::array<int64_t, 5> strides = axesStrides(desc);
  for (size_t i = 0; i < 4; ++i) stride[i] = number(strides[i < 2 ? i : i + 1]);
}

std::string fewShapeCode(const ConvNode& conv, const ConvShape& s, const FewConfig& c, int warps) {
  FewRuns runs(s, conv.type(), c.words);
  return fmt::format("typedef FewShape<{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}> S;\n",
                     memoryType(conv.type()), memoryType(conv.imageType()), s.channels, runs.step, runs.phase,
                     c.words, runs.lead, s.kernel[1], s.kernel[2], s.stride[1], s.stride[2], s.dilation[1],
                     c.rows, c.columns, c.filters, warps);
}

Tensor packFragments(const ConvNode& conv, const ConvShape& s, const void* weights, const FewConfig& c) {
  FewRuns runs(s, conv.type(), c.words);
  int64_t tiles = ceilDiv(s.filters, c.filters), pairs = c.filters / kPair;
  WeightStrides from = weightStrides(conv, s);
  Tensor packed(conv.type(), {tiles * runs.steps * pairs * kLanes * 4 * runs.perWord});
  moveElements(conv.type(), [&](auto element) {
    using T = decltype(element);
    const T* source = static_cast<const T*>(weights);
    T* target = packed.as<T>();
    // Elements of the result one after the other: where in the kernel is it from?
    for (int64_t i = 0; i < packed.numel(); ++i) {
      int64_t word = i / runs.perWord, lane = word / 4 % kLanes, pair = word / (4 * kLanes) % pairs;
      int64_t step = word / (4 * kLanes * pairs) % runs.steps,
              tile = word / (4 * kLanes * pairs * runs.steps);
      int64_t filter = tile * c.filters + pair * kPair + word % 4 / 2 * 8 + lane / 4;
      int64_t j = step * kStepWords + lane % 4 + word % 2 * 4, row = j / runs.run;
      int64_t at = j % runs.run * runs.perWord + i % runs.perWord - runs.phase;
      if (filter >= s.filters || row >= s.kernel[1] || at < 0 || at >= s.kernel[2] * runs.step ||
          at % runs.step >= s.channels)
        continue;
      T value = source[filter * from.filter + at % runs.step * from.channel +
                       (row * s.kernel[2] + at / runs.step) * from.tap];
      if constexpr (sizeof(T) == 4) value = roundTf32(value);
      target[i] = value;
    }
  });
  return packed;
}

}  // namespace tenfold::cuda
