// Reading and writing at positions that lie in memory as indices. T is what is moved at once, I the type of
// the indices. Negative indices count from the end; beyond the extent a read gives zero and a write is left
// out.
#pragma once

#include "math.cuh"
#include "movement.cuh"

struct Indexing {
  const void* data;  // OneHot: the two values
  const void* indices;
  const void* updates;  // of the scattering kernels
  void* out;
  u32 count;  // elements read or written, in units of T
  // Slices: element i belongs to slice i / slice, and that to batch (i / slice) / perBatch.
  Divisor slice, perBatch;
  i32 batchStride;
  i32 shared;  // all batches use the same indices
  i32 depth;   // indices of one slice
  i32 extent[kMoveAxes], stride[kMoveAxes];
  MoveAxes axes;  // the kernels for single elements: `from` of the indices, `to` of the other tensor
};

template <typename I>
__device__ __forceinline__ i32 positionOf(I index, i32 extent) {
  if (index < 0) index += extent;
  return index >= 0 && index < extent ? static_cast<i32>(index) : -1;
}

// The offset of element i in the indexed tensor, or -1.
template <typename I>
__device__ __forceinline__ i32 sliceOffset(const Indexing& p, u32 i) {
  u32 slice = p.slice.divide(i), batch = p.perBatch.divide(slice);
  u32 row = p.shared ? slice - batch * p.perBatch.divisor : slice;
  i32 offset = static_cast<i32>(batch) * p.batchStride + static_cast<i32>(i - slice * p.slice.divisor);
  const I* indices = static_cast<const I*>(p.indices) + static_cast<i64>(row) * p.depth;
  for (i32 d = 0; d < p.depth; ++d) {
    i32 at = positionOf<I>(indices[d], p.extent[d]);
    if (at < 0) return -1;
    offset += at * p.stride[d];
  }
  return offset;
}

template <typename I>
__device__ __forceinline__ i32 elementOffset(const Indexing& p, u32 i) {
  MoveOffsets at = offsetsOf(p.axes, i);
  i32 position = positionOf<I>(static_cast<const I*>(p.indices)[i], p.extent[0]);
  return position < 0 ? -1 : at.to + position * p.stride[0];
}

struct Assign {
  template <typename T>
  static __device__ __forceinline__ void write(T* to, T value) {
    *to = value;
  }
};
struct Add {
  static __device__ __forceinline__ void write(float* to, float value) { atomicAdd(to, value); }
  static __device__ __forceinline__ void write(i32* to, i32 value) { atomicAdd(to, value); }
  static __device__ __forceinline__ void write(i64* to, i64 value) {
    atomicAdd(reinterpret_cast<u64*>(to), static_cast<u64>(value));
  }
};

// Other sums, products and extremes: the element is exchanged for the result until nobody else has changed
// it. W is the unsigned integer as wide as T.
struct JoinSum {
  template <typename R>
  static __device__ __forceinline__ R join(R a, R b) {
    return static_cast<R>(a + b);
  }
};
struct JoinProduct {
  template <typename R>
  static __device__ __forceinline__ R join(R a, R b) {
    return static_cast<R>(a * b);
  }
};
struct JoinMost {
  template <typename R>
  static __device__ __forceinline__ R join(R a, R b) {
    return math::larger(a, b);
  }
};
struct JoinLeast {
  template <typename R>
  static __device__ __forceinline__ R join(R a, R b) {
    return math::smaller(a, b);
  }
};
template <class How, typename W>
struct Exchange {
  template <typename T>
  static __device__ __forceinline__ T joined(W bits, T value) {
    auto a = Element<T>::load(math::bitCast<T>(bits)), b = Element<T>::load(value);
    return Element<T>::store(How::join(a, b));
  }
  template <typename T>
  static __device__ __forceinline__ void write(T* to, T value) {
    if constexpr (sizeof(T) == 1) {
      // Bytes have no exchange of their own: the word around them has.
      u64 address = reinterpret_cast<u64>(to);
      u32* word = reinterpret_cast<u32*>(address & ~3ull);
      u32 shift = static_cast<u32>(address & 3) * 8, seen = *word, assumed;
      do {
        assumed = seen;
        u32 byte = math::bitCast<u8>(joined<T>(static_cast<W>(assumed >> shift), value));
        seen = atomicCAS(word, assumed, (assumed & ~(255u << shift)) | byte << shift);
      } while (seen != assumed);
    } else {
      W* place = reinterpret_cast<W*>(to);
      W seen = *place, assumed;
      do {
        assumed = seen;
        seen = atomicCAS(place, assumed, math::bitCast<W>(joined<T>(assumed, value)));
      } while (seen != assumed);
    }
  }
};

template <typename I>
struct Slices {
  static __device__ __forceinline__ i32 offset(const Indexing& p, u32 i) { return sliceOffset<I>(p, i); }
};
template <typename I>
struct Elements {
  static __device__ __forceinline__ i32 offset(const Indexing& p, u32 i) { return elementOffset<I>(p, i); }
};

template <typename T, typename Where>
__device__ __forceinline__ void gather(const Indexing& p) {
  allowNext();
  waitForPrevious();
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < p.count; i += gridDim.x * blockDim.x) {
    i32 from = Where::offset(p, i);
    T zero{};
    static_cast<T*>(p.out)[i] = from < 0 ? zero : static_cast<const T*>(p.data)[from];
  }
}

template <typename T, typename Where, typename How>
__device__ __forceinline__ void scatter(const Indexing& p) {
  allowNext();
  waitForPrevious();
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < p.count; i += gridDim.x * blockDim.x) {
    i32 to = Where::offset(p, i);
    if (to >= 0) How::write(static_cast<T*>(p.out) + to, static_cast<const T*>(p.updates)[i]);
  }
}

// out[outer, depth, inner]; perBatch is the depth, slice the inner extent.
template <typename T, typename I>
__device__ __forceinline__ void oneHot(const Indexing& p) {
  allowNext();
  waitForPrevious();
  const T* values = static_cast<const T*>(p.data);
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < p.count; i += gridDim.x * blockDim.x) {
    u32 row = p.slice.divide(i), outer = p.perBatch.divide(row), inner = i - row * p.slice.divisor;
    i32 position = static_cast<i32>(row - outer * p.perBatch.divisor);
    I index = static_cast<const I*>(p.indices)[outer * p.slice.divisor + inner];
    bool on = positionOf<I>(index, static_cast<i32>(p.perBatch.divisor)) == position;
    static_cast<T*>(p.out)[i] = values[on ? 1 : 0];
  }
}
