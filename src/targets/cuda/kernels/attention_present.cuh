// Keys or values with their past, as attention hands them out: [batch, heads, past + new, size].
#pragma once

#include "common.cuh"

// All in units of the type that is copied.
struct PresentParams {
  const void *past, *now;
  void* to;
  i32 batchStride, headStride, rowStride;  // of `now`; the past lies contiguously
  i32 pastRows, nowRows;
  u32 count;
  Divisor size, rows, heads;
};

template <class T>
__device__ __forceinline__ void joinPresent(const PresentParams& p) {
  waitForPrevious();
  const T *past = static_cast<const T*>(p.past), *now = static_cast<const T*>(p.now);
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < p.count; i += gridDim.x * blockDim.x) {
    u32 line = p.size.divide(i), column = i - line * p.size.divisor;
    u32 item = p.rows.divide(line), row = line - item * p.rows.divisor;
    u32 batch = p.heads.divide(item), head = item - batch * p.heads.divisor;
    u32 pastRows = static_cast<u32>(p.pastRows);
    static_cast<T*>(p.to)[i] =
        row < pastRows
            ? past[(item * pastRows + row) * p.size.divisor + column]
            : now[batch * p.batchStride + head * p.headStride + (row - pastRows) * p.rowStride + column];
  }
  allowNext();
}
