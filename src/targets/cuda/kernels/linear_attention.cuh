// Attention by a recurrent state: a matrix of keys by values for each head, which every token decays,
// corrects and adds to. Its columns know nothing of each other: a warp keeps one in registers, for all
// tokens.
#pragma once

#include "call.cuh"

template <typename R>
__device__ __forceinline__ R sumOfWarp(R x) {
#pragma unroll
  for (int step = 16; step > 0; step /= 2) x += __shfl_xor_sync(0xffffffffu, x, step);
  return x;
}

// Inputs: queries, keys, values (T), past state (S or null), decay (G), update rate (B). c.count: columns;
// c.n[1]: tokens, c.n[2] = c.d[1]: heads of keys, c.n[3]: query heads for each of them, c.n[4]: key size,
// c.n[5] = c.d[0]: value size, c.n[6]: decays of a head, c.n[7]: rates of a token; c.f[0]: the scale. ROWS:
// elements of a column that a thread has.
template <typename T, typename S, typename G, typename B, bool GATES, bool CORRECTS, int ROWS>
__device__ __forceinline__ void linearAttention(const Call& c) {
  typedef Register<T> R;
  allowNext();
  waitForPrevious();
  u32 index = (blockIdx.x * kCallThreads + threadIdx.x) / 32, lane = threadIdx.x % 32;
  if (index >= c.count) return;
  u32 matrix = c.d[0].divide(index), column = index - matrix * c.d[0].divisor;
  u32 batch = c.d[1].divide(matrix), head = matrix - batch * c.d[1].divisor;
  u32 keySize = c.n[4], valueSize = c.n[5];
  R state[ROWS];
#pragma unroll
  for (int r = 0; r < ROWS; ++r) {
    u32 i = r * 32 + lane;
    bool isGiven = c.in[3] && i < keySize;
    state[r] =
        isGiven ? static_cast<R>(Element<S>::load(c.input<S>(3)[(matrix * keySize + i) * valueSize + column]))
                : R(0);
  }
  for (u32 token = batch * c.n[1]; token < (batch + 1) * c.n[1]; ++token) {
    u32 row = token * c.n[2] + head;
    R key[ROWS], value = Element<T>::load(c.input<T>(2)[row * valueSize + column]), seen = R(0);
#pragma unroll
    for (int r = 0; r < ROWS; ++r) {
      u32 i = r * 32 + lane;
      bool exists = i < keySize;
      key[r] = exists ? Element<T>::load(c.input<T>(1)[row * keySize + i]) : R(0);
      if (GATES && exists)
        state[r] *=
            exp(static_cast<R>(Element<G>::load(c.input<G>(4)[row * c.n[6] + (c.n[6] == 1 ? 0 : i)])));
      if (CORRECTS) seen += state[r] * key[r];
    }
    if (CORRECTS) {
      u32 at = token * c.n[7] + (c.n[7] == 1 ? 0 : head);
      value = (value - sumOfWarp(seen)) * static_cast<R>(Element<B>::load(c.input<B>(5)[at]));
    }
#pragma unroll
    for (int r = 0; r < ROWS; ++r) state[r] += key[r] * value;
    for (u32 h = 0; h < static_cast<u32>(c.n[3]); ++h) {
      u32 query = row * c.n[3] + h;
      R sum = R(0);
#pragma unroll
      for (int r = 0; r < ROWS; ++r) {
        u32 i = r * 32 + lane;
        if (i < keySize) sum += Element<T>::load(c.input<T>(0)[query * keySize + i]) * state[r];
      }
      sum = sumOfWarp(sum);
      if (lane == 0)
        c.output<T>(0)[query * valueSize + column] = Element<T>::store(static_cast<R>(c.f[0]) * sum);
    }
  }
  if (!c.out[1]) return;
#pragma unroll
  for (int r = 0; r < ROWS; ++r) {
    u32 i = r * 32 + lane;
    if (i < keySize)
      c.output<S>(1)[(matrix * keySize + i) * valueSize + column] =
          Element<S>::store(static_cast<Register<S>>(state[r]));
  }
}
