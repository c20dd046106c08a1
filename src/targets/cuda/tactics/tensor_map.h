// Descriptions of tensors for the copy engine of Hopper and newer GPUs.
#pragma once

#include <cuda.h>

#include <array>

#include "base/dtype.h"
#include "targets/cuda/tactics/patch_bounds.h"

namespace tenfold::cuda {

// Matrices that are copied to shared memory in boxes of 128 bytes of some rows, permuted in blocks of 128
// bytes.
struct MatrixMap {
  DataType type = DataType::kUndefined;
  std::array<uint64_t, 3> extents{1, 1, 1};  // the fastest axis first; the last counts matrices
  std::array<uint64_t, 2> strides{0, 0};     // of the slower axes, in elements: multiples of 16 bytes
  uint32_t rows = 64;                        // of a box, at most 256
  bool toTf32 = true;                        // 32-bit floats are rounded on the way

  // Throws Error where the memory does not begin at a multiple of 16 bytes.
  CUtensorMap encode(const void* memory) const;
};

// Images of 16-bit elements, channels-last, that are moved in boxes of 32 channels, permuted in blocks of 64
// bytes.
struct ImageMap {
  DataType type = DataType::kUndefined;
  uint64_t channels = 1, width = 1, height = 1, images = 1;
  uint32_t boxWidth = 1, boxHeight = 1;

  // Throws Error where the memory does not begin at a multiple of 16 bytes.
  CUtensorMap encode(const void* memory) const;
};

// Images, channels-last, over which a convolution's kernel moves: copied are 128 bytes of channels of so many
// places of the kernel, one after the other, permuted in blocks of 128 bytes. 32-bit floats are rounded to
// TF32 on the way.
struct PatchMap {
  DataType type = DataType::kUndefined;
  uint64_t channels = 1, width = 1, height = 1, images = 1;
  PatchBounds bounds;
  uint32_t places = 64;

  // Throws Error where the memory does not begin at a multiple of 16 bytes.
  CUtensorMap encode(const void* memory) const;
};

}  // namespace tenfold::cuda
