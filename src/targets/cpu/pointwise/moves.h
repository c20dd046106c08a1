// Vectorized conversions of contiguous elements. Each does whole vectors only and gives how many elements it
// did; the caller does the rest.
#pragma once

#include <cstdint>

namespace tenfold::cpu {

struct Moves {
  int64_t (*halfToFloat)(float* to, const void* from, int64_t n);
  int64_t (*bfloat16ToFloat)(float* to, const void* from, int64_t n);
  int64_t (*floatToHalf)(void* to, const float* from, int64_t n);
  int64_t (*bytesToInt)(int32_t* to, const void* from, int64_t n);
  int64_t (*signedBytesToInt)(int32_t* to, const void* from, int64_t n);
  // The integers are in the smaller type's range.
  int64_t (*intToBytes)(void* to, const int32_t* from, int64_t n);
  int64_t (*intToSignedBytes)(void* to, const int32_t* from, int64_t n);
  // Towards zero; saturates, and NaN is 0.
  int64_t (*floatToInt)(int32_t* to, const float* from, int64_t n);
  int64_t (*intToFloat)(float* to, const int32_t* from, int64_t n);
};
const Moves& moves();

}  // namespace tenfold::cpu
