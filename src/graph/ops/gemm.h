// The matrix product under the reference evaluators of MatMul, convolutions and recurrent networks.
#pragma once

#include <cstdint>

namespace tenfold {

// c[m,n] = a[m,k] * b[k,n]; row-major with the given distances between rows. Serial: callers divide the work.
// Instantiated for double and, wrapping around, for uint64_t.
template <typename C>
void multiplyBlock(int64_t m, int64_t n, int64_t k, const C* a, int64_t aStride, const C* b, int64_t bStride,
                   C* c, int64_t cStride);

// y[n] += a[k] * b[k,n].
template <typename C>
void accumulateRow(int64_t n, int64_t k, const C* a, const C* b, int64_t bStride, C* y);

}  // namespace tenfold
