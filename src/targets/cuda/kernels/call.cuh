// One form of parameters for many small kernels (tactics/call_tactic.h): what each number means is said where
// the kernel is.
#pragma once

#include "math.cuh"

constexpr int kCallThreads = 256;

struct Call {
  const void* in[8];
  void* out[4];
  void* workspace;
  u32 count;  // items
  i32 n[40];
  float f[8];
  Divisor d[12];

  template <typename T>
  __device__ __forceinline__ const T* input(int i) const {
    return static_cast<const T*>(in[i]);
  }
  template <typename T>
  __device__ __forceinline__ T* output(int i) const {
    return static_cast<T*>(out[i]);
  }
};

// f(i) for every item.
template <class F>
__device__ __forceinline__ void eachItem(const Call& c, F f) {
  allowNext();
  waitForPrevious();
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < c.count; i += gridDim.x * blockDim.x) f(i);
}

template <typename T>
using Register = typename Element<T>::Register;

// What `combine` makes of x of all threads up to this one, this one included; `total`: of all threads.
template <typename R, class F>
__device__ __forceinline__ R scanBlock(R x, F combine, R& before, R start, R& total) {
  __shared__ R parts[kCallThreads];
  __syncthreads();
  parts[threadIdx.x] = x;
  __syncthreads();
#pragma unroll
  for (u32 step = 1; step < kCallThreads; step *= 2) {
    R other = threadIdx.x >= step ? parts[threadIdx.x - step] : start;
    __syncthreads();
    if (threadIdx.x >= step) parts[threadIdx.x] = x = combine(other, x);
    __syncthreads();
  }
  before = threadIdx.x ? parts[threadIdx.x - 1] : start;
  total = parts[kCallThreads - 1];
  return x;
}
