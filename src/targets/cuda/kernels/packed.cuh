// Elements of less than a byte that are moved: a thread makes a whole byte of the result from BITS of several
// places; the first element lies in the lowest bits. Of the axes of an operator that works along one, c.d[0]
// divides by the elements that one position has.
#pragma once

#include "call.cuh"

template <int BITS>
__device__ __forceinline__ u32 packedAt(const void* memory, u32 i) {
  constexpr u32 kTogether = 8 / BITS;
  u32 byte = static_cast<const u8*>(memory)[i / kTogether];
  return byte >> (i % kTogether * BITS) & ((1u << BITS) - 1);
}

// Element e of `count` is value(e).
template <int BITS, class F>
__device__ __forceinline__ void eachPacked(void* to, u32 count, F value) {
  constexpr u32 kTogether = 8 / BITS;
  allowNext();
  waitForPrevious();
  u32 bytes = (count + kTogether - 1) / kTogether;
  for (u32 b = blockIdx.x * blockDim.x + threadIdx.x; b < bytes; b += gridDim.x * blockDim.x) {
    u32 byte = 0;
#pragma unroll
    for (u32 k = 0; k < kTogether; ++k)
      if (b * kTogether + k < count) byte |= value(b * kTogether + k) << (k * BITS);
    static_cast<u8*>(to)[b] = static_cast<u8>(byte);
  }
}

// By strides: c.n[1] axes with extents c.d, from the slowest; element 0 is c.n[2], strides are c.n[8...].
template <int BITS>
__device__ __forceinline__ void packedMove(const Call& c) {
  eachPacked<BITS>(c.out[0], c.count, [&](u32 i) {
    i32 from = c.n[2];
    for (int d = c.n[1] - 1; d >= 0; --d) {
      u32 next = c.d[d].divide(i);
      from += static_cast<i32>(i - next * c.d[d].divisor) * c.n[8 + d];
      i = next;
    }
    return packedAt<BITS>(c.in[0], from);
  });
}

// c.n[1] inputs, which begin at c.n[8...] along an axis of extent c.d[1].
template <int BITS>
__device__ __forceinline__ void packedConcat(const Call& c) {
  eachPacked<BITS>(c.out[0], c.count, [&](u32 i) {
    u32 row = c.d[0].divide(i), inner = i - row * c.d[0].divisor;
    u32 outer = c.d[1].divide(row);
    i32 position = static_cast<i32>(row - outer * c.d[1].divisor), part = 0;
    while (part + 1 < c.n[1] && position >= c.n[9 + part]) ++part;
    u32 extent = c.n[9 + part] - c.n[8 + part];
    return packedAt<BITS>(c.in[part], (outer * extent + position - c.n[8 + part]) * c.d[0].divisor + inner);
  });
}

// Output c.n[39] of those that begin at c.n[8...] along an axis of extent c.n[1]; c.d[1...]: their extents,
// c.n[16...]: their elements.
template <int BITS>
__device__ __forceinline__ void packedSplit(const Call& c) {
  i32 part = c.n[39];
  if (!c.out[part]) return;
  eachPacked<BITS>(c.out[part], c.n[16 + part], [&](u32 i) {
    u32 row = c.d[0].divide(i), inner = i - row * c.d[0].divisor;
    u32 outer = c.d[1 + part].divide(row), position = row - outer * c.d[1 + part].divisor;
    return packedAt<BITS>(c.in[0], (outer * c.n[1] + c.n[8 + part] + position) * c.d[0].divisor + inner);
  });
}

// c.d[1] indices along an axis of extent c.n[1]; beyond it there are zeros.
template <int BITS, typename I>
__device__ __forceinline__ void packedGather(const Call& c) {
  eachPacked<BITS>(c.out[0], c.count, [&](u32 i) -> u32 {
    u32 row = c.d[0].divide(i), inner = i - row * c.d[0].divisor;
    u32 outer = c.d[1].divide(row);
    i64 index = c.input<I>(1)[row - outer * c.d[1].divisor];
    if (index < 0) index += c.n[1];
    if (index < 0 || index >= c.n[1]) return 0u;
    return packedAt<BITS>(c.in[0], (outer * c.n[1] + static_cast<u32>(index)) * c.d[0].divisor + inner);
  });
}
