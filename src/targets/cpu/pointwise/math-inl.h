// Vector functions of one float argument, accurate to a few units in the last place.
// clang-format off
#if defined(TENFOLD_CPU_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TENFOLD_CPU_MATH_INL_H_
#undef TENFOLD_CPU_MATH_INL_H_
#else
#define TENFOLD_CPU_MATH_INL_H_
#endif
// clang-format on
#include <hwy/highway.h>

#include <limits>

HWY_BEFORE_NAMESPACE();
namespace tenfold::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using F = hn::ScalableTag<float>;
using V = hn::Vec<F>;
using I = hn::ScalableTag<int32_t>;

HWY_INLINE V set(float x) { return hn::Set(F(), x); }

// Coefficients from the lowest degree up.
template <size_t N>
HWY_INLINE V polynomial(V x, const float (&c)[N]) {
  V r = set(c[N - 1]);
  for (size_t i = N - 1; i-- > 0;) r = hn::MulAdd(r, x, set(c[i]));
  return r;
}

// The smaller or larger, and y where one of them is NaN: what the instructions of x86 do, and nobody else's.
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128 && HWY_TARGET != HWY_SCALAR
HWY_INLINE V minOrSecond(V x, V y) { return hn::Min(x, y); }
HWY_INLINE V maxOrSecond(V x, V y) { return hn::Max(x, y); }
#else
HWY_INLINE V minOrSecond(V x, V y) { return hn::IfThenElse(hn::Lt(x, y), x, y); }
HWY_INLINE V maxOrSecond(V x, V y) { return hn::IfThenElse(hn::Gt(x, y), x, y); }
#endif
HWY_INLINE V clampKeepNaN(V x, float low, float high) {
  return minOrSecond(set(high), maxOrSecond(set(low), x));
}

// 2^(x log2 e): the power of two goes into the exponent, the rest is a polynomial on [-ln2/2, ln2/2].
HWY_INLINE V expV(V x) {
  static constexpr float kPolynomial[] = {
      1.f, 1.f, 0.499999935f, 0.166665207f, 0.0416683875f, 0.00836871158f, 0.00138146091f};
  // A number even where x is NaN, for it becomes an integer; the NaN and what lies outside come in through x.
  V clamped = minOrSecond(maxOrSecond(x, set(-87.33654f)), set(88.72283f));
  V k = hn::Round(hn::Mul(clamped, set(1.44269504f)));
  V r = hn::NegMulAdd(k, set(0.693145752f), x);
  r = hn::NegMulAdd(k, set(1.42860677e-6f), r);
  V p = polynomial(r, kPolynomial);
  // k may be 128, so it is applied in two halves.
  auto ki = hn::ConvertTo(I(), k);
  auto half = hn::ShiftRight<1>(ki), rest = hn::Sub(ki, half);
  auto bias = hn::Set(I(), 127);
  p = hn::Mul(p, hn::BitCast(F(), hn::ShiftLeft<23>(hn::Add(half, bias))));
  p = hn::Mul(p, hn::BitCast(F(), hn::ShiftLeft<23>(hn::Add(rest, bias))));
  p = hn::IfThenElse(hn::Gt(x, set(88.72283f)), set(std::numeric_limits<float>::infinity()), p);
  return hn::IfThenElse(hn::Lt(x, set(-87.33654f)), hn::Zero(F()), p);
}

// x P(x^2)/Q(x^2), fitted to a relative error of 1e-8 on [0, 8.5], beyond which tanh is 1 in float.
HWY_INLINE V tanhV(V x) {
  static constexpr float kP[] = {0.999999988f, 0.134132459f, 0.00353402557f, 2.12510227e-05f,
                                 1.42691981e-08f};
  static constexpr float kQ[] = {1.f, 0.467465686f, 0.0260227465f, 0.000334886267f, 8.14511116e-07f};
  V c = clampKeepNaN(x, -8.5f, 8.5f), z = hn::Mul(c, c);
  return clampKeepNaN(hn::Div(hn::Mul(c, polynomial(z, kP)), polynomial(z, kQ)), -1.f, 1.f);
}

// The same for erf on [0, 3.92], relative error 3e-7.
HWY_INLINE V erfV(V x) {
  static constexpr float kP[] = {1.12837885f, 0.315150822f, 0.0676240597f, 0.00860580075f, 0.00030675556f};
  static constexpr float kQ[] = {1.f,           0.612619802f,  0.164180303f,
                                 0.0248165662f, 0.0021685312f, 1.7876315e-05f};
  V c = clampKeepNaN(x, -3.92f, 3.92f), z = hn::Mul(c, c);
  return clampKeepNaN(hn::Div(hn::Mul(c, polynomial(z, kP)), polynomial(z, kQ)), -1.f, 1.f);
}

HWY_INLINE V sigmoidV(V x) { return hn::Div(set(1.f), hn::Add(set(1.f), expV(hn::Neg(x)))); }
HWY_INLINE V geluV(V x) {
  V half = hn::Mul(x, set(0.5f));
  return hn::MulAdd(half, erfV(hn::Mul(x, set(0.707106781f))), half);
}
HWY_INLINE V geluTanhV(V x) {
  V cube = hn::Mul(hn::Mul(x, x), x), half = hn::Mul(x, set(0.5f));
  V inner = hn::Mul(set(0.797884561f), hn::MulAdd(cube, set(0.044715f), x));
  return hn::MulAdd(half, tanhV(inner), half);
}
HWY_INLINE V hardSigmoidV(V x, V alpha, V beta) { return clampKeepNaN(hn::MulAdd(x, alpha, beta), 0, 1); }

// f(vector) over n floats; the tail goes through a buffer, so nothing past the end is touched.
template <typename Function>
HWY_INLINE void map1(void* dst, const void* a, int64_t n, Function f) {
  F d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  float* out = static_cast<float*>(dst);
  const float* in = static_cast<const float*>(a);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(f(hn::LoadU(d, in + i)), d, out + i);
  if (i == n) return;
  HWY_ALIGN float buffer[hn::MaxLanes(d)] = {};
  for (int64_t k = i; k < n; ++k) buffer[k - i] = in[k];
  hn::Store(f(hn::Load(d, buffer)), d, buffer);
  for (int64_t k = i; k < n; ++k) out[k] = buffer[k - i];
}

template <typename Function>
HWY_INLINE void map2(void* dst, const void* a, const void* b, int64_t n, Function f) {
  F d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  float* out = static_cast<float*>(dst);
  const float *x = static_cast<const float*>(a), *y = static_cast<const float*>(b);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(f(hn::LoadU(d, x + i), hn::LoadU(d, y + i)), d, out + i);
  if (i == n) return;
  HWY_ALIGN float bx[hn::MaxLanes(d)] = {}, by[hn::MaxLanes(d)] = {};
  for (int64_t k = i; k < n; ++k) bx[k - i] = x[k], by[k - i] = y[k];
  hn::Store(f(hn::Load(d, bx), hn::Load(d, by)), d, bx);
  for (int64_t k = i; k < n; ++k) out[k] = bx[k - i];
}

}  // namespace tenfold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
