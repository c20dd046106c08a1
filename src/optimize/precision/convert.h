// Constants in 16 bits.
#pragma once

#include "base/tensor.h"

namespace tenfold {

// Float32 elements as kFloat16 or kBFloat16, rounded to nearest even. Finite numbers beyond the range become
// the largest finite ones, as they mostly stand for infinity where infinity itself would give NaN.
Tensor convertFloats(const Tensor& from, DataType type);

}  // namespace tenfold
