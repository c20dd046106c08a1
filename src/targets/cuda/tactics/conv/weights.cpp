#include "targets/cuda/tactics/conv/weights.h"

#include "targets/cuda/tactics/strides.h"

namespace tenfold::cuda {

WeightStrides packedFilterStrides(const ConvShape& s, int tile) {
  int64_t padded = (s.filters + tile - 1) / tile * tile;
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

std::array<int64_t, 5> axesStrides(const TensorDesc& desc) {
  std::array<int64_t, 5> strides{};
  Shape own = stridesOf(desc);
  int rank = own.rank();
  for (int d = 0; d < rank; ++d) strides[static_cast<size_t>(d < 2 ? d : d + 5 - rank)] = own[d];
  return strides;
}

}  // namespace tenfold::cuda
