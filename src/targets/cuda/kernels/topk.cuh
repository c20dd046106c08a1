// The first k elements of each lane, in order. Elements become unsigned keys whose order is that of the
// result; equal ones go by index.
#pragma once

#include "selection.cuh"

template <int BYTES>
struct KeyOf {
  typedef u32 Type;
};
template <>
struct KeyOf<8> {
  typedef u64 Type;
};
template <typename T>
using Key = typename KeyOf<sizeof(T)>::Type;

template <typename T>
constexpr int kSortedAtOnce = sizeof(T) == 8 ? 2048 : 4096;  // by one block in shared memory
constexpr int kMostSelected = 2048;

// Ascending; NaN is the largest, and both zeros are equal.
__device__ __forceinline__ u32 ascending(float x) {
  if (x != x) return ~0u;
  u32 bits = __float_as_uint(x == 0 ? 0.f : x);
  return bits >> 31 ? ~bits : bits | 0x80000000u;
}
__device__ __forceinline__ u64 ascending(double x) {
  if (x != x) return ~0ull;
  u64 bits = static_cast<u64>(__double_as_longlong(x == 0 ? 0.0 : x));
  return bits >> 63 ? ~bits : bits | 0x8000000000000000ull;
}
__device__ __forceinline__ u64 ascending(i64 x) { return static_cast<u64>(x) ^ 0x8000000000000000ull; }
__device__ __forceinline__ u64 ascending(u64 x) { return x; }
__device__ __forceinline__ u32 ascending(u32 x) { return x; }
__device__ __forceinline__ u32 ascending(i32 x) { return static_cast<u32>(x) ^ 0x80000000u; }
__device__ __forceinline__ u32 ascending(i16 x) { return ascending(static_cast<i32>(x)); }
__device__ __forceinline__ u32 ascending(i8 x) { return ascending(static_cast<i32>(x)); }
__device__ __forceinline__ u32 ascending(u16 x) { return x; }
__device__ __forceinline__ u32 ascending(u8 x) { return x; }
__device__ __forceinline__ u32 ascending(bool x) { return x; }

template <typename T, bool LARGEST>
__device__ __forceinline__ Key<T> keyOf(T x) {
  Key<T> key = ascending(Element<T>::load(x));
  return LARGEST ? ~key : key;
}

template <typename K>
__device__ __forceinline__ void order(K& keyA, u32& indexA, K& keyB, u32& indexB, bool up) {
  bool after = keyA > keyB || (keyA == keyB && indexA > indexB);
  if (after != up) return;
  K key = keyA;
  u32 index = indexA;
  keyA = keyB, indexA = indexB;
  keyB = key, indexB = index;
}

// Sorts `size` (a power of two) pairs in shared memory.
template <typename K>
__device__ __forceinline__ void sortShared(K* keys, u32* indices, u32 size) {
  for (u32 run = 2; run <= size; run *= 2)
    for (u32 gap = run / 2; gap > 0; gap /= 2) {
      __syncthreads();
      for (u32 i = threadIdx.x; i < size / 2; i += kCallThreads) {
        u32 low = 2 * gap * (i / gap) + i % gap;
        order(keys[low], indices[low], keys[low + gap], indices[low + gap], (low & run) == 0);
      }
    }
  __syncthreads();
}

// c.n[3] = k, and the outputs' lanes are shorter accordingly.
template <typename T>
__device__ __forceinline__ void writeTop(const Call& c, u32 lane, const T* x, const u32* indices, u32 first,
                                         u32 step) {
  u32 outer = c.d[0].divide(lane), inner = lane - outer * c.d[0].divisor;
  for (u32 i = first; i < static_cast<u32>(c.n[3]); i += step) {
    u32 to = (outer * c.n[3] + i) * c.n[2] + inner;
    if (c.out[0]) c.output<T>(0)[to] = x[indices[i] * c.n[2]];
    if (c.out[1]) c.output<i64>(1)[to] = indices[i];
  }
}

// Short lanes: a block sorts each. c.n[4]: the next power of two.
template <typename T, bool LARGEST>
__device__ __forceinline__ void topSorted(const Call& c) {
  __shared__ Key<T> keys[kSortedAtOnce<T>];
  __shared__ u32 indices[kSortedAtOnce<T>];
  allowNext();
  waitForPrevious();
  const T* x = c.input<T>(0) + laneOffset(c, blockIdx.x);
  for (u32 i = threadIdx.x; i < static_cast<u32>(c.n[4]); i += kCallThreads) {
    bool exists = i < static_cast<u32>(c.n[1]);
    keys[i] = exists ? keyOf<T, LARGEST>(x[i * c.n[2]]) : ~Key<T>(0);
    indices[i] = exists ? i : ~0u;
  }
  sortShared(keys, indices, c.n[4]);
  writeTop(c, blockIdx.x, x, indices, threadIdx.x, kCallThreads);
}

// Long lanes, few wanted: a block finds the k-th key by its digits, collects what comes before it, and sorts
// that. c.n[4]: the power of two from k on.
template <typename T, bool LARGEST>
__device__ __forceinline__ void topSelected(const Call& c) {
  typedef Key<T> K;
  __shared__ u32 histogram[256];
  __shared__ K keys[kMostSelected];
  __shared__ u32 indices[kMostSelected];
  __shared__ K prefixShared;
  __shared__ u32 wantedShared, taken;
  allowNext();
  waitForPrevious();
  const T* x = c.input<T>(0) + laneOffset(c, blockIdx.x);
  u32 extent = c.n[1], wanted = c.n[3];
  K prefix = 0, mask = 0;
  for (int shift = 8 * sizeof(K) - 8; shift >= 0; shift -= 8) {
    histogram[threadIdx.x] = 0;
    __syncthreads();
    for (u32 i = threadIdx.x; i < extent; i += kCallThreads) {
      K key = keyOf<T, LARGEST>(x[i * c.n[2]]);
      if ((key & mask) == prefix) atomicAdd(&histogram[static_cast<u32>(key >> shift) & 255], 1u);
    }
    __syncthreads();
    // The digit that the k-th key has: that many keys come before it.
    u32 here = histogram[threadIdx.x], before, total;
    scanBlock(
        here, [](u32 a, u32 b) { return a + b; }, before, 0u, total);
    if (before < wanted && wanted <= before + here) {
      prefixShared = prefix | static_cast<K>(threadIdx.x) << shift;
      wantedShared = wanted - before;
    }
    __syncthreads();
    prefix = prefixShared, wanted = wantedShared;
    mask |= static_cast<K>(255) << shift;
  }
  // `wanted` of those equal to the prefix are left; the ones with the lowest indices count.
  if (threadIdx.x == 0) taken = 0;
  for (u32 i = threadIdx.x; i < static_cast<u32>(c.n[4]); i += kCallThreads)
    keys[i] = ~K(0), indices[i] = ~0u;
  __syncthreads();
  u32 equals = 0;
  for (u32 base = 0; base < extent; base += kCallThreads) {
    u32 i = base + threadIdx.x, before, total;
    K key = i < extent ? keyOf<T, LARGEST>(x[i * c.n[2]]) : ~K(0);
    bool equal = i < extent && key == prefix;
    scanBlock(
        equal ? 1u : 0u, [](u32 a, u32 b) { return a + b; }, before, 0u, total);
    if (i < extent && (key < prefix || (equal && equals + before < wanted))) {
      u32 at = atomicAdd(&taken, 1u);
      keys[at] = key, indices[at] = i;
    }
    equals += total;
  }
  sortShared(keys, indices, c.n[4]);
  writeTop(c, blockIdx.x, x, indices, threadIdx.x, kCallThreads);
}

// Long lanes, many wanted: sorted in the workspace, one pass a launch. c.n[4] = c.d[1]: the power of two;
// c.n[39]: log2 of the run * 32 + log2 of the gap.
template <typename T, bool LARGEST>
__device__ __forceinline__ void topFill(const Call& c) {
  Key<T>* keys = static_cast<Key<T>*>(c.workspace);
  u32* indices = reinterpret_cast<u32*>(keys + c.count);
  eachItem(c, [&](u32 item) {
    u32 lane = c.d[1].divide(item), i = item - lane * c.d[1].divisor;
    bool exists = i < static_cast<u32>(c.n[1]);
    keys[item] = exists ? keyOf<T, LARGEST>(c.input<T>(0)[laneOffset(c, lane) + i * c.n[2]]) : ~Key<T>(0);
    indices[item] = exists ? i : ~0u;
  });
}
template <typename T>
__device__ __forceinline__ void topPass(const Call& c) {
  Key<T>* keys = static_cast<Key<T>*>(c.workspace);
  u32* indices = reinterpret_cast<u32*>(keys + c.count);
  u32 run = 1u << (c.n[39] / 32), gap = 1u << (c.n[39] % 32);
  allowNext();
  waitForPrevious();
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < c.count / 2; i += gridDim.x * blockDim.x) {
    u32 low = 2 * gap * (i / gap) + i % gap;
    order(keys[low], indices[low], keys[low + gap], indices[low + gap], (low & (c.n[4] - 1) & run) == 0);
  }
}
template <typename T>
__device__ __forceinline__ void topWrite(const Call& c) {
  allowNext();
  waitForPrevious();
  const u32* indices = reinterpret_cast<const u32*>(static_cast<const Key<T>*>(c.workspace) + c.count);
  writeTop(c, blockIdx.x, c.input<T>(0) + laneOffset(c, blockIdx.x), indices + blockIdx.x * c.n[4],
           threadIdx.x, kCallThreads);
}
