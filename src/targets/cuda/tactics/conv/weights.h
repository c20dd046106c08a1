// Weights in the orders that convolution kernels want, made at build time.
#pragma once

#include <array>

#include "targets/cuda/tactics/conv/conv_node.h"
#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

// [group][tap][channel][filter], the filters of each group padded by zeros to a multiple of `tile`.
Tensor packFilters(const ConvNode& conv, const ConvShape& shape, const void* weights, int tile);
WeightStrides packedFilterStrides(const ConvShape& shape, int tile);

// [tap][channel] of a convolution of each channel by itself.
Tensor packTaps(const ConvNode& conv, const ConvShape& shape, const void* weights);

// [tap][filter][channel] of a convolution without groups.
Tensor packMatrices(const ConvNode& conv, const ConvShape& shape, const void* weights);

// Tiles of `rows` filters by `columns` of K, which runs over taps and, fastest, channels, in the order of
// SharedTile (kernels/tile_loader.cuh): [group][filter tile][step of K][row][16-byte chunk, permuted], padded
// by zeros. The taps of a transposed convolution are flipped.
Tensor packTiles(const ConvNode& conv, const ConvShape& shape, const void* weights, int rows, int columns);

// `packed` in place of the convolution's own weights.
PackedWeights replaceWeights(const ConvNode& conv, Tensor packed);
// Throws Error (kInvalidPlan) unless there is one tensor of packed weights.
void requireWeights(const KernelParts& parts);

// Strides of an image along batch, channels, depth, height and width, in elements.
std::array<int64_t, 5> axesStrides(const TensorDesc& desc);

// Calls copy(to, from) with the types' width as a type: moves elements without converting them.
template <typename F>
void moveElements(DataType type, F copy);

}  // namespace tenfold::cuda

template <typename F>
void tenfold::cuda::moveElements(DataType type, F copy) {
  switch (typeBits(type)) {
    case 16:
      return copy(uint16_t{});
    case 32:
      return copy(uint32_t{});
    default:
      return copy(uint64_t{});
  }
}
