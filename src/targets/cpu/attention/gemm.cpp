#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "targets/cpu/attention/gemm.cpp"
#include <hwy/foreach_target.h>
#include "targets/cpu/simd.h"
// After foreach_target.h:
#include <hwy/highway.h>

#include <algorithm>

#include "targets/cpu/attention/gemm.h"

HWY_BEFORE_NAMESPACE();
namespace tenfold::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using F = hn::ScalableTag<float>;
using V = hn::Vec<F>;

// Rows of a register tile: with two vectors of columns, what the registers hold.
#if HWY_TARGET == HWY_AVX3
constexpr int kRows = 12;
#else
constexpr int kRows = 6;
#endif

struct Operands {
  const float* a;
  int64_t lda;
  const float* b;
  int64_t ldb;
  float* c;
  int64_t ldc;
  int64_t k;
  bool add;
};

// A tile of R rows and one or two vectors of columns.
template <int R, bool kTwo>
HWY_INLINE void tile(const Operands& o) {
  F d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  V left[R], right[R];
  for (int r = 0; r < R; ++r) {
    left[r] = o.add ? hn::LoadU(d, o.c + r * o.ldc) : hn::Zero(d);
    right[r] = kTwo && o.add ? hn::LoadU(d, o.c + r * o.ldc + lanes) : hn::Zero(d);
  }
  for (int64_t k = 0; k < o.k; ++k) {
    V p = hn::LoadU(d, o.b + k * o.ldb), q = p;
    if constexpr (kTwo) q = hn::LoadU(d, o.b + k * o.ldb + lanes);
    HWY_UNROLL(12)
    for (int r = 0; r < R; ++r) {
      V x = hn::Set(d, o.a[r * o.lda + k]);
      left[r] = hn::MulAdd(x, p, left[r]);
      if constexpr (kTwo) right[r] = hn::MulAdd(x, q, right[r]);
    }
  }
  for (int r = 0; r < R; ++r) {
    hn::StoreU(left[r], d, o.c + r * o.ldc);
    if constexpr (kTwo) hn::StoreU(right[r], d, o.c + r * o.ldc + lanes);
  }
}

// One row against N vectors of columns, two steps at a time: enough sums under way to hide their latency.
template <int N>
HWY_INLINE void wideRow(const Operands& o) {
  F d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  V even[N], odd[N];
  for (int i = 0; i < N; ++i) even[i] = odd[i] = hn::Zero(d);
  int64_t k = 0;
  for (; k + 2 <= o.k; k += 2) {
    const float *b = o.b + k * o.ldb, *next = b + o.ldb;
    V x = hn::Set(d, o.a[k]), y = hn::Set(d, o.a[k + 1]);
    HWY_UNROLL(4)
    for (int i = 0; i < N; ++i) {
      even[i] = hn::MulAdd(x, hn::LoadU(d, b + i * lanes), even[i]);
      odd[i] = hn::MulAdd(y, hn::LoadU(d, next + i * lanes), odd[i]);
    }
  }
  if (k < o.k)
    for (int i = 0; i < N; ++i)
      even[i] = hn::MulAdd(hn::Set(d, o.a[k]), hn::LoadU(d, o.b + k * o.ldb + i * lanes), even[i]);
  for (int i = 0; i < N; ++i) {
    float* c = o.c + i * lanes;
    V sum = hn::Add(even[i], odd[i]);
    hn::StoreU(o.add ? hn::Add(hn::LoadU(d, c), sum) : sum, d, c);
  }
}

// The first lanes from p, the others 0. Reads no others: Highway's portable target would, masked or not.
HWY_INLINE V loadFirst(hn::Mask<F> mask, const float* p, int64_t columns) {
  F d;
#if HWY_TARGET == HWY_EMU128
  (void)mask;
  HWY_ALIGN float buffer[hn::MaxLanes(d)] = {};
  std::copy_n(p, columns, buffer);
  return hn::Load(d, buffer);
#else
  (void)columns;
  return hn::MaskedLoad(mask, d, p);
#endif
}

// Columns that fill no vector.
HWY_INLINE void tail(const Operands& o, int64_t rows, int64_t columns) {
  F d;
  auto mask = hn::FirstN(d, static_cast<size_t>(columns));
  for (int64_t r = 0; r < rows; ++r) {
    V sum = o.add ? loadFirst(mask, o.c + r * o.ldc, columns) : hn::Zero(d);
    for (int64_t k = 0; k < o.k; ++k)
      sum = hn::MulAdd(hn::Set(d, o.a[r * o.lda + k]), loadFirst(mask, o.b + k * o.ldb, columns), sum);
    hn::BlendedStore(sum, mask, d, o.c + r * o.ldc);
  }
}

template <bool kTwo>
void rowsOf(Operands o, int64_t m) {
  auto advance = [&](int rows) HWY_ATTR {
    o.a += rows * o.lda;
    o.c += rows * o.ldc;
    return rows;
  };
  for (; m >= kRows; m -= advance(kRows)) tile<kRows, kTwo>(o);
  for (; m >= 4; m -= advance(4)) tile<4, kTwo>(o);
  for (; m >= 1; m -= advance(1)) tile<1, kTwo>(o);
}

void multiply(int64_t m, int64_t n, int64_t k, const float* a, int64_t lda, const float* b, int64_t ldb,
              float* c, int64_t ldc, bool add) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(F()));
  constexpr int64_t kDepth = 256;  // of b at a time, so that a strip of it stays in the first-level cache
  if (k == 0 && !add)
    for (int64_t i = 0; i < m; ++i) std::fill_n(c + i * ldc, n, 0.f);
  for (int64_t k0 = 0; k0 < k; k0 += kDepth) {
    Operands o{a + k0, lda, b + k0 * ldb, ldb, c, ldc, std::min(kDepth, k - k0), add || k0 > 0};
    int64_t j = 0;
    for (; m == 1 && j + 4 * lanes <= n; j += 4 * lanes) {
      wideRow<4>(o);
      o.b += 4 * lanes, o.c += 4 * lanes;
    }
    for (; m == 1 && j + 3 * lanes <= n; j += 3 * lanes) {
      wideRow<3>(o);
      o.b += 3 * lanes, o.c += 3 * lanes;
    }
    for (; j + 2 * lanes <= n; j += 2 * lanes) {
      rowsOf<true>(o, m);
      o.b += 2 * lanes, o.c += 2 * lanes;
    }
    if (j + lanes <= n) {
      rowsOf<false>(o, m);
      o.b += lanes, o.c += lanes, j += lanes;
    }
    if (j < n) tail(o, m, n - j);
  }
}

void dotRows(const float* x, int64_t n, const float* rows, int64_t ld, int64_t count, float scale,
             float* out) {
  F d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t j = 0; j < count; ++j) {
    const float* row = rows + j * ld;
    V a = hn::Zero(d), b = a;
    int64_t i = 0;
    for (; i + 2 * lanes <= n; i += 2 * lanes) {
      a = hn::MulAdd(hn::LoadU(d, x + i), hn::LoadU(d, row + i), a);
      b = hn::MulAdd(hn::LoadU(d, x + i + lanes), hn::LoadU(d, row + i + lanes), b);
    }
    for (; i + lanes <= n; i += lanes) a = hn::MulAdd(hn::LoadU(d, x + i), hn::LoadU(d, row + i), a);
    float sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(a, b)));
    for (; i < n; ++i) sum += x[i] * row[i];
    out[j] = scale * sum;
  }
}

GemmFunctions makeGemmFunctions() { return {multiply, dotRows}; }

}  // namespace tenfold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tenfold::cpu {
HWY_EXPORT(makeGemmFunctions);
const GemmFunctions& gemmFunctions() {
  static const GemmFunctions table = HWY_DYNAMIC_DISPATCH(makeGemmFunctions)();
  return table;
}
}  // namespace tenfold::cpu
#endif
