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
  Divisor inner, extent[3];  // of the output; `inner` counts vectors
  i32 inExtent[3], taps[3];
};

// kCopies: one tap of weight 1 everywhere. kAxes: the last so many axes are resized. W elements behind the
// resized axes are taken at once.
template <typename T, bool kCopies, int kAxes, int W>
__device__ __forceinline__ void resize(const Resize& p) {
  constexpr int kFirst = 3 - kAxes;
  typedef Vector<T, W> V;
  allowNext();
  waitForPrevious();
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < p.count; i += gridDim.x * blockDim.x) {
    u32 rest = p.inner.divide(i), column = i - rest * p.inner.divisor, at[3] = {};
#pragma unroll
    for (int a = 2; a >= kFirst; --a) {
      u32 next = p.extent[a].divide(rest);
      at[a] = rest - next * p.extent[a].divisor;
      rest = next;
    }
    const V* in = static_cast<const V*>(p.in);
    if constexpr (kCopies) {
      u32 from = rest;
#pragma unroll
      for (int a = kFirst; a < 3; ++a) from = from * p.inExtent[a] + p.position[a][at[a]];
      static_cast<V*>(p.out)[i] = in[from * p.inner.divisor + column];
    } else {
      float sum[W] = {};
      i32 most = kAxes == 3 ? p.taps[0] : 1;
      for (i32 u = 0; u < most; ++u) {
        u32 tapU = at[0] * p.taps[0] + u, x = kAxes == 3 ? rest * p.inExtent[0] + p.position[0][tapU] : rest;
        float weightU = kAxes == 3 ? p.weight[0][tapU] : 1;
        for (i32 v = 0; v < p.taps[1]; ++v) {
          u32 tapV = at[1] * p.taps[1] + v, y = x * p.inExtent[1] + p.position[1][tapV];
          float weightV = weightU * p.weight[1][tapV];
          if (weightV == 0) continue;
          for (i32 w = 0; w < p.taps[2]; ++w) {
            u32 tapW = at[2] * p.taps[2] + w, z = y * p.inExtent[2] + p.position[2][tapW];
            float weight = weightV * p.weight[2][tapW];
            if (weight == 0) continue;
            V elements = in[z * p.inner.divisor + column];
#pragma unroll
            for (int k = 0; k < W; ++k) sum[k] += weight * Element<T>::load(elements.at[k]);
          }
        }
      }
      V result;
#pragma unroll
      for (int k = 0; k < W; ++k) result.at[k] = Element<T>::store(sum[k]);
      static_cast<V*>(p.out)[i] = result;
    }
  }
}
