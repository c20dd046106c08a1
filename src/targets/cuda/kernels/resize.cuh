// Weighted sums of a few elements along up to three neighbouring axes.
#pragma once

#include "common.cuh"

struct Resize {
  const void* in;
  void* out;
  // Per axis: taps[a] positions and weights for each element of the output.
  const i32* position[3];
  const float* weight[3];
  u32 count;
  Divisor inner, extent[3];  // of the output
  i32 inExtent[3], taps[3];
};

// kCopies: one tap of weight 1 everywhere.
template <typename T, bool kCopies>
__device__ __forceinline__ void resize(const Resize& p) {
  waitForPrevious();
  allowNext();
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < p.count; i += gridDim.x * blockDim.x) {
    u32 rest = p.inner.divide(i), column = i - rest * p.inner.divisor, at[3];
#pragma unroll
    for (int a = 2; a >= 0; --a) {
      u32 next = p.extent[a].divide(rest);
      at[a] = rest - next * p.extent[a].divisor;
      rest = next;
    }
    float sum = 0;
    for (i32 u = 0; u < p.taps[0]; ++u) {
      u32 tapU = at[0] * p.taps[0] + u, x = rest * p.inExtent[0] + p.position[0][tapU];
      for (i32 v = 0; v < p.taps[1]; ++v) {
        u32 tapV = at[1] * p.taps[1] + v, y = x * p.inExtent[1] + p.position[1][tapV];
        for (i32 w = 0; w < p.taps[2]; ++w) {
          u32 tapW = at[2] * p.taps[2] + w, z = y * p.inExtent[2] + p.position[2][tapW];
          T element = static_cast<const T*>(p.in)[z * p.inner.divisor + column];
          if constexpr (kCopies) {
            static_cast<T*>(p.out)[i] = element;
          } else {
            float weight = p.weight[0][tapU] * p.weight[1][tapV] * p.weight[2][tapW];
            if (weight != 0) sum += weight * Element<T>::load(element);
          }
        }
      }
    }
    if constexpr (!kCopies) static_cast<T*>(p.out)[i] = Element<T>::store(sum);
  }
}
