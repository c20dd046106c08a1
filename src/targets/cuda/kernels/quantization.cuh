// Quantized tensors. Where elements have a scale each, or blocks of them: c.n[0] = axes, c.d[a] their
// extents, c.n[8 + a] how many elements share a scale, c.n[16 + a] the scale's stride.
#pragma once

#include "call.cuh"

__device__ __forceinline__ i32 scaleOf(const Call& c, u32 i) {
  i32 at = 0;
  for (int a = c.n[0] - 1; a >= 0; --a) {
    u32 next = c.d[a].divide(i);
    i32 position = static_cast<i32>(i - next * c.d[a].divisor);
    at += (c.n[8 + a] == 1 ? position : position / c.n[8 + a]) * c.n[16 + a];
    i = next;
  }
  return at;
}

// Types without a register type of their own: how they are read and written. `at` counts elements.
template <typename T>
struct Whole {
  static constexpr int kPerByte = 1;
  static __device__ __forceinline__ float load(const void* p, u32 at) {
    return static_cast<float>(Element<T>::load(static_cast<const T*>(p)[at]));
  }
};
// Integers saturate; NaN becomes 0.
template <typename T, i32 LOW, u32 HIGH>
struct Rounded : Whole<T> {
  static __device__ __forceinline__ T make(float q, float zero) {
    double x = static_cast<double>(rintf(q)) + static_cast<double>(zero);
    if (x != x) return T(0);
    return static_cast<T>(x < LOW ? static_cast<double>(LOW) : x > HIGH ? static_cast<double>(HIGH) : x);
  }
};
template <bool SIGNED>
struct Nibble {
  static constexpr int kPerByte = 2;
  static __device__ __forceinline__ float load(const void* p, u32 at) {
    u32 bits = static_cast<const u8*>(p)[at / 2] >> (at % 2 * 4) & 15;
    return SIGNED && bits > 7 ? static_cast<float>(bits) - 16 : static_cast<float>(bits);
  }
  static __device__ __forceinline__ u8 make(float q, float zero) {
    float x = rintf(q) + zero, low = SIGNED ? -8 : 0, high = SIGNED ? 7 : 15;
    if (x != x) return 0;
    return static_cast<u8>(static_cast<i32>(x < low ? low : x > high ? high : x) & 15);
  }
};

// Small floats of E exponent and M mantissa bits. FINITE: no infinities, the largest code is NaN; UNSIGNED
// zero: no negative zero (its code is the only NaN).
template <int E, int M, int BIAS, bool FINITE, bool UNSIGNED_ZERO, bool SATURATE>
struct SmallFloat {
  static constexpr int kPerByte = E + M == 3 ? 2 : 1;
  static constexpr u32 kMask = (1u << M) - 1, kTop = (1u << E) - 1;
  static __device__ __forceinline__ float decode(u32 bits) {
    u32 sign = bits >> (E + M) & 1, exponent = bits >> M & kTop, mantissa = bits & kMask;
    if (E + M == 7) {
      if (UNSIGNED_ZERO && bits == 0x80) return __uint_as_float(0x7fc00000u);
      if (!UNSIGNED_ZERO && FINITE && (bits & 0x7f) == 0x7f) return __uint_as_float(0x7fc00000u);
      if (!FINITE && exponent == kTop)
        return mantissa ? __uint_as_float(0x7fc00000u) : __uint_as_float(0x7f800000u | sign << 31);
    }
    float x = exponent ? ldexpf(static_cast<float>(mantissa | 1u << M), static_cast<int>(exponent) - BIAS - M)
                       : ldexpf(static_cast<float>(mantissa), 1 - BIAS - M);
    return sign ? -x : x;
  }
  static __device__ __forceinline__ float load(const void* p, u32 at) {
    const u8* bytes = static_cast<const u8*>(p);
    return decode(kPerByte == 2 ? bytes[at / 2] >> (at % 2 * 4) & 15 : bytes[at]);
  }
  // The code of the largest finite number.
  static __device__ __forceinline__ u32 largest() {
    if (E + M == 3 || UNSIGNED_ZERO) return (1u << (E + M)) - 1;
    return FINITE ? (1u << (E + M)) - 2 : (kTop << M) - 1;
  }
  static __device__ __forceinline__ u32 beyond(u32 sign) {
    if (SATURATE || E + M == 3) return sign | largest();
    if (UNSIGNED_ZERO) return 0x80;
    return sign | (FINITE ? 0x7fu : kTop << M);
  }
  static __device__ __forceinline__ u8 make(float q, float) {
    u32 bits = __float_as_uint(q), sign = bits >> 31 << (E + M);
    float x = fabsf(q);
    if (q != q) return static_cast<u8>(E + M == 3 ? 0 : UNSIGNED_ZERO ? 0x80 : sign | 0x7f);
    float top = decode(largest());
    // Rounded to the grid of x's own exponent, or of the smallest one.
    int exponent = static_cast<int>(__float_as_uint(x) >> 23) - 127;
    if (exponent < 1 - BIAS) exponent = 1 - BIAS;
    float unit = ldexpf(1.f, exponent - M), rounded = x < top * 2 ? rintf(x / unit) * unit : x;
    if (rounded > top) return static_cast<u8>(beyond(sign));
    if (rounded == 0) return static_cast<u8>(UNSIGNED_ZERO ? 0 : sign);
    exponent = static_cast<int>(__float_as_uint(rounded) >> 23) - 127;
    u32 code;
    if (exponent < 1 - BIAS)
      code = static_cast<u32>(rounded * ldexpf(1.f, BIAS + M - 1));
    else
      code = static_cast<u32>(exponent + BIAS) << M | ((__float_as_uint(rounded) >> (23 - M)) & kMask);
    return static_cast<u8>(sign | code);
  }
};

// PRECISION: what the quotient is rounded to. Input 2 is the zero point. An item is W elements that share a
// scale, or a byte.
template <typename T, typename S, class Q, class PRECISION, typename BITS, int W>
__device__ __forceinline__ void quantize(const Call& c) {
  auto scaleAt = [&](i32 k) { return static_cast<float>(Element<S>::load(c.input<S>(1)[k])); };
  auto zeroAt = [&](i32 k) { return c.in[2] ? Q::load(c.in[2], k) : 0.f; };
  auto one = [&](T x, float scale, float zero) {
    float q = static_cast<float>(Element<T>::load(x)) / scale;
    return Q::make(static_cast<float>(Element<PRECISION>::load(Element<PRECISION>::store(q))), zero);
  };
  eachItem(c, [&](u32 i) {
    if constexpr (Q::kPerByte == 1) {
      i32 k = scaleOf(c, i * W);
      float scale = scaleAt(k), zero = zeroAt(k);
      auto x = static_cast<const Vector<T, W>*>(c.in[0])[i];
      Vector<BITS, W> y;
#pragma unroll
      for (int w = 0; w < W; ++w) y.at[w] = static_cast<BITS>(one(x.at[w], scale, zero));
      static_cast<Vector<BITS, W>*>(c.out[0])[i] = y;
    } else {
      auto nibble = [&](u32 at) -> u32 {
        if (at >= static_cast<u32>(c.n[1])) return 0;
        i32 k = scaleOf(c, at);
        return static_cast<u32>(one(c.input<T>(0)[at], scaleAt(k), zeroAt(k)));
      };
      c.output<u8>(0)[i] = static_cast<u8>(nibble(2 * i) | nibble(2 * i + 1) << 4);
    }
  });
}

// SHIFTED: there is a zero point that counts.
template <class Q, typename S, typename T, bool SHIFTED, int W>
__device__ __forceinline__ void dequantize(const Call& c) {
  eachItem(c, [&](u32 i) {
    i32 k = scaleOf(c, i * W);
    float scale = static_cast<float>(Element<S>::load(c.input<S>(1)[k])),
          zero = SHIFTED ? Q::load(c.in[2], k) : 0.f;
    Vector<T, W> y;
#pragma unroll
    for (int w = 0; w < W; ++w) y.at[w] = Element<T>::store((Q::load(c.in[0], i * W + w) - zero) * scale);
    static_cast<Vector<T, W>*>(c.out[0])[i] = y;
  });
}
// Differences of 32-bit integers do not fit a float.
template <typename I, typename S, typename T, bool SHIFTED>
__device__ __forceinline__ void dequantizeWide(const Call& c) {
  eachItem(c, [&](u32 i) {
    i32 k = scaleOf(c, i);
    double x =
        static_cast<double>(c.input<I>(0)[i]) - (SHIFTED ? static_cast<double>(c.input<I>(2)[k]) : 0.0);
    c.output<T>(0)[i] =
        Element<T>::store(static_cast<float>(x) * static_cast<float>(Element<S>::load(c.input<S>(1)[k])));
  });
}

// To u8 by the tensor's own range. The workspace holds the largest and the negated smallest element as bits
// of floats that are not negative, so that they are ordered as integers.
__device__ __forceinline__ void clearRange(const Call& c) {
  allowNext();
  waitForPrevious();
  if (threadIdx.x < 2) static_cast<u32*>(c.workspace)[threadIdx.x] = 0;
}
template <typename T>
__device__ __forceinline__ void findRange(const Call& c) {
  u32* range = static_cast<u32*>(c.workspace);
  float high = 0, low = 0;
  eachItem(c, [&](u32 i) {
    float x = Element<T>::load(c.input<T>(0)[i]);
    high = fmaxf(high, x);
    low = fmaxf(low, -x);
  });
#pragma unroll
  for (int step = 16; step; step /= 2) {
    high = fmaxf(high, __shfl_xor_sync(0xffffffffu, high, step));
    low = fmaxf(low, __shfl_xor_sync(0xffffffffu, low, step));
  }
  if (threadIdx.x % 32 == 0) {
    atomicMax(&range[0], __float_as_uint(high));
    atomicMax(&range[1], __float_as_uint(low));
  }
}
template <typename T>
__device__ __forceinline__ void quantizeByRange(const Call& c) {
  waitForPrevious();
  const u32* range = static_cast<const u32*>(c.workspace);
  float high = __uint_as_float(range[0]), low = __uint_as_float(range[1]);
  float scale = __fdiv_rn(high + low == 0 ? 1.f : high + low, 255.f);
  float zero = rintf(fminf(fmaxf(low / scale, 0.f), 255.f));
  eachItem(c, [&](u32 i) {
    float q = rintf(Element<T>::load(c.input<T>(0)[i]) / scale) + zero;
    if (c.out[0]) c.output<u8>(0)[i] = static_cast<u8>(fminf(fmaxf(q, 0.f), 255.f));
  });
  if (blockIdx.x == 0 && threadIdx.x == 0) {
    if (c.out[1]) *c.output<float>(1) = scale;
    if (c.out[2]) *c.output<u8>(2) = static_cast<u8>(zero);
  }
}

// Products of 8-bit integers: c.n[1] = K, c.n[2] = N, c.d[0] = N, c.d[1] = M, batches of the result by
// c.d[2...] with strides c.n[8...] of a and c.n[16...] of b in matrices (c.n[3] axes). c.n[4], c.n[5]:
// elements of the zero points.
template <typename A, typename B>
__device__ __forceinline__ void multiplyIntegers(const Call& c) {
  eachItem(c, [&](u32 i) {
    u32 line = c.d[0].divide(i), column = i - line * c.d[0].divisor;
    u32 matrix = c.d[1].divide(line), row = line - matrix * c.d[1].divisor;
    i32 a = 0, b = 0;
    u32 rest = matrix;
    for (int d = c.n[3] - 1; d >= 0; --d) {
      u32 next = c.d[2 + d].divide(rest);
      i32 at = static_cast<i32>(rest - next * c.d[2 + d].divisor);
      a += at * c.n[8 + d], b += at * c.n[16 + d];
      rest = next;
    }
    i32 m = static_cast<i32>(c.d[1].divisor), n = c.n[2], k = c.n[1];
    i32 zeroA = 0, zeroB = 0;
    if (c.n[4]) zeroA = c.input<A>(2)[(a * m + static_cast<i32>(row)) % c.n[4]];
    if (c.n[5]) zeroB = c.input<B>(3)[(b * n + static_cast<i32>(column)) % c.n[5]];
    const A* left = c.input<A>(0) + (a * m + static_cast<i32>(row)) * k;
    const B* right = c.input<B>(1) + b * k * n + static_cast<i32>(column);
    i32 sum = 0;
    for (i32 t = 0; t < k; ++t) sum += (left[t] - zeroA) * (right[t * n] - zeroB);
    c.output<i32>(0)[i] = sum;
  });
}

// Convolutions of up to three spatial axes: c.n[1...] groups, channels of a group, output channels of a
// group; for axis a: c.n[8 + a] input extent, c.n[11 + a] kernel, c.n[14 + a] stride, c.n[17 + a] dilation,
// c.n[20 + a] padding, c.d[1 + a] output extent; c.d[0] output channels. c.n[4]: elements of the weights'
// zero points.
template <typename X, typename W>
__device__ __forceinline__ void convolveIntegers(const Call& c) {
  eachItem(c, [&](u32 i) {
    u32 rest = i;
    i32 at[3];
#pragma unroll
    for (int a = 2; a >= 0; --a) {
      u32 next = c.d[1 + a].divide(rest);
      at[a] = static_cast<i32>(rest - next * c.d[1 + a].divisor) * c.n[14 + a] - c.n[20 + a];
      rest = next;
    }
    u32 image = c.d[0].divide(rest), channel = rest - image * c.d[0].divisor;
    i32 group = static_cast<i32>(channel) / c.n[3], channels = c.n[2];
    i32 zeroX = c.in[2] ? *c.input<X>(2) : 0;
    i32 zeroW = c.n[4] ? c.input<W>(3)[c.n[4] == 1 ? 0 : channel] : 0, sum = 0;
    i32 taps = c.n[11] * c.n[12] * c.n[13], plane = c.n[8] * c.n[9] * c.n[10];
    for (i32 k = 0; k < channels; ++k) {
      const X* x =
          c.input<X>(0) + (static_cast<i32>(image) * c.n[1] * channels + group * channels + k) * plane;
      const W* w = c.input<W>(1) + (static_cast<i32>(channel) * channels + k) * taps;
      for (i32 p = 0; p < c.n[11]; ++p)
        for (i32 q = 0; q < c.n[12]; ++q)
          for (i32 r = 0; r < c.n[13]; ++r) {
            i32 z = at[0] + p * c.n[17], y = at[1] + q * c.n[18], v = at[2] + r * c.n[19];
            bool inside = z >= 0 && z < c.n[8] && y >= 0 && y < c.n[9] && v >= 0 && v < c.n[10];
            if (inside)
              sum +=
                  (x[(z * c.n[9] + y) * c.n[10] + v] - zeroX) * (w[(p * c.n[12] + q) * c.n[13] + r] - zeroW);
          }
    }
    c.output<i32>(0)[i] = sum;
  });
}
