// How attention joins what several warps or blocks have found for the same queries, and stores it. Part of
// attention.cuh.
#pragma once

// True for the warps that hold the result.
template <class C>
__device__ __forceinline__ bool Attention<C>::joinKeyWarps(char* shared) {
  if (C::KEY_WARPS == 1) return true;
  constexpr int WORDS = C::ROWS * (TILES * 4 + 4) * 32;
  float* slots = reinterpret_cast<float*>(shared);
  __syncthreads();
  if (keyWarp > 0) {
    float* at = slots + ((keyWarp - 1) * C::WARPS + rowWarp) * WORDS + lane;
#pragma unroll
    for (int r = 0; r < C::ROWS; ++r) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        *at = top[r][half], at += 32;
        *at = sum[r][half], at += 32;
      }
#pragma unroll
      for (int i = 0; i < TILES * 4; ++i) *at = o[r][i / 4][i % 4], at += 32;
    }
  }
  __syncthreads();
  if (keyWarp > 0) return false;
  for (int other = 1; other < C::KEY_WARPS; ++other) {
    const float* at = slots + ((other - 1) * C::WARPS + rowWarp) * WORDS + lane;
#pragma unroll
    for (int r = 0; r < C::ROWS; ++r) {
      float a[2], b[2];
#pragma unroll
      for (int half = 0; half < 2; ++half, at += 64) join(r, half, at[0], at[32], a[half], b[half]);
#pragma unroll
      for (int i = 0; i < TILES * 4; ++i, at += 32) {
        float& x = o[r][i / 4][i % 4];
        x = x * a[i % 4 / 2] + *at * b[i % 4 / 2];
      }
    }
  }
  return true;
}

template <class C>
__device__ __forceinline__ void Attention<C>::storePartial(int r, int half, i32 local) const {
  i32 at = ((batch * static_cast<i32>(p.items.divisor) + item) * p.rows + local) *
               static_cast<i32>(p.splits.divisor) +
           split;
  float* to = p.partial + static_cast<i64>(at) * (C::VALUE_SIZE + 2);
#pragma unroll
  for (int n = 0; n < TILES; ++n)
#pragma unroll
    for (int e = 0; e < 2; ++e) {
      int column = n * 8 + lane % 4 * 2 + e;
      if (column < C::VALUE_SIZE) to[column] = o[r][n][half * 2 + e];
    }
  if (lane % 4 == 0) to[C::VALUE_SIZE] = top[r][half], to[C::VALUE_SIZE + 1] = sum[r][half];
}

template <class C>
__device__ __forceinline__ void Attention<C>::store() const {
#pragma unroll
  for (int r = 0; r < C::ROWS; ++r)
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      AttentionRow x = row(r, half);
      if (!x.exists) continue;
      if (C::SPLIT) {
        storePartial(r, half, firstRow + (rowWarp * C::ROWS + r) * 16 + half * 8 + lane / 4);
        continue;
      }
      float inverse = sum[r][half] == 0 ? p.empty : 1.f / sum[r][half];
      T* to = static_cast<T*>(p.out) + batch * p.outs.batch + x.head * p.outs.head + x.query * p.outs.row;
#pragma unroll
      for (int n = 0; n < TILES; ++n) {
        int column = n * 8 + lane % 4 * 2;
        T low = Element<T>::store(o[r][n][half * 2] * inverse);
        T high = Element<T>::store(o[r][n][half * 2 + 1] * inverse);
        if (C::ALIGNED) {
          if (column < C::VALUE_SIZE) *reinterpret_cast<Vector<T, 2>*>(to + column) = {low, high};
        } else {
          if (column < C::VALUE_SIZE) to[column] = low;
          if (column + 1 < C::VALUE_SIZE) to[column + 1] = high;
        }
      }
    }
}

// Joins the parts of SPLIT: a warp for each row.
template <class C>
__device__ __forceinline__ void joinParts(const AttentionParams& p) {
  typedef typename C::Math::Element T;
  constexpr int SLICES = (C::VALUE_SIZE + 31) / 32, WIDTH = C::VALUE_SIZE + 2;
  waitForPrevious();
  u32 index = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32, lane = threadIdx.x % 32;
  i32 splits = static_cast<i32>(p.splits.divisor);
  u32 above = index / static_cast<u32>(p.rows);
  i32 batch = static_cast<i32>(p.items.divide(above));
  i32 item = static_cast<i32>(above - batch * p.items.divisor);
  AttentionRow row(p, item, static_cast<i32>(index - above * p.rows));
  if (batch >= p.batches) return;
  const float* from = p.partial + static_cast<i64>(index) * splits * WIDTH;
  float factor = Attention<C>::scoreFactor(p);
  float most = minusInfinity();
  for (i32 i = 0; i < splits; ++i) most = fmaxf(most, from[i * WIDTH + C::VALUE_SIZE]);
  float shift = Attention<C>::shiftOf(most), total = 0, o[SLICES] = {};
  for (i32 i = 0; i < splits; ++i) {
    float weight = exp2Fast((from[i * WIDTH + C::VALUE_SIZE] - shift) * factor);
    total += weight * from[i * WIDTH + C::VALUE_SIZE + 1];
#pragma unroll
    for (int n = 0; n < SLICES; ++n)
      if (n * 32 + lane < C::VALUE_SIZE) o[n] += weight * from[i * WIDTH + n * 32 + lane];
  }
  allowNext();
  float inverse = total == 0 ? p.empty : 1.f / total;
  T* to = static_cast<T*>(p.out) + batch * p.outs.batch + row.head * p.outs.head + row.query * p.outs.row;
#pragma unroll
  for (int n = 0; n < SLICES; ++n)
    if (n * 32 + lane < C::VALUE_SIZE) to[n * 32 + lane] = Element<T>::store(o[n] * inverse);
}
