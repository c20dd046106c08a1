// What every kernel uses: element types without CUDA's headers (which take longer to compile than the
// kernels), vectors, and the order of launches.
#pragma once

typedef unsigned char u8;
typedef signed char i8;
typedef unsigned short u16;
typedef short i16;
typedef unsigned int u32;
typedef int i32;
typedef unsigned long long u64;
typedef long long i64;

// 16-bit floats as they lie in memory; arithmetic is done in float.
struct f16 {
  u16 bits;
};
struct bf16 {
  u16 bits;
};

__device__ __forceinline__ float toFloat(f16 x) {
  float r;
  asm("cvt.f32.f16 %0, %1;" : "=f"(r) : "h"(x.bits));
  return r;
}
__device__ __forceinline__ float toFloat(bf16 x) { return __uint_as_float(static_cast<u32>(x.bits) << 16); }

// load<T>: the register type of an element; store<T> rounds to nearest even.
template <typename T>
struct Element {
  typedef T Register;
  static __device__ __forceinline__ T load(T x) { return x; }
  static __device__ __forceinline__ T store(T x) { return x; }
};
template <>
struct Element<f16> {
  typedef float Register;
  static __device__ __forceinline__ float load(f16 x) { return toFloat(x); }
  static __device__ __forceinline__ f16 store(float x) {
    f16 r;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(r.bits) : "f"(x));
    return r;
  }
};
template <>
struct Element<bf16> {
  typedef float Register;
  static __device__ __forceinline__ float load(bf16 x) { return toFloat(x); }
  static __device__ __forceinline__ bf16 store(float x) {
    bf16 r;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(r.bits) : "f"(x));
    return r;
  }
};

// N elements that are moved by one instruction; N * sizeof(T) is at most 16.
template <typename T, int N>
struct alignas(sizeof(T) * N) Vector {
  T at[N];
};

// A kernel may be started while the one before it in the stream still runs: nothing of device memory may be
// read or written before this.
__device__ __forceinline__ void waitForPrevious() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}
// The next kernel may be started from here on: its blocks take the places that become free.
__device__ __forceinline__ void allowNext() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;");
#endif
}

// The line of that address into the L2 cache.
__device__ __forceinline__ void prefetchLine(const void* address) {
  asm volatile("prefetch.global.L2 [%0];" ::"l"(address));
}

// Division of numbers under 2^31 by one that is known on the host: FastDivisor of tactics/fast_divisor.h.
struct Divisor {
  u32 divisor, multiplier, shift;
  __device__ __forceinline__ u32 divide(u32 n) const {
    return divisor == 1 ? n : __umulhi(n, multiplier) >> shift;
  }
};
