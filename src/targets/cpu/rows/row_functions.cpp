#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "targets/cpu/rows/row_functions.cpp"
#include <hwy/foreach_target.h>
#include "targets/cpu/simd.h"
// After foreach_target.h:
#include <hwy/highway.h>

#include <cmath>

#include "targets/cpu/pointwise/math-inl.h"
#include "targets/cpu/rows/row_functions.h"

HWY_BEFORE_NAMESPACE();
namespace tenfold::cpu::HWY_NAMESPACE {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Sum {
  static constexpr float kIdentity = 0;
  HWY_INLINE V map(V x) const { return x; }
  HWY_INLINE V combine(V a, V b) const { return hn::Add(a, b); }
  float combine(float a, float b) const { return a + b; }
  float map(float x) const { return x; }
};
struct SumAbs : Sum {
  HWY_INLINE V map(V x) const { return hn::Abs(x); }
  float map(float x) const { return std::fabs(x); }
};
struct SumSquares : Sum {
  HWY_INLINE V map(V x) const { return hn::Mul(x, x); }
  float map(float x) const { return x * x; }
};
// A NaN stays.
struct Max {
  static constexpr float kIdentity = -kInfinity;
  HWY_INLINE V map(V x) const { return x; }
  HWY_INLINE V combine(V a, V b) const { return hn::IfThenElse(hn::IsNaN(a), a, maxOrSecond(a, b)); }
  float combine(float a, float b) const { return std::isnan(a) ? a : b > a || std::isnan(b) ? b : a; }
  float map(float x) const { return x; }
};
struct Min {
  static constexpr float kIdentity = kInfinity;
  HWY_INLINE V map(V x) const { return x; }
  HWY_INLINE V combine(V a, V b) const { return hn::IfThenElse(hn::IsNaN(a), a, minOrSecond(a, b)); }
  float combine(float a, float b) const { return std::isnan(a) ? a : b < a || std::isnan(b) ? b : a; }
  float map(float x) const { return x; }
};
struct Product {
  static constexpr float kIdentity = 1;
  HWY_INLINE V map(V x) const { return x; }
  HWY_INLINE V combine(V a, V b) const { return hn::Mul(a, b); }
  float combine(float a, float b) const { return a * b; }
  float map(float x) const { return x; }
};

template <typename Op>
float fold(const Op& op, V v) {
  F d;
  HWY_ALIGN float lanes[hn::MaxLanes(d)];
  hn::Store(v, d, lanes);
  float r = lanes[0];
  for (size_t i = 1; i < hn::Lanes(d); ++i) r = op.combine(r, lanes[i]);
  return r;
}

template <typename Op>
float reduceRow(const Op& op, const float* x, int64_t n) {
  F d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  V a = set(Op::kIdentity), b = a, c = a, e = a;
  int64_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    a = op.combine(a, op.map(hn::LoadU(d, x + i)));
    b = op.combine(b, op.map(hn::LoadU(d, x + i + lanes)));
    c = op.combine(c, op.map(hn::LoadU(d, x + i + 2 * lanes)));
    e = op.combine(e, op.map(hn::LoadU(d, x + i + 3 * lanes)));
  }
  for (; i + lanes <= n; i += lanes) a = op.combine(a, op.map(hn::LoadU(d, x + i)));
  float r = fold(op, op.combine(op.combine(a, b), op.combine(c, e)));
  for (; i < n; ++i) r = op.combine(r, op.map(x[i]));
  return r;
}

template <typename Op>
void accumulateRow(const Op& op, float* into, const float* x, int64_t n) {
  F d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    hn::StoreU(op.combine(hn::LoadU(d, into + i), op.map(hn::LoadU(d, x + i))), d, into + i);
  for (; i < n; ++i) into[i] = op.combine(into[i], op.map(x[i]));
}

float reduce(Reduction r, const float* x, int64_t n) {
  switch (r) {
    case Reduction::kSum:
      return reduceRow(Sum(), x, n);
    case Reduction::kSumAbs:
      return reduceRow(SumAbs(), x, n);
    case Reduction::kSumSquares:
      return reduceRow(SumSquares(), x, n);
    case Reduction::kMax:
      return reduceRow(Max(), x, n);
    case Reduction::kMin:
      return reduceRow(Min(), x, n);
    case Reduction::kProduct:
      return reduceRow(Product(), x, n);
  }
  return 0;
}

void accumulate(Reduction r, float* into, const float* x, int64_t n) {
  switch (r) {
    case Reduction::kSum:
      return accumulateRow(Sum(), into, x, n);
    case Reduction::kSumAbs:
      return accumulateRow(SumAbs(), into, x, n);
    case Reduction::kSumSquares:
      return accumulateRow(SumSquares(), into, x, n);
    case Reduction::kMax:
      return accumulateRow(Max(), into, x, n);
    case Reduction::kMin:
      return accumulateRow(Min(), into, x, n);
    case Reduction::kProduct:
      return accumulateRow(Product(), into, x, n);
  }
}

void affine(const float* x, float* out, int64_t n, float scale, float bias) {
  map1(out, x, n, [scale, bias](V v) HWY_ATTR { return hn::MulAdd(v, set(scale), set(bias)); });
}

void addScaled(float* into, const float* x, int64_t n, float scale) {
  map2(into, into, x, n, [scale](V a, V b) HWY_ATTR { return hn::MulAdd(b, set(scale), a); });
}

// out[i] = exp(x[i] - largest); gives their sum. With out null, only the sum.
float expRow(const float* x, float* out, int64_t n, float largest) {
  F d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  V shift = set(largest), a = hn::Zero(d), b = a;
  int64_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    V p = expV(hn::Sub(hn::LoadU(d, x + i), shift)), q = expV(hn::Sub(hn::LoadU(d, x + i + lanes), shift));
    a = hn::Add(a, p);
    b = hn::Add(b, q);
    if (out) hn::StoreU(p, d, out + i), hn::StoreU(q, d, out + i + lanes);
  }
  float sum = fold(Sum(), hn::Add(a, b));
  HWY_ALIGN float buffer[hn::MaxLanes(d)];
  for (; i < n; i += lanes) {
    int64_t left = n - i < lanes ? n - i : lanes;
    for (int64_t k = 0; k < lanes; ++k) buffer[k] = k < left ? x[i + k] : -kInfinity;
    hn::Store(expV(hn::Sub(hn::Load(d, buffer), shift)), d, buffer);
    for (int64_t k = 0; k < left; ++k) {
      sum += buffer[k];
      if (out) out[i + k] = buffer[k];
    }
  }
  return sum;
}

void softmax(const float* x, float* out, int64_t n) {
  float sum = expRow(x, out, n, reduceRow(Max(), x, n));
  affine(out, out, n, 1 / sum, 0);
}

float logSumExp(const float* x, int64_t n) {
  float largest = reduceRow(Max(), x, n);
  if (std::isinf(largest)) return largest;  // infinities have no difference
  return largest + std::log(expRow(x, nullptr, n, largest));
}

void logSoftmax(const float* x, float* out, int64_t n) {
  float largest = reduceRow(Max(), x, n);
  affine(x, out, n, 1, -(largest + std::log(expRow(x, nullptr, n, largest))));
}

void normalize(const float* x, float* out, int64_t n, bool centered, float epsilon, const float* scale,
               const float* bias) {
  F d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  float mean = centered ? reduceRow(Sum(), x, n) / static_cast<float>(n) : 0;
  V m = set(mean), a = hn::Zero(d), b = a;
  int64_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    V p = hn::Sub(hn::LoadU(d, x + i), m), q = hn::Sub(hn::LoadU(d, x + i + lanes), m);
    a = hn::MulAdd(p, p, a);
    b = hn::MulAdd(q, q, b);
  }
  float squares = fold(Sum(), hn::Add(a, b));
  for (; i < n; ++i) squares += (x[i] - mean) * (x[i] - mean);
  float inverse = 1 / std::sqrt(squares / static_cast<float>(n) + epsilon);
  V s = set(inverse);
  for (i = 0; i + lanes <= n; i += lanes) {
    V v = hn::Mul(hn::Sub(hn::LoadU(d, x + i), m), s);
    if (scale) v = hn::Mul(v, hn::LoadU(d, scale + i));
    if (bias) v = hn::Add(v, hn::LoadU(d, bias + i));
    hn::StoreU(v, d, out + i);
  }
  for (; i < n; ++i) out[i] = (x[i] - mean) * inverse * (scale ? scale[i] : 1) + (bias ? bias[i] : 0);
}

RowFunctions makeRowFunctions() {
  return {reduce, accumulate, softmax, logSoftmax, logSumExp, normalize, addScaled, affine};
}

}  // namespace tenfold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tenfold::cpu {
HWY_EXPORT(makeRowFunctions);
const RowFunctions& rowFunctions() {
  static const RowFunctions table = HWY_DYNAMIC_DISPATCH(makeRowFunctions)();
  return table;
}
float identityOf(Reduction r) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  return r == Reduction::kMax ? -kInf : r == Reduction::kMin ? kInf : r == Reduction::kProduct ? 1.f : 0.f;
}
}  // namespace tenfold::cpu
#endif
