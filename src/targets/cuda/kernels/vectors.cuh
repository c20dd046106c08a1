// Reading and writing several neighbouring elements at once.
#pragma once

#include "common.cuh"

template <int BYTES>
struct Word;
template <>
struct Word<1> {
  typedef u8 Type;
};
template <>
struct Word<2> {
  typedef u16 Type;
};
template <>
struct Word<4> {
  typedef u32 Type;
};
template <>
struct Word<8> {
  typedef uint2 Type;
};
template <>
struct Word<16> {
  typedef uint4 Type;
};

// W elements from `from` on, or the one there W times where the stride is 0. W is 1 where strides are others.
template <typename T, int W>
__device__ __forceinline__ Vector<T, W> readVector(const void* memory, u32 from, u32 stride) {
  const T* p = static_cast<const T*>(memory) + from;
  Vector<T, W> v;
  if (stride == 0) {
    T x = *p;
#pragma unroll
    for (int i = 0; i < W; ++i) v.at[i] = x;
  } else {
    constexpr int kPart = sizeof(T) * W < 16 ? sizeof(T) * W : 16;
    typename Word<kPart>::Type parts[sizeof(T) * W / kPart];
#pragma unroll
    for (int i = 0; i < int(sizeof(T) * W / kPart); ++i)
      parts[i] = reinterpret_cast<const typename Word<kPart>::Type*>(p)[i];
    memcpy(&v, parts, sizeof(v));
  }
  return v;
}

// Where the stride is 0 all elements are equal, and one place holds them.
template <typename T, int W>
__device__ __forceinline__ void writeVector(void* memory, u32 from, u32 stride, const Vector<T, W>& v) {
  T* p = static_cast<T*>(memory) + from;
  if (stride == 0) {
    *p = v.at[0];
    return;
  }
  constexpr int kPart = sizeof(T) * W < 16 ? sizeof(T) * W : 16;
  typename Word<kPart>::Type parts[sizeof(T) * W / kPart];
  memcpy(parts, &v, sizeof(v));
#pragma unroll
  for (int i = 0; i < int(sizeof(T) * W / kPart); ++i)
    reinterpret_cast<typename Word<kPart>::Type*>(p)[i] = parts[i];
}
