// A small matrix product for operands that are in the cache, run by the calling thread alone.
#pragma once

#include <cstdint>

namespace tenfold::cpu {

struct GemmFunctions {
  // c[m, n] = a[m, k] * b[k, n], or += where `add`; row-major with leading dimensions.
  void (*multiply)(int64_t m, int64_t n, int64_t k, const float* a, int64_t lda, const float* b, int64_t ldb,
                   float* c, int64_t ldc, bool add);
  // out[j] = scale * sum_i(x[i] * rows[j * ld + i]) for j < count
  void (*dotRows)(const float* x, int64_t n, const float* rows, int64_t ld, int64_t count, float scale,
                  float* out);
};
const GemmFunctions& gemmFunctions();

}  // namespace tenfold::cpu
