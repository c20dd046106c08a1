// Normalizations that give more than the normalized elements, or by groups of channels; losses.
#pragma once

#include "call.cuh"

// Every thread of the block gets the sum.
__device__ __forceinline__ float sumOfBlock(float x) {
  __shared__ float parts[kCallThreads / 32];
#pragma unroll
  for (int step = 16; step; step /= 2) x += __shfl_xor_sync(0xffffffffu, x, step);
  __syncthreads();
  if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = x;
  __syncthreads();
  x = 0;
#pragma unroll
  for (int i = 0; i < kCallThreads / 32; ++i) x += parts[i];
  return x;
}

struct Moments {
  float mean, inverse;
};
// Of c.n[1] elements from x on, by the whole block; c.f[0] is added to the variance.
template <typename T>
__device__ __forceinline__ Moments momentsOf(const Call& c, const T* x) {
  float sum = 0, squares = 0, n = c.n[1];
  for (i32 k = threadIdx.x; k < c.n[1]; k += kCallThreads) sum += Element<T>::load(x[k]);
  float mean = sumOfBlock(sum) / n;
  for (i32 k = threadIdx.x; k < c.n[1]; k += kCallThreads) {
    float d = Element<T>::load(x[k]) - mean;
    squares += d * d;
  }
  return {mean, 1 / sqrtf(sumOfBlock(squares) / n + c.f[0])};
}

// A block for each group of channels: c.n[1] elements of it, c.d[0] elements of a channel, c.n[2] channels of
// a group, c.n[3] groups.
template <typename T, typename S>
__device__ __forceinline__ void groupNormalize(const Call& c) {
  allowNext();
  waitForPrevious();
  const T* x = c.input<T>(0) + static_cast<i64>(blockIdx.x) * c.n[1];
  T* y = c.output<T>(0) + static_cast<i64>(blockIdx.x) * c.n[1];
  Moments m = momentsOf(c, x);
  i32 first = static_cast<i32>(blockIdx.x) % c.n[3] * c.n[2];
  for (i32 k = threadIdx.x; k < c.n[1]; k += kCallThreads) {
    i32 channel = first + static_cast<i32>(c.d[0].divide(k));
    float scale = Element<S>::load(c.input<S>(1)[channel]), bias = Element<S>::load(c.input<S>(2)[channel]);
    y[k] = Element<T>::store((Element<T>::load(x[k]) - m.mean) * m.inverse * scale + bias);
  }
}

// By statistics that are given: inputs 1 to 4 are scale, bias, mean and variance of the channels, c.d[0]
// elements of a channel, c.d[1] channels.
template <typename T, typename S, typename M>
__device__ __forceinline__ void batchNormalize(const Call& c) {
  eachItem(c, [&](u32 i) {
    u32 plane = c.d[0].divide(i), channel = plane - c.d[1].divide(plane) * c.d[1].divisor;
    float mean = Element<M>::load(c.input<M>(3)[channel]),
          variance = Element<M>::load(c.input<M>(4)[channel]);
    float y = (Element<T>::load(c.input<T>(0)[i]) - mean) / sqrtf(variance + c.f[0]);
    y = y * Element<S>::load(c.input<S>(1)[channel]) + Element<S>::load(c.input<S>(2)[channel]);
    c.output<T>(0)[i] = Element<T>::store(y);
  });
}

// A block for each run of c.n[1] elements; statistics of type M go to outputs 1 and 2. c.n[8 + a], c.n[16 +
// a]: strides of scale and bias along the c.n[2] axes of extents c.d[a] that a run has.
template <typename T, typename S, typename M>
__device__ __forceinline__ void normalizeWithStatistics(const Call& c) {
  allowNext();
  waitForPrevious();
  const T* x = c.input<T>(0) + static_cast<i64>(blockIdx.x) * c.n[1];
  Moments m = momentsOf(c, x);
  for (i32 k = threadIdx.x; k < c.n[1] && c.out[0]; k += kCallThreads) {
    u32 rest = k;
    i32 s = 0, b = 0;
    for (int a = c.n[2] - 1; a >= 0; --a) {
      u32 next = c.d[a].divide(rest);
      i32 at = static_cast<i32>(rest - next * c.d[a].divisor);
      s += at * c.n[8 + a], b += at * c.n[16 + a];
      rest = next;
    }
    float y = (Element<T>::load(x[k]) - m.mean) * m.inverse * Element<S>::load(c.input<S>(1)[s]);
    if (c.in[2]) y += Element<S>::load(c.input<S>(2)[b]);
    c.output<T>(0)[static_cast<i64>(blockIdx.x) * c.n[1] + k] = Element<T>::store(y);
  }
  if (threadIdx.x) return;
  if (c.out[1]) c.output<M>(1)[blockIdx.x] = Element<M>::store(m.mean);
  if (c.out[2]) c.output<M>(2)[blockIdx.x] = Element<M>::store(m.inverse);
}

// Lanes along an axis of c.n[1] positions with c.n[2] = c.d[0] elements each, a warp for each lane.
template <typename T, bool SQUARES>
__device__ __forceinline__ void normalizeLength(const Call& c) {
  allowNext();
  waitForPrevious();
  u32 lane = (blockIdx.x * kCallThreads + threadIdx.x) / 32;
  if (lane >= c.count) return;
  u32 outer = c.d[0].divide(lane), from = outer * c.n[1] * c.n[2] + lane - outer * c.d[0].divisor;
  float sum = 0;
  for (i32 k = threadIdx.x % 32; k < c.n[1]; k += 32) {
    float x = Element<T>::load(c.input<T>(0)[from + k * c.n[2]]);
    sum += SQUARES ? x * x : fabsf(x);
  }
#pragma unroll
  for (int step = 16; step; step /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, step);
  float length = SQUARES ? sqrtf(sum) : sum;
  for (i32 k = threadIdx.x % 32; k < c.n[1]; k += 32) {
    float x = Element<T>::load(c.input<T>(0)[from + k * c.n[2]]);
    c.output<T>(0)[from + k * c.n[2]] = Element<T>::store(length != 0 ? x / length : x);
  }
}

// Classes of c.n[1], c.n[2] = c.d[0] places each: logarithms of softmax into output 1 or the workspace.
template <typename T, bool TO_OUTPUT>
__device__ __forceinline__ void logProbabilities(const Call& c) {
  float* all = static_cast<float*>(c.workspace);
  eachItem(c, [&](u32 lane) {
    u32 outer = c.d[0].divide(lane), from = outer * c.n[1] * c.n[2] + lane - outer * c.d[0].divisor;
    float top = -math::infinity<float>(), sum = 0;
    for (i32 k = 0; k < c.n[1]; ++k) top = fmaxf(top, Element<T>::load(c.input<T>(0)[from + k * c.n[2]]));
    for (i32 k = 0; k < c.n[1]; ++k) sum += expf(Element<T>::load(c.input<T>(0)[from + k * c.n[2]]) - top);
    for (i32 k = 0; k < c.n[1]; ++k) {
      u32 at = from + k * c.n[2];
      float y = Element<T>::load(c.input<T>(0)[at]) - top - logf(sum);
      all[at] = y;
      if (TO_OUTPUT) c.output<T>(1)[at] = Element<T>::store(y);
    }
  });
}

enum { kEach, kTotal, kMean };

// Minus the (weighted) numbers at the classes of input 1. One block where they are reduced. c.n[3]: a class
// is ignored, c.n[4]: which. FROM_WORKSPACE: the numbers are floats there.
template <typename T, typename I, int HOW, bool FROM_WORKSPACE>
__device__ __forceinline__ void likelihood(const Call& c) {
  float total = 0, weights = 0;
  eachItem(c, [&](u32 lane) {
    u32 outer = c.d[0].divide(lane), from = outer * c.n[1] * c.n[2] + lane - outer * c.d[0].divisor;
    i64 label = c.input<I>(1)[lane];
    bool counts = label >= 0 && label < c.n[1] && !(c.n[3] && label == c.n[4]);
    float weight = !counts ? 0.f : c.in[2] ? static_cast<float>(Element<T>::load(c.input<T>(2)[label])) : 1.f;
    float loss = 0;
    if (counts) {
      u32 at = from + static_cast<u32>(label) * c.n[2];
      loss = -weight * (FROM_WORKSPACE ? static_cast<const float*>(c.workspace)[at]
                                       : static_cast<float>(Element<T>::load(c.input<T>(0)[at])));
    }
    if (HOW == kEach) c.output<T>(0)[lane] = Element<T>::store(loss);
    total += loss, weights += weight;
  });
  if (HOW == kEach) return;
  total = sumOfBlock(total), weights = sumOfBlock(weights);
  if (threadIdx.x == 0) *c.output<T>(0) = Element<T>::store(HOW == kMean ? total / weights : total);
}
