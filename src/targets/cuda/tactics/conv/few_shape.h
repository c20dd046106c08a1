// The tiles and runs of kernels/conv_few.cuh (FewShape there), as the host sees them.
#pragma once

#include <string>

#include "targets/cuda/tactics/conv/conv_node.h"

namespace tenfold::cuda {

struct FewConfig {
  int rows = 0, columns = 0, filters = 0;  // of a tile
  // Whether rows of the image are copied by words of 32 bits, which wants channels-last and even numbers.
  bool words = false;

  std::string name() const;
};
// The one of that name; throws Error (kInvalidPlan).
FewConfig fewConfig(const std::string& name);

// A row of the kernel at one pixel: neighbouring elements of the patch, in words of 32 bits.
struct FewRuns {
  FewRuns(const ConvShape& shape, DataType type, bool words);
  int64_t step;   // elements from column to column
  int64_t phase;  // elements before the run in its first word
  int64_t perWord, run;
  int64_t steps;  // of K, 8 words each
};

// Whether the image can be copied by words.
bool copiesByWords(const ConvShape& shape, const ConvNode& conv, Layout layout);
// Dynamic shared memory of a block.
size_t fewSharedBytes(const FewConfig& config, const ConvShape& shape, DataType type);
// [filter tile][step][16 filters][lane][4 words]: fragments as mma.sync wants them.
Tensor packFragments(const ConvNode& conv, const ConvShape& shape, const void* weights,
                     const FewConfig& config);

}  // namespace tenfold::cuda
