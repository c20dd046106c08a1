// Non-maximum suppression. In the workspace: the total, a count (then an offset) for each list of a batch and
// a class, and the lists of chosen boxes.
#pragma once

#include "topk.cuh"

struct Box {
  float x0, y0, x1, y1;
  __device__ __forceinline__ float area() const { return (x1 - x0) * (y1 - y0); }
};

template <typename T, bool CENTERED>
__device__ __forceinline__ Box readBox(const T* p) {
  float a = Element<T>::load(p[0]), b = Element<T>::load(p[1]), d = Element<T>::load(p[2]),
        e = Element<T>::load(p[3]);
  if (CENTERED) return {a - d / 2, b - e / 2, a + d / 2, b + e / 2};
  return {fminf(b, e), fminf(a, d), fmaxf(b, e), fmaxf(a, d)};
}

__device__ __forceinline__ bool overlaps(const Box& a, const Box& b, float threshold) {
  float width = fminf(a.x1, b.x1) - fmaxf(a.x0, b.x0), height = fminf(a.y1, b.y1) - fmaxf(a.y0, b.y0);
  if (width <= 0 || height <= 0 || a.area() <= 0 || b.area() <= 0) return false;
  float both = __fmul_rn(width, height);
  return both / (__fadd_rn(a.area(), b.area()) - both) > threshold;
}

// Takes the best box that is left and drops those that overlap it, until there are enough. c.n[1]: boxes,
// c.n[2]: lists, c.n[3]: room in each, c.n[4]: classes; inputs 2 to 4 lie on the device, null where absent.
template <typename T, bool CENTERED>
__device__ __forceinline__ void suppress(const Call& c) {
  __shared__ u32 bestKey[kCallThreads / 32];
  __shared__ i32 bestBox[kCallThreads / 32];
  allowNext();
  waitForPrevious();
  i32 count = c.n[1];
  u32* words = static_cast<u32*>(c.workspace);
  u32* list = words + 1 + c.n[2] + blockIdx.x * c.n[3];
  u8* dropped =
      reinterpret_cast<u8*>(words + 1 + c.n[2] + c.n[2] * c.n[3]) + static_cast<i64>(blockIdx.x) * count;
  const T* scores = c.input<T>(1) + static_cast<i64>(blockIdx.x) * count;
  const T* boxes = c.input<T>(0) + static_cast<i64>(blockIdx.x / c.n[4]) * count * 4;
  i64 limit = c.in[2] ? *c.input<i64>(2) : 0;
  if (limit > c.n[3]) limit = c.n[3];
  float threshold = c.in[3] ? *c.input<float>(3) : 0;
  for (i32 i = threadIdx.x; i < count; i += kCallThreads)
    dropped[i] = c.in[4] && !(Element<T>::load(scores[i]) > *c.input<float>(4));
  __syncthreads();
  i32 found = 0;
  for (; found < limit; ++found) {
    // The smallest key, then the lowest index.
    u32 key = ~0u;
    i32 box = -1;
    for (i32 i = threadIdx.x; i < count; i += kCallThreads) {
      if (dropped[i]) continue;
      u32 k = keyOf<T, true>(scores[i]);
      if (box < 0 || k < key) key = k, box = i;
    }
    auto offer = [&](u32 k, i32 i) {
      if (i >= 0 && (box < 0 || k < key || (k == key && i < box))) key = k, box = i;
    };
#pragma unroll
    for (int step = 16; step; step /= 2) {
      u32 k = __shfl_xor_sync(0xffffffffu, key, step);
      offer(k, __shfl_xor_sync(0xffffffffu, box, step));
    }
    __syncthreads();
    if (threadIdx.x % 32 == 0) bestKey[threadIdx.x / 32] = key, bestBox[threadIdx.x / 32] = box;
    __syncthreads();
    for (int w = 0; w < kCallThreads / 32; ++w) offer(bestKey[w], bestBox[w]);
    if (box < 0) break;
    Box kept = readBox<T, CENTERED>(boxes + box * 4);
    if (threadIdx.x == 0) list[found] = box;
    for (i32 i = threadIdx.x; i < count; i += kCallThreads)
      if (!dropped[i])
        dropped[i] = i == box || overlaps(readBox<T, CENTERED>(boxes + i * 4), kept, threshold);
  }
  if (threadIdx.x == 0) words[1 + blockIdx.x] = found;
}

// out[k] = batch, class, box.
__device__ __forceinline__ void writeSuppressed(const Call& c) {
  const u32* words = static_cast<const u32*>(c.workspace);
  eachItem(c, [&](u32 i) {
    u32 k = i / 3, part = i - 3 * k;
    i32 low = 0, high = c.n[2] - 1;  // the last list that begins at k or before
    while (low < high) {
      i32 middle = (low + high + 1) / 2;
      if (words[1 + middle] <= k)
        low = middle;
      else
        high = middle - 1;
    }
    u32 box = words[1 + c.n[2] + low * c.n[3] + (k - words[1 + low])];
    c.output<i64>(0)[i] = part == 0 ? low / c.n[4] : part == 1 ? low % c.n[4] : static_cast<i32>(box);
  });
}
