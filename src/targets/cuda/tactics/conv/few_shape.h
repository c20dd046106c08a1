// The tiles and runs of kernels/conv_few.cuh (FewShape there), as the host sees them.
#pragma once

#include <string>

#include "targets/cuda/tactics/conv/conv_node.h"
#include "targets/cuda/tactics/fast_divisor.h"

namespace tenfold::cuda {

struct FewConfig {
  int rows = 0, columns = 0, filters = 0;  // of a tile
  // How many words of 32 bits rows of the image are copied by at once, 1 or 4, which wants channels-last and
  // even numbers; 0: by elements.
  int words = 0;

  std::string name() const;
};
// The one of that name; throws Error (kInvalidPlan).
FewConfig fewConfig(const std::string& name);

// A row of the kernel at one pixel: neighbouring elements of the patch, in words of 32 bits.
struct FewRuns {
  FewRuns(const ConvShape& shape, DataType type, int words);
  int64_t step;      // elements from column to column
  int64_t phase;     // elements before the run in its first word
  int64_t lead = 0;  // words before the first run of a patch's row
  int64_t perWord, run;
  int64_t steps;  // of K, 8 words each
};

// Throws Error (kUnsupported) where the kernels do not take the convolution, whatever its epilogue.
ConvShape fewShape(const ConvNode& conv, Descs in, Descs out);
// Whether the image can be copied by so many words at once.
bool copiesByWords(const ConvShape& shape, const ConvNode& conv, Layout layout, int words = 1);
// Shared memory of a block: for its weights and two patches, and with what warps hand their sums over by.
size_t fewPatchBytes(const FewConfig& config, const ConvShape& shape, DataType type);
size_t fewSharedBytes(const FewConfig& config, const ConvShape& shape, DataType type);
// The image, its tiles and the convolution's extents as FewConv of kernels/conv_few.cuh has them.
struct FewParams {
  FewParams(const ConvShape& shape, const TensorDesc& image);
  const void *image = nullptr, *weights = nullptr;
  uint32_t tiles = 0;
  FastDivisor tilesAcross, tilesDown;
  int32_t height, width, outHeight, outWidth, top, left;
  int32_t stride[4] = {};
};
// Code: the type S, FewShape of these.
std::string fewShapeCode(const ConvNode& conv, const ConvShape& shape, const FewConfig& config, int warps);
// [filter tile][step][16 filters][lane][4 words]: fragments as mma.sync wants them.
Tensor packFragments(const ConvNode& conv, const ConvShape& shape, const void* weights,
                     const FewConfig& config);

}  // namespace tenfold::cuda
