// Windows over images of up to three spatial axes. A thread computes W channels of an output pixel, which are
// neighbours in memory.
#pragma once

#include "vectors.cuh"

constexpr int kPoolAxes = 5;  // batch, channels, depth, height, width

template <int kExtras, int kOutputs>
struct Pool {
  const void* in;
  const void* extras[kExtras];  // what the epilogue reads
  void* out[kOutputs];          // all of one layout
  u32 count;                    // of threads
  // The output's axes in memory order, slowest first, and which of kPoolAxes each is; channels count vectors.
  Divisor extent[kPoolAxes];
  i32 axis[kPoolAxes];
  i32 inStride[kPoolAxes];
  i32 extraStride[kExtras][kPoolAxes];
  i32 in3[3], kernel[3], stride[3], dilation[3], begin[3], end[3];
  i32 countPadding;
};

__device__ __forceinline__ float lowestOf(float) { return __uint_as_float(0xff800000u); }
__device__ __forceinline__ double lowestOf(double) { return __longlong_as_double(0xfff0000000000000ll); }
__device__ __forceinline__ i8 lowestOf(i8) { return -128; }
__device__ __forceinline__ u8 lowestOf(u8) { return 0; }

// The first NaN stays.
struct PoolMax {
  template <typename C>
  static __device__ __forceinline__ C start() {
    return lowestOf(C());
  }
  template <typename C>
  static __device__ __forceinline__ C join(C a, C b) {
    return a != a || a >= b ? a : b;
  }
};
struct PoolSum {
  template <typename C>
  static __device__ __forceinline__ C start() {
    return C(0);
  }
  template <typename C>
  static __device__ __forceinline__ C join(C a, C b) {
    return a + b;
  }
};

template <typename P>
__device__ __forceinline__ void locatePool(const P& p, u32 index, i32 (&at)[kPoolAxes]) {
#pragma unroll
  for (int d = kPoolAxes - 1; d >= 0; --d) {
    u32 next = p.extent[d].divide(index);
    i32 position = static_cast<i32>(index - next * p.extent[d].divisor);
#pragma unroll
    for (int a = 0; a < kPoolAxes; ++a)
      if (p.axis[d] == a) at[a] = position;
    index = next;
  }
}

// Taps along one axis: how many lie in the padded input, for the mean.
template <typename P>
__device__ __forceinline__ i32 countedTaps(const P& p, int axis, i32 position) {
  i32 counted = 0, low = p.countPadding ? -p.begin[axis] : 0;
  i32 high = p.in3[axis] + (p.countPadding ? p.end[axis] : 0);
  for (i32 k = 0; k < p.kernel[axis]; ++k) {
    i32 at = position * p.stride[axis] - p.begin[axis] + k * p.dilation[axis];
    counted += at >= low && at < high;
  }
  return counted;
}

template <typename P>
__device__ __forceinline__ u32 extraOffset(const P& p, int k, const i32 (&at)[kPoolAxes]) {
  i32 offset = 0;
#pragma unroll
  for (int a = 0; a < kPoolAxes; ++a) offset += at[a] * p.extraStride[k][a];
  return static_cast<u32>(offset);
}

// The reduction of the window at `at`, for W channels.
template <typename T, typename C, typename How, int W, typename P>
__device__ __forceinline__ void poolWindow(const P& p, const i32 (&at)[kPoolAxes], C (&result)[W]) {
  i32 image = at[0] * p.inStride[0] + at[1] * p.inStride[1];
#pragma unroll
  for (int w = 0; w < W; ++w) result[w] = How::template start<C>();
  for (i32 a = 0; a < p.kernel[0]; ++a) {
    i32 z = at[2] * p.stride[0] - p.begin[0] + a * p.dilation[0];
    if (z < 0 || z >= p.in3[0]) continue;
    for (i32 b = 0; b < p.kernel[1]; ++b) {
      i32 y = at[3] * p.stride[1] - p.begin[1] + b * p.dilation[1];
      if (y < 0 || y >= p.in3[1]) continue;
      i32 line = image + z * p.inStride[2] + y * p.inStride[3];
#pragma unroll 4
      for (i32 c = 0; c < p.kernel[2]; ++c) {
        i32 x = at[4] * p.stride[2] - p.begin[2] + c * p.dilation[2];
        if (x < 0 || x >= p.in3[2]) continue;
        Vector<T, W> v = readVector<T, W>(p.in, static_cast<u32>(line + x * p.inStride[4]), 1);
#pragma unroll
        for (int w = 0; w < W; ++w)
          result[w] = How::join(result[w], static_cast<C>(Element<T>::load(v.at[w])));
      }
    }
  }
}

// Neighbouring lanes of a warp hold values of ACROSS places; afterwards each has the join of all of its
// place.
template <typename How, int ACROSS, typename C>
__device__ __forceinline__ C joinLanes(C x) {
#pragma unroll
  for (int step = ACROSS; step < 32; step *= 2)
    x = How::join(x, static_cast<C>(__shfl_xor_sync(0xffffffffu, x, step)));
  return x;
}

// A whole image in channels-last layout by a block of THREADS: ACROSS of them take neighbouring vectors of
// channels, the others other pixels. The first ACROSS threads have the result. `from`: of the image's first
// pixel, this thread's channels.
template <typename T, typename C, typename How, int ACROSS, int THREADS, int W, typename P>
__device__ __forceinline__ void poolWhole(const P& p, u32 from, bool exists, C (&result)[W]) {
  constexpr u32 kDown = THREADS / ACROSS, kWarps = THREADS / 32;
  constexpr int kAtOnce = sizeof(C) * W <= 32 ? 8 : 4;
  __shared__ C joined[kWarps][ACROSS][W];
  u32 pixels = exists ? p.in3[0] * p.in3[1] * p.in3[2] : 0, pitch = p.inStride[4];
#pragma unroll
  for (int w = 0; w < W; ++w) result[w] = How::template start<C>();
#pragma unroll 1
  for (u32 pixel = threadIdx.x / ACROSS; pixel < pixels; pixel += kDown * kAtOnce) {
    Vector<T, W> v[kAtOnce];
#pragma unroll
    for (int i = 0; i < kAtOnce; ++i)
      if (pixel + i * kDown < pixels) v[i] = readVector<T, W>(p.in, from + (pixel + i * kDown) * pitch, 1);
#pragma unroll
    for (int i = 0; i < kAtOnce; ++i)
      if (pixel + i * kDown < pixels) {
#pragma unroll
        for (int w = 0; w < W; ++w)
          result[w] = How::join(result[w], static_cast<C>(Element<T>::load(v[i].at[w])));
      }
  }
  u32 lane = threadIdx.x % 32;
#pragma unroll
  for (int w = 0; w < W; ++w) {
    result[w] = joinLanes<How, ACROSS>(result[w]);
    if (lane < ACROSS) joined[threadIdx.x / 32][lane][w] = result[w];
  }
  __syncthreads();
  if (threadIdx.x >= ACROSS) return;
#pragma unroll 1
  for (u32 warp = 1; warp < kWarps; ++warp)
#pragma unroll
    for (int w = 0; w < W; ++w) result[w] = How::join(result[w], joined[warp][lane][w]);
}
