// Constants in 16 bits.
#pragma once

#include "base/tensor.h"

namespace tenfold {

// Float32 elements as kFloat16 or kBFloat16, rounded to nearest even. Finite numbers beyond the range become
// the largest finite ones, as they mostly stand for infinity where infinity itself would give NaN.
Tensor convertFloats(const Tensor& from, DataType type);
// The largest magnitude of float32 elements that are finite; 0 where there are none.
float largestFinite(const Tensor& t);

}  // namespace tenfold
