// The host's side of Divisor in kernels/common.cuh.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tenfold::cuda {

// n / divisor == mulhi(n, multiplier) >> shift for all n < 2^31 (Granlund and Montgomery, 1994).
struct FastDivisor {
  FastDivisor() : FastDivisor(1) {}
  explicit FastDivisor(uint32_t d) : divisor(d) {
    while (shift < 31 && (uint64_t{1} << (shift + 1)) < d) ++shift;  // 2^shift < d <= 2^(shift+1)
    if (d > 1) multiplier = static_cast<uint32_t>(((uint64_t{1} << (32 + shift)) + d - 1) / d);
  }
  uint32_t divisor, multiplier = 0, shift = 0;
};

// For an extent, which may be 0.
inline FastDivisor divisorOf(int64_t extent) {
  return FastDivisor(static_cast<uint32_t>(std::max<int64_t>(extent, 1)));
}

}  // namespace tenfold::cuda
