// Functions that pointwise expressions call (codegen/expression.cpp). T is the type of a register: float,
// double or an integer. Integers wrap around; where the C++ operator would be undefined, these have a value.
#pragma once

#include "common.cuh"

namespace math {

template <typename T>
__device__ __forceinline__ T infinity() {
  return static_cast<T>(__uint_as_float(0x7f800000u));
}

template <typename T>
__device__ __forceinline__ T larger(T a, T b) {
  return a > b || a != a ? a : b;
}
template <typename T>
__device__ __forceinline__ T smaller(T a, T b) {
  return a < b || a != a ? a : b;
}
// Bounds one by one: where low is above high, high wins; NaN passes through.
template <typename T>
__device__ __forceinline__ T atLeast(T x, T low) {
  return x < low ? low : x;
}
template <typename T>
__device__ __forceinline__ T atMost(T x, T high) {
  return x > high ? high : x;
}
template <typename T>
__device__ __forceinline__ T sign(T x) {
  return x != x ? x : static_cast<T>((x > T(0)) - (x < T(0)));
}
template <typename T>
__device__ __forceinline__ T absolute(T x) {
  return x > T(0) ? x : static_cast<T>(T(0) - x);
}

template <typename T>
__device__ __forceinline__ T divide(T a, T b) {
  if (b == T(0)) return T(0);
  if (T(-1) < T(0) && b == T(-1)) return static_cast<T>(T(0) - a);
  return static_cast<T>(a / b);
}
template <typename T>
__device__ __forceinline__ T truncatingMod(T a, T b) {
  if (b == T(0) || (T(-1) < T(0) && b == T(-1))) return T(0);
  return static_cast<T>(a % b);
}
__device__ __forceinline__ float truncatingMod(float a, float b) { return fmod(a, b); }
__device__ __forceinline__ double truncatingMod(double a, double b) { return fmod(a, b); }
// The remainder has the sign of b.
template <typename T>
__device__ __forceinline__ T flooringMod(T a, T b) {
  T r = truncatingMod(a, b);
  return r != T(0) && (r < T(0)) != (b < T(0)) ? static_cast<T>(r + b) : r;
}
template <typename T>
__device__ __forceinline__ T flooringFloatMod(T a, T b) {
  T r = fmod(a, b);
  if (r == T(0)) return copysign(T(0), b);
  return (r < T(0)) != (b < T(0)) ? r + b : r;
}

template <typename T>
__device__ __forceinline__ T integerPower(T base, i64 exponent) {
  if (exponent < 0) {
    if (base == T(1)) return T(1);
    if (T(-1) < T(0) && base == T(-1)) return exponent % 2 ? T(-1) : T(1);
    return T(0);
  }
  u64 result = 1, factor = static_cast<u64>(base);
  for (; exponent; exponent >>= 1, factor *= factor)
    if (exponent & 1) result *= factor;
  return static_cast<T>(result);
}

template <typename T>
__device__ __forceinline__ T shiftLeft(T x, T by) {
  return by < T(0) || by >= T(8 * sizeof(T)) ? T(0) : static_cast<T>(static_cast<u64>(x) << by);
}
template <typename T>
__device__ __forceinline__ T shiftRight(T x, T by) {
  return by < T(0) || by >= T(8 * sizeof(T)) ? (x < T(0) ? T(-1) : T(0)) : static_cast<T>(x >> by);
}

// Floats truncate, through 64 bits, of which a narrower integer keeps the low ones; NaN becomes 0.
template <typename To, typename From>
__device__ __forceinline__ To truncate(From x) {
  if (x != x) return To(0);
  return sizeof(To) == 8 ? static_cast<To>(x) : static_cast<To>(static_cast<i64>(x));
}
template <typename Memory, typename From>
__device__ __forceinline__ float roundTo(From x) {
  return toFloat(Element<Memory>::store(static_cast<float>(x)));
}
template <typename To, typename From>
__device__ __forceinline__ To bitCast(From x) {
  static_assert(sizeof(To) == sizeof(From), "bits of one width");
  To result;
  memcpy(&result, &x, sizeof(To));
  return result;
}

template <typename T>
__device__ __forceinline__ T sigmoid(T x) {
  return T(1) / (T(1) + exp(-x));
}
template <typename T>
__device__ __forceinline__ T softplus(T x) {
  return (x > T(0) ? x : T(0)) + log1p(exp(-fabs(x)));
}
// At minus infinity the product would be NaN; the limit is zero.
template <typename T>
__device__ __forceinline__ T swish(T x, T alpha) {
  return alpha * x < T(-700) ? T(0) : x / (T(1) + exp(-alpha * x));
}
__device__ __forceinline__ float shortExp2(float x) {
  float r;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x));
  return r;
}
__device__ __forceinline__ float shortReciprocal(float x) {
  float r;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x));
  return r;
}
// The error function to 2e-7 (Abramowitz and Stegun 7.1.26), in half the instructions of the library's: what
// follows 1 + erf(x) cannot use more.
__device__ __forceinline__ float shortErf(float x) {
  float a = fabs(x), t = shortReciprocal(fma(0.3275911f, a, 1.0f));
  float e = shortExp2(a * a * -1.4426950408889634f);
  float p =
      fma(fma(fma(fma(1.061405429f, t, -1.453152027f), t, 1.421413741f), t, -0.284496736f), t, 0.254829592f);
  return copysign(1.0f - p * t * e, x);
}
__device__ __forceinline__ double shortErf(double x) { return erf(x); }
template <typename T>
__device__ __forceinline__ T gelu(T x) {
  return T(0.5) * x * (T(1) + shortErf(x * T(0.70710678118654752)));
}
template <typename T>
__device__ __forceinline__ T geluTanh(T x) {
  return T(0.5) * x * (T(1) + tanh(T(0.79788456080286536) * (x + T(0.044715) * x * x * x)));
}

// Forms for results of 16 bits, of as few instructions as their precision allows: an epilogue computes them
// while the tensor cores may be waiting. NaN and infinities come out as from the forms above.
__device__ __forceinline__ float sigmoid16(float x) {
  return shortReciprocal(1.0f + shortExp2(x * -1.4426950408889634f));
}
__device__ __forceinline__ float swish16(float x, float alpha) {
  float y = alpha * x;
  return y < -80.0f ? 0.0f : x * sigmoid16(y);
}
// max(x, 0) - |x| * erfc(|x| / sqrt(2)) / 2. The logarithm of the last factor is a polynomial, to 1.2e-4 of
// the factor (fitted for |x| <= 6; from 10 on there is nothing left of it).
__device__ __forceinline__ float gelu16(float x) {
  float a, positive;
  asm("min.NaN.f32 %0, %1, %2;" : "=f"(a) : "f"(fabs(x)), "f"(10.0f));
  asm("max.NaN.f32 %0, %1, %2;" : "=f"(positive) : "f"(x), "f"(0.0f));
  float p = fma(2.24777195e-5f, a, -6.00091938e-4f);
  p = fma(fma(fma(fma(p, a, 7.10685877e-3f), a, -5.08569218e-2f), a, -0.461807013f), a, -1.14991629f);
  return positive - a * shortExp2(fma(p, a, -1.0f));
}
// x * sigmoid(2u), as 1 + tanh(u) = 2 * sigmoid(2u).
__device__ __forceinline__ float geluTanh16(float x) {
  return swish16(x, 1.5957691216057308f * fma(0.044715f * x, x, 1.0f));
}
template <typename T>
__device__ __forceinline__ T hardSwish(T x) {
  return x * fmax(T(0), fmin(T(1), x / T(6) + T(0.5)));
}
template <typename T>
__device__ __forceinline__ T shrink(T x, T lambd, T bias) {
  return x < -lambd ? x + bias : x > lambd ? x - bias : x != x ? x : T(0);
}
template <typename T>
__device__ __forceinline__ T clamp(T x, T low, T high) {
  return x < low ? low : x > high ? high : x;
}

}  // namespace math
