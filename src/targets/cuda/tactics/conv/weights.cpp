#include "targets/cuda/tactics/conv/weights.h"

#include "base/rounding.h"
#include "targets/cuda/tactics/strides.h"

namespace tenfold::cuda {

WeightStrides packedFilterStrides(const ConvShape& s, int tile) {
  int64_t padded = roundUp(s.filters, tile);
  return {s.taps() * s.channels * padded, 1, padded, s.channels * padded};
}

Tensor packFilters(const ConvNode& conv, const ConvShape& s, const void* weights, int tile) {
  WeightStrides from = weightStrides(conv, s), to = packedFilterStrides(s, tile);
  Tensor packed(conv.type(), {s.groups * to.group});
  moveElements(conv.type(), [&](auto element) {
    using T = decltype(element);
    const T* source = static_cast<const T*>(weights);
    T* target = packed.as<T>();
    for (int64_t g = 0; g < s.groups; ++g)
      for (int64_t t = 0; t < s.taps(); ++t)
        for (int64_t c = 0; c < s.channels; ++c)
          for (int64_t f = 0; f < s.filters; ++f)
            target[g * to.group + t * to.tap + c * to.channel + f] =
                source[g * from.group + t * from.tap + c * from.channel + f * from.filter];
  });
  return packed;
}

Tensor packTaps(const ConvNode& conv, const ConvShape& s, const void* weights) {
  Tensor packed(conv.type(), {s.taps(), s.groups});
  moveElements(conv.type(), [&](auto element) {
    using T = decltype(element);
    const T* from = static_cast<const T*>(weights);
    T* to = packed.as<T>();
    for (int64_t c = 0; c < s.groups; ++c)
      for (int64_t t = 0; t < s.taps(); ++t) to[t * s.groups + c] = from[c * s.taps() + t];
  });
  return packed;
}

Tensor packMatrices(const ConvNode& conv, const ConvShape& s, const void* weights) {
  WeightStrides from = weightStrides(conv, s);
  Tensor packed(conv.type(), {s.taps(), s.filters, s.channels});
  moveElements(conv.type(), [&](auto element) {
    using T = decltype(element);
    const T* source = static_cast<const T*>(weights);
    T* to = packed.as<T>();
    for (int64_t t = 0; t < s.taps(); ++t)
      for (int64_t f = 0; f < s.filters; ++f)
        for (int64_t c = 0; c < s.channels; ++c)
          *to++ = source[f * from.filter + c * from.channel + t * from.tap];
  });
  return packed;
}

namespace {
// SharedTile::offset, in elements.
int64_t tileOffset(int64_t row, int64_t column, int64_t chunks, int64_t elements) {
  int64_t mask = chunks < 8 ? chunks - 1 : 7, shared = chunks < 8 ? 8 / chunks : 1;
  int64_t chunk = (column / elements) ^ (row / shared & mask);
  return (row * chunks + chunk) * elements + column % elements;
}
}  // namespace

Tensor packTiles(const ConvNode& conv, const ConvShape& s, const void* weights, int rows, int columns) {
  int64_t elements = 128 / typeBits(conv.type()), chunks = columns / elements, depth = s.taps() * s.channels;
  int64_t tiles = ceilDiv(s.filters, rows), steps = ceilDiv(depth, columns);
  WeightStrides from = weightStrides(conv, s);
  Tensor packed(conv.type(), {s.groups * tiles * steps * rows * columns});
  moveElements(conv.type(), [&](auto element) {
    using T = decltype(element);
    const T* source = static_cast<const T*>(weights);
    T* target = packed.as<T>();
    for (int64_t g = 0; g < s.groups; ++g)
      for (int64_t f = 0; f < s.filters; ++f)
        for (int64_t t = 0; t < s.taps(); ++t) {
          int64_t tap = conv.transposed ? s.taps() - 1 - t : t;
          const T* row = source + g * from.group + f * from.filter + tap * from.tap;
          for (int64_t c = 0; c < s.channels; ++c) {
            int64_t k = t * s.channels + c, tile = (g * tiles + f / rows) * steps + k / columns;
            target[tile * rows * columns + tileOffset(f % rows, k % columns, chunks, elements)] =
                row[c * from.channel];
          }
        }
  });
  return packed;
}

std::array<int64_t, 5> axesStrides(const TensorDesc& desc) {
  std::array<int64_t, 5> strides{};
  Shape own = stridesOf(desc);
  int rank = own.rank();
  for (int d = 0; d < rank; ++d) strides[static_cast<size_t>(d < 2 ? d : d + 5 - rank)] = own[d];
  return strides;
}

PackedWeights replaceWeights(const ConvNode& conv, Tensor packed) {
  PackedWeights weights{{std::move(packed)}, {}};
  weights.inputs.resize(conv.fused.inputs.size());
  if (conv.w >= 0) weights.inputs[static_cast<size_t>(conv.w)] = 1;
  return weights;
}

void requireWeights(const KernelParts& parts) {
  if (parts.weights.size() != 1)
    fail(ErrorKind::kInvalidPlan, "node '{}': the plan lacks its weights", parts.node.name);
}

}  // namespace tenfold::cuda
