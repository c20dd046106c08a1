// Loops of pointwise kernels: several operands over one index space, whose last axis is taken W elements at a
// time. The statements for one element are generated (tactics/pointwise.cpp).
#pragma once

#include "vectors.cuh"

constexpr int kLoopAxes = 8;

template <int OPERANDS>
struct LoopParams {
  void* memory[OPERANDS];
  u32 strides[OPERANDS][kLoopAxes];  // in elements, from the fastest axis on
  Divisor extents[kLoopAxes];        // likewise; that of the fastest one counts vectors
  u32 vectors;
  int axes;
};

// Where each operand's elements of vector `index` begin. AXES: how many there are, or 0 where only the launch
// knows.
template <int AXES, int W, int OPERANDS>
__device__ __forceinline__ void locate(const LoopParams<OPERANDS>& p, u32 index, u32 (&at)[OPERANDS]) {
#pragma unroll
  for (int k = 0; k < OPERANDS; ++k) at[k] = 0;
  int axes = AXES ? AXES : p.axes;
  u32 rest = index, scale = W;
#pragma unroll
  for (int a = 0; a < (AXES ? AXES : kLoopAxes); ++a) {
    if (a >= axes) break;
    u32 above = a + 1 < axes ? p.extents[a].divide(rest) : 0;
    u32 here = (rest - above * p.extents[a].divisor) * scale;
#pragma unroll
    for (int k = 0; k < OPERANDS; ++k) at[k] += here * p.strides[k][a];
    rest = above;
    scale = 1;
  }
}
