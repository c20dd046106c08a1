// Kernels that look for elements along an axis. c.n[1] is the axis's extent, c.n[2] (and c.d[0]) how many
// elements one of its positions has; lane l is made of every position's element l % c.n[2].
#pragma once

#include "call.cuh"

__device__ __forceinline__ u32 laneOffset(const Call& c, u32 lane) {
  u32 outer = c.d[0].divide(lane), inner = lane - outer * c.d[0].divisor;
  return outer * c.n[1] * c.n[2] + inner;
}

// NaN counts as the extreme.
template <bool LARGEST, typename R>
__device__ __forceinline__ bool beats(R a, R b) {
  if (b != b) return false;
  return a != a || (LARGEST ? a > b : a < b);
}

// The index of the extreme element of a lane, by LANES threads (1 or 32); each of them gets it. LAST: among
// equals the last one.
template <typename T, bool LARGEST, bool LAST, int LANES>
__device__ __forceinline__ i32 extreme(const Call& c, const T* x) {
  i32 best = -1;
  Register<T> top = Register<T>(0);
  auto offer = [&](Register<T> v, i32 k) {
    if (k < 0) return;
    bool wins =
        best < 0 || beats<LARGEST>(v, top) || (!beats<LARGEST>(top, v) && (LAST ? k > best : k < best));
    if (wins) best = k, top = v;
  };
  for (i32 k = threadIdx.x % LANES; k < c.n[1]; k += LANES) offer(Element<T>::load(x[k * c.n[2]]), k);
#pragma unroll
  for (int step = LANES / 2; step > 0; step /= 2) {
    auto v = static_cast<Register<T>>(__shfl_xor_sync(0xffffffffu, top, step));
    offer(v, __shfl_xor_sync(0xffffffffu, best, step));
  }
  return best;
}

template <typename T, bool LARGEST, bool LAST, int LANES>
__device__ __forceinline__ void argReduce(const Call& c) {
  allowNext();
  waitForPrevious();
  u32 index = (blockIdx.x * kCallThreads + threadIdx.x) / LANES;
  if (index >= c.count) return;
  i32 best = extreme<T, LARGEST, LAST, LANES>(c, c.input<T>(0) + laneOffset(c, index));
  if (threadIdx.x % LANES == 0) c.output<i64>(0)[index] = best;
}

// One (with the bits c.n[3]) at the first largest element of each lane, else zero.
template <typename T, typename BITS>
__device__ __forceinline__ void hardmax(const Call& c) {
  allowNext();
  waitForPrevious();
  u32 index = (blockIdx.x * kCallThreads + threadIdx.x) / 32;
  if (index >= c.count) return;
  u32 from = laneOffset(c, index);
  i32 best = extreme<T, true, false, 32>(c, c.input<T>(0) + from);
  for (i32 k = threadIdx.x % 32; k < c.n[1]; k += 32)
    c.output<BITS>(0)[from + k * c.n[2]] = static_cast<BITS>(k == best ? c.n[3] : 0);
}

struct Sum {
  template <typename R>
  static __device__ __forceinline__ R start() {
    return R(0);
  }
  template <typename R>
  static __device__ __forceinline__ R join(R a, R b) {
    return static_cast<R>(a + b);
  }
};
struct Product {
  template <typename R>
  static __device__ __forceinline__ R start() {
    return R(1);
  }
  template <typename R>
  static __device__ __forceinline__ R join(R a, R b) {
    return static_cast<R>(a * b);
  }
};

// Running sums and products. c.n[3]: exclusive, c.n[4]: from the end. A thread for each lane.
template <typename T, class How>
__device__ __forceinline__ void cumulateLanes(const Call& c) {
  eachItem(c, [&](u32 lane) {
    u32 from = laneOffset(c, lane);
    auto running = How::template start<Register<T>>();
    for (i32 k = 0; k < c.n[1]; ++k) {
      u32 at = from + (c.n[4] ? c.n[1] - 1 - k : k) * c.n[2];
      auto before = running;
      running = How::join(running, Element<T>::load(c.input<T>(0)[at]));
      c.output<T>(0)[at] = Element<T>::store(c.n[3] ? before : running);
    }
  });
}

// The same, a block for each lane.
template <typename T, class How>
__device__ __forceinline__ void cumulateBlock(const Call& c) {
  typedef Register<T> R;
  allowNext();
  waitForPrevious();
  u32 from = laneOffset(c, blockIdx.x);
  R running = How::template start<R>();
  for (i32 base = 0; base < c.n[1]; base += kCallThreads) {
    i32 k = base + static_cast<i32>(threadIdx.x);
    bool exists = k < c.n[1];
    u32 at = from + (c.n[4] ? c.n[1] - 1 - k : k) * c.n[2];
    R x = exists ? Element<T>::load(c.input<T>(0)[at]) : How::template start<R>(), before, total;
    R upTo = scanBlock(
        x, [](R a, R b) { return How::join(a, b); }, before, How::template start<R>(), total);
    if (exists) c.output<T>(0)[at] = Element<T>::store(How::join(running, c.n[3] ? before : upTo));
    running = How::join(running, total);
  }
}

// Elements that are not zero, in order: each block counts kFlagChunk of them, the counts become offsets, and
// the indices are written. In the workspace: the total, an offset for each block, the indices. c.n[1]: how
// many elements; c.n[2]: how many blocks.
constexpr i32 kFlagsOfThread = 8, kFlagChunk = kFlagsOfThread * kCallThreads;

template <typename T>
__device__ __forceinline__ bool isSet(const T* x, i32 i) {
  return Element<T>::load(x[i]) != Register<T>(0);
}

template <typename T, int INPUT>
__device__ __forceinline__ u32 flagsOfThread(const Call& c) {
  u32 found = 0;
  i32 first = static_cast<i32>(blockIdx.x) * kFlagChunk + static_cast<i32>(threadIdx.x) * kFlagsOfThread;
#pragma unroll
  for (i32 k = 0; k < kFlagsOfThread; ++k) found += first + k < c.n[1] && isSet(c.input<T>(INPUT), first + k);
  return found;
}

template <typename T, int INPUT>
__device__ __forceinline__ void countFlags(const Call& c) {
  allowNext();
  waitForPrevious();
  u32 before, total;
  scanBlock(
      flagsOfThread<T, INPUT>(c), [](u32 a, u32 b) { return a + b; }, before, 0u, total);
  if (threadIdx.x == 0) static_cast<u32*>(c.workspace)[1 + blockIdx.x] = total;
}

// One block: counts at workspace[1...] become offsets, and their sum goes to workspace[0].
__device__ __forceinline__ void offsetsOfCounts(const Call& c) {
  allowNext();
  waitForPrevious();
  u32* words = static_cast<u32*>(c.workspace);
  u32 running = 0;
  for (i32 base = 0; base < c.n[2]; base += kCallThreads) {
    i32 i = base + static_cast<i32>(threadIdx.x);
    u32 before, total;
    scanBlock(
        i < c.n[2] ? words[1 + i] : 0u, [](u32 a, u32 b) { return a + b; }, before, 0u, total);
    if (i < c.n[2]) words[1 + i] = running + before;
    running += total;
  }
  if (threadIdx.x == 0) words[0] = running;
}

template <typename T, int INPUT>
__device__ __forceinline__ void listFlags(const Call& c) {
  allowNext();
  waitForPrevious();
  u32* words = static_cast<u32*>(c.workspace);
  u32 before, total;
  scanBlock(
      flagsOfThread<T, INPUT>(c), [](u32 a, u32 b) { return a + b; }, before, 0u, total);
  u32 at = words[1 + blockIdx.x] + before;
  i32 first = static_cast<i32>(blockIdx.x) * kFlagChunk + static_cast<i32>(threadIdx.x) * kFlagsOfThread;
  for (i32 k = 0; k < kFlagsOfThread; ++k)
    if (first + k < c.n[1] && isSet(c.input<T>(INPUT), first + k)) words[1 + c.n[2] + at++] = first + k;
}

// out[axis, k]: the coordinate of the k-th listed element. c.n[8...]: the extents, c.n[16...]: the strides.
__device__ __forceinline__ void coordinates(const Call& c) {
  const u32* chosen = static_cast<const u32*>(c.workspace) + 1 + c.n[2];
  eachItem(c, [&](u32 i) {
    u32 axis = i / static_cast<u32>(c.n[0]), k = i - axis * c.n[0];
    c.output<i64>(0)[i] = chosen[k] / static_cast<u32>(c.n[16 + axis]) % static_cast<u32>(c.n[8 + axis]);
  });
}

// The listed positions along an axis of extent c.n[3], elements of c.n[4] = c.d[1] each.
template <typename T>
__device__ __forceinline__ void takeChosen(const Call& c) {
  const u32* chosen = static_cast<const u32*>(c.workspace) + 1 + c.n[2];
  eachItem(c, [&](u32 i) {
    u32 row = c.d[1].divide(i), column = i - row * c.d[1].divisor;
    u32 outer = row / static_cast<u32>(c.n[0]), k = row - outer * c.n[0];
    c.output<T>(0)[i] = c.input<T>(0)[(outer * c.n[3] + chosen[k]) * c.n[4] + column];
  });
}
