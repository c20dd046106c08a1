// Attention by warpgroups over so few keys that they are one tile (C::KEYS): a block loads queries, keys and
// values once; all scores of a row lie in registers, and nothing is rescaled. Wanted of C: warpgroups, SIZE =
// VALUE_SIZE, ALIGNED, one stage, KEYS in steps of 32, masks of one row; no WINDOW, SOFTCAP, VALID, PAST,
// SPLIT; and of the parameters that each head has blocks of its own.
#pragma once

#include "attention_wgmma.cuh"

template <class C>
struct WholeAttention : Attention<C> {
  typedef Attention<C> Base;
  typedef typename C::Math Math;
  typedef typename Math::Element T;
  typedef typename C::Mask Mask;
  typedef typename Base::Scores Scores;
  using Base::batch, Base::end, Base::firstRow, Base::item, Base::keys, Base::kvHead, Base::lane, Base::o,
      Base::p, Base::rowWarp, Base::sum, Base::values;
  static constexpr int SIZE = C::SIZE, KEYS = C::KEYS, STEPS = Base::STEPS, THREADS = Base::THREADS;
  static constexpr int BLOCK_ROWS = Base::BLOCK_ROWS, EACH = 16 / sizeof(T), CHUNKS = SIZE / EACH;

  T* queries;   // shared memory, behind the values; then the results
  float* bias;  // of each key, where there are masks or keys are missing

  __device__ __forceinline__ WholeAttention(const AttentionParams& params, char* shared)
      : Base(params, shared) {
    queries = values + KEYS * SIZE;
    bias = reinterpret_cast<float*>(queries + BLOCK_ROWS * SIZE);
  }
  // What a thread has of rows: one column of 16 bytes, of every EVERY-th row.
  static constexpr int EVERY = THREADS / CHUNKS;
  __device__ __forceinline__ int column() const { return threadIdx.x % CHUNKS * EACH; }
  __device__ __forceinline__ int row() const { return threadIdx.x / CHUNKS; }

  // Rows of one head from its `first` on; zeros behind the last.
  template <int ROWS>
  __device__ __forceinline__ void loadRows(T* to, const void* from, const AttentionStrides& strides, i32 head,
                                           i32 first, i32 last) const {
    const T* at = static_cast<const T*>(from) + batch * strides.batch + head * strides.head + column();
#pragma unroll
    for (int i = 0; i < ROWS; i += EVERY) {
      i32 next = first + row() + i;
      bool exists = next < last;
      copyAsync(to + Math::template place<ROWS, SIZE>(row() + i, column()),
                at + (exists ? next : 0) * strides.row, exists);
    }
  }

  // Masks in powers of two. What is finite stays so, lest rows of the lowest masks see no key.
  static __device__ __forceinline__ float biasOf(bool m) { return m ? 0.f : minusInfinity(); }
  template <class M>
  static __device__ __forceinline__ float biasOf(M m) {
    constexpr float MOST = 3.402823466e38f;
    float x = static_cast<float>(Element<M>::load(m)), y = x * kLog2e;
    return fabsf(x) <= MOST ? fminf(fmaxf(y, -MOST), MOST) : y;
  }
  __device__ __forceinline__ void loadBias() const {
    const Mask* from = static_cast<const Mask*>(p.mask) + batch * p.maskStrides[0] + item * p.maskStrides[1];
    for (int key = threadIdx.x; key < KEYS; key += THREADS)
      bias[key] = key >= end ? minusInfinity() : C::MASK ? biasOf(from[key]) : 0.f;
  }
  __device__ __forceinline__ bool isBiased() const {
    bool zero = true;
#pragma unroll
    for (int key = 0; key < KEYS; key += 32) zero = zero && bias[key + lane] == 0;
    return !__all_sync(0xffffffffu, zero);
  }

  // 64 or 32 keys at once: the registers of one instruction are neighbours, which few registers make hard.
  template <int FIRST>
  __device__ __forceinline__ void startScores(float* s) const {
    constexpr int SOME = KEYS - FIRST < 64 ? KEYS - FIRST : 64;
    u32 left = sharedAddress(queries) + rowWarp / 4 * 64 * 128, right = sharedAddress(keys) + FIRST * 128;
#pragma unroll
    for (int d = 0; d < SIZE / 16; ++d) {
      u32 slab = d / 4 * 128, step = d % 4 * 32;
      Multiply<T, SOME, false, false>::run(s + FIRST / 2, tileDescriptor(left + slab * BLOCK_ROWS + step, 16),
                                           tileDescriptor(right + slab * KEYS + step, 16), d > 0);
    }
    if constexpr (FIRST + SOME < KEYS) startScores<FIRST + SOME>(s);
  }
  __device__ __forceinline__ void score(float* s) const {
    beginMultiply();
    startScores<0>(s);
    commitMultiply();
    Math::template wait<0>();
    Math::template hold<KEYS / 2>(s);
  }

  // Scores to weights, and their sums.
  template <bool BIASED>
  __device__ __forceinline__ void weighAll(Scores (&s)[STEPS]) {
    float factor = p.scale * kLog2e;
    typename Base::Weighing w;
    w.factor = BIASED ? 1.f : factor;
    if (BIASED) {
#pragma unroll
      for (int i = 0; i < KEYS / 8; ++i) {
        float(&x)[4] = s[i / 2][0][i % 2];
        float2 b = *reinterpret_cast<const float2*>(bias + i * 8 + lane % 4 * 2);
        x[0] = fmaf(x[0], factor, b.x), x[1] = fmaf(x[1], factor, b.y);
        x[2] = fmaf(x[2], factor, b.x), x[3] = fmaf(x[3], factor, b.y);
      }
    }
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float most = minusInfinity();
#pragma unroll
      for (int i = 0; i < KEYS / 4; ++i) most = fmaxf(most, s[i / 4][0][i / 2 % 2][half * 2 + i % 2]);
      most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, 1));
      most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, 2));
      w.less[0][half] = Base::shiftOf(most) * w.factor;
    }
#pragma unroll
    for (int step = 0; step < STEPS; ++step) Base::weigh(s[step], w);
  }

  // By way of shared memory, so that rows are stored by 16 bytes.
  __device__ __forceinline__ void storeRows() const {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float total = sum[0][half];
      total += __shfl_xor_sync(0xffffffffu, total, 1);
      total += __shfl_xor_sync(0xffffffffu, total, 2);
      float inverse = total == 0 ? p.empty : 1.f / total;
      int local = rowWarp * 16 + half * 8 + lane / 4;
#pragma unroll
      for (int n = 0; n < SIZE / 8; ++n)
        *reinterpret_cast<u32*>(queries +
                                Math::template place<BLOCK_ROWS, SIZE>(local, n * 8 + lane % 4 * 2)) =
            packed(T(), o[0][n][half * 2] * inverse, o[0][n][half * 2 + 1] * inverse);
    }
    __syncthreads();
    T* to = static_cast<T*>(p.out) + batch * p.outs.batch + item * p.outs.head + column();
#pragma unroll
    for (int i = 0; i < BLOCK_ROWS; i += EVERY) {
      i32 next = firstRow + row() + i;
      if (next < p.rows)
        *reinterpret_cast<Vector<T, EACH>*>(to + next * p.outs.row) =
            *reinterpret_cast<const Vector<T, EACH>*>(
                queries + Math::template place<BLOCK_ROWS, SIZE>(row() + i, column()));
    }
  }

  __device__ __forceinline__ void run() {
    allowNext();
    waitForPrevious();
    Base::setRange();
    loadRows<BLOCK_ROWS>(queries, p.q, p.qs, item, firstRow, p.rows);
    loadRows<KEYS>(keys, p.k, p.ks, kvHead, 0, end);
    commitCopies();
    loadRows<KEYS>(values, p.v, p.vs, kvHead, 0, end);
    commitCopies();
    bool mayBias = C::MASK || end < KEYS;
    if (mayBias) loadBias();
    auto await = [] {
      Math::publish();
      __syncthreads();
    };
    waitCopies<1>();
    await();
    u32 weights[KEYS / 16][4];
    {
      Scores s[STEPS];
      score(&s[0][0][0][0]);
      if (mayBias && isBiased())
        weighAll<true>(s);
      else
        weighAll<false>(s);
      Math::template pack<KEYS>(weights, &s[0][0][0][0]);
    }
    waitCopies<0>();
    await();
    Math::template startResults<KEYS, SIZE>(&o[0][0][0], weights, values);
    Math::template wait<0>();
    Math::template hold<SIZE / 2>(&o[0][0][0]);
    storeRows();
  }
};

template <class C>
__device__ __forceinline__ void attendWhole(const AttentionParams& p) {
  extern __shared__ __align__(1024) char shared[];
  WholeAttention<C>(p, shared).run();
}
