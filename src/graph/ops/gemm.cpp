#include "graph/ops/gemm.h"

#include <algorithm>

// The compiler makes a second copy of what is marked for processors with wider vectors.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define WIDE_CLONE __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define WIDE_CLONE
#endif

namespace tenfold {
namespace {

constexpr int64_t kRows = 4, kColumns = 8;

// One tile of kRows x kColumns sums, held in registers while k runs.
#define TILE_BODY                                                              \
  for (int64_t p = 0; p < k; ++p)                                              \
    for (int64_t i = 0; i < kRows; ++i) {                                      \
      _Pragma("omp simd") for (int64_t j = 0; j < kColumns; ++j) sums[i][j] += \
          a[i * aStride + p] * b[p * bStride + j];                             \
    }

WIDE_CLONE void tile(int64_t k, const double* a, int64_t aStride, const double* b, int64_t bStride,
                     double sums[kRows][kColumns]){TILE_BODY} WIDE_CLONE
    void tile(int64_t k, const uint64_t* a, int64_t aStride, const uint64_t* b, int64_t bStride,
              uint64_t sums[kRows][kColumns]) {
  TILE_BODY
}

}  // namespace

template <typename C>
void multiplyBlock(int64_t m, int64_t n, int64_t k, const C* a, int64_t aStride, const C* b, int64_t bStride,
                   C* c, int64_t cStride) {
  for (int64_t i = 0; i < m; i += kRows)
    for (int64_t j = 0; j < n; j += kColumns) {
      if (m - i >= kRows && n - j >= kColumns) {
        C sums[kRows][kColumns] = {};
        tile(k, a + i * aStride, aStride, b + j, bStride, sums);
        for (int64_t r = 0; r < kRows; ++r) std::copy(sums[r], sums[r] + kColumns, c + (i + r) * cStride + j);
        continue;
      }
      for (int64_t r = i; r < std::min(m, i + kRows); ++r) {
        C* y = c + r * cStride + j;
        int64_t width = std::min(kColumns, n - j);
        std::fill(y, y + width, C{0});
        accumulateRow(width, k, a + r * aStride, b + j, bStride, y);
      }
    }
}

template <typename C>
void accumulateRow(int64_t n, int64_t k, const C* a, const C* b, int64_t bStride, C* y) {
  for (int64_t p = 0; p < k; ++p)
    for (int64_t j = 0; j < n; ++j) y[j] += a[p] * b[p * bStride + j];
}

#define INSTANTIATE(C)                                                                                \
  template void multiplyBlock<C>(int64_t, int64_t, int64_t, const C*, int64_t, const C*, int64_t, C*, \
                                 int64_t);                                                            \
  template void accumulateRow<C>(int64_t, int64_t, const C*, const C*, int64_t, C*);
INSTANTIATE(double)
INSTANTIATE(uint64_t)
#undef INSTANTIATE

}  // namespace tenfold
