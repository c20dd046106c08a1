// What the kernels' 32-bit indices, element types and grids allow; and, included, how tensors lie in memory.
#pragma once

#include "targets/strides.h"
#include "targets/tactic_support.h"

namespace tenfold::cuda {

// Throws Error (kUnsupported) where a tensor has 2^31 elements or more: kernels count in 32 bits.
void requireSmall(Descs descs);
void requireSmall(int64_t elements);

// Blocks of so many threads for `count` elements, no more than keep the device busy.
unsigned blocksFor(int64_t count, unsigned threads);
// The name of the unsigned integer of common.cuh with so many bytes.
const char* bytesType(int bytes);

}  // namespace tenfold::cuda
