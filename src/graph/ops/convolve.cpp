#include "graph/ops/convolve.h"

#include <algorithm>

#include "base/rounding.h"
#include "graph/ops/elements.h"
#include "graph/ops/gemm.h"
#include "graph/ops/parallel.h"

namespace tenfold {

template <typename C>
void convolve(const Convolution<C>& c, int64_t taps, const Shape& out, const ColumnFiller<C>& fill,
              EvalContext& ctx, DataType type) {
  ctx.require(c.groups > 0 && c.inChannels % c.groups == 0 && c.outChannels % c.groups == 0,
              "{} input and {} output channels do not divide into {} groups", c.inChannels, c.outChannels,
              c.groups);
  Shape shape{c.batch, c.outChannels};
  for (int64_t d : out) shape.push_back(d);
  Tensor& y = ctx.output(0, type, shape);
  if (y.numel() == 0) return;
  constexpr int64_t kBlock = 64;
  int64_t k = c.inChannels / c.groups * taps, m = c.outChannels / c.groups, positions = out.numel();
  ctx.require(static_cast<int64_t>(c.w.size()) == c.outChannels * k,
              "the weights have {} elements, expected {}", c.w.size(), c.outChannels * k);
  ctx.require(c.bias.empty() || static_cast<int64_t>(c.bias.size()) == c.outChannels,
              "the bias has {} elements, expected {}", c.bias.size(), c.outChannels);
  int64_t blocks = ceilDiv(positions, kBlock), items = c.batch * c.groups * blocks;
  inParts(items, y.numel() * k > 65536, [&](int64_t firstItem, int64_t lastItem) {
    std::vector<C> columns(static_cast<size_t>(k * kBlock)), sums(static_cast<size_t>(m * kBlock));
    for (int64_t item = firstItem; item < lastItem; ++item) {
      int64_t image = item / (c.groups * blocks), group = item / blocks % c.groups,
              begin = item % blocks * kBlock;
      int64_t n = std::min(kBlock, positions - begin), firstChannel = group * m;
      fill(image, group, begin, n, columns.data());
      multiplyBlock(m, n, k, c.w.data() + firstChannel * k, k, columns.data(), n, sums.data(), n);
      for (int64_t i = 0; i < m; ++i) {
        C* row = sums.data() + i * n;
        if (!c.bias.empty())
          for (int64_t j = 0; j < n; ++j) row[j] += c.bias[static_cast<size_t>(firstChannel + i)];
        writeElements(y, (image * c.outChannels + firstChannel + i) * positions + begin, n, row);
      }
    }
  });
}

template <typename C>
void convolve(const Convolution<C>& c, const WindowTaps& taps, EvalContext& ctx, DataType type) {
  int64_t channels = c.inChannels / std::max<int64_t>(c.groups, 1), area = taps.in().numel(),
          count = taps.taps();
  auto fill = [&](int64_t image, int64_t group, int64_t begin, int64_t n, C* columns) {
    std::vector<int64_t> offsets(static_cast<size_t>(count * n));
    taps.offsets(begin, n, offsets.data());
    const C* x = c.x.data() + (image * c.inChannels + group * channels) * area;
    for (int64_t channel = 0; channel < channels; ++channel, x += area)
      for (int64_t offset : offsets) *columns++ = offset < 0 ? C{0} : x[offset];
  };
  convolve<C>(c, count, taps.out(), fill, ctx, type);
}

#define INSTANTIATE(C)                                                                            \
  template void convolve<C>(const Convolution<C>&, const WindowTaps&, EvalContext&, DataType);    \
  template void convolve<C>(const Convolution<C>&, int64_t, const Shape&, const ColumnFiller<C>&, \
                            EvalContext&, DataType);
INSTANTIATE(double)
INSTANTIATE(uint64_t)
#undef INSTANTIATE

}  // namespace tenfold
