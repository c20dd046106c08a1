// What this processor has instructions for.
#pragma once

#include "base/dtype.h"

namespace tenfold::cpu {

// Whether oneDNN has products of this type on instructions made for it: always true of float32. Others it
// computes by detours, slower than float32, and integers not even exactly.
bool hasProductsOf(DataType type);

}  // namespace tenfold::cpu
