#include "targets/cuda/tactics/conv/few_shape.h"

#include <bit>
#include <cmath>

#include "base/rounding.h"
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
  return fmt::format("rows={},columns={},filters={},words={}", rows, columns, filters, words ? 1 : 0);
}

FewConfig fewConfig(const std::string& name) {
  return {configNumber(name, "rows"), configNumber(name, "columns"), configNumber(name, "filters"),
          configNumber(name, "words") != 0};
}

FewRuns::FewRuns(const ConvShape& s, DataType type, bool words) : perWord(32 / typeBits(type)) {
  step = s.channels;
  // Pixels must begin at words.
  while (s.stride[2] * step % perWord != 0) ++step;
  phase = words ? s.begin[2] * s.channels % perWord : 0;
  run = ceilDiv(phase + s.kernel[2] * step, perWord);
  steps = ceilDiv(s.kernel[1] * run, kStepWords);
}

bool copiesByWords(const ConvShape& s, const ConvNode& conv, Layout layout) {
  int64_t perWord = 32 / typeBits(conv.type());
  return conv.imageType() == conv.type() && layout == Layout::kChannelsLast &&
         s.in[2] * s.channels % perWord == 0 && s.stride[2] * s.channels % perWord == 0;
}

size_t fewSharedBytes(const FewConfig& c, const ConvShape& s, DataType type) {
  FewRuns runs(s, type, c.words);
  int64_t inRows = (c.rows - 1) * s.stride[1] + (s.kernel[1] - 1) * s.dilation[1] + 1;
  int64_t inColumns = (c.columns - 1) * s.stride[2] + s.kernel[2];
  int64_t pitch = ceilDiv(runs.phase + inColumns * runs.step, runs.perWord);
  int64_t patch = roundUp(inRows * pitch * 4, 16), warps = 4, stage = 4 * 16 * (c.filters + 8);
  return static_cast<size_t>(runs.steps * (c.filters / kPair) * 512 + 2 * patch + warps * stage);
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
