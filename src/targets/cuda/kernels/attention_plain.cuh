// Attention as it is defined, for whatever kernels/attention.cuh does not take: a block computes one query at
// a time, its scores lie in memory. Generated code gives a struct C with the types Query, Value (of queries
// and keys, of values), Mask and Real (of the arithmetic), and MASK as in kernels/attention.cuh.
#pragma once

#include "math.cuh"

struct PlainAttentionParams {
  const void *q, *k, *v, *mask, *pastK, *pastV;
  const i64* valid;
  void *out, *shown, *scratch;  // shown: the scores that are asked for, or null
  i32 qs[4], ks[4], vs[4], pastKs[4], pastVs[4], outs[4], maskStrides[4];  // batch, head, row, element
  i32 queries, keys, past, hasPast, maskKeys, left, right, size, valueSize, stage;
  u32 rows;  // of all heads
  Divisor queriesOf, heads, group;
  double scale, softcap;
  double empty;  // the probabilities of a query that sees no key
};

constexpr int kPlainThreads = 128;

struct PlainLargest {
  template <class R>
  static __device__ __forceinline__ R join(R a, R b) {
    return math::larger(a, b);
  }
};
struct PlainSum {
  template <class R>
  static __device__ __forceinline__ R join(R a, R b) {
    return a + b;
  }
};

// Every thread gets the result.
template <class Join, class R>
__device__ __forceinline__ R joinBlock(R x) {
  __shared__ R parts[kPlainThreads];
  __syncthreads();
  parts[threadIdx.x] = x;
  __syncthreads();
  for (int n = kPlainThreads / 2; n; n /= 2) {
    if (threadIdx.x < n) parts[threadIdx.x] = Join::join(parts[threadIdx.x], parts[threadIdx.x + n]);
    __syncthreads();
  }
  return parts[0];
}

template <class C>
struct PlainAttention {
  typedef typename C::Query Q;
  typedef typename C::Value V;
  typedef typename C::Real R;
  const PlainAttentionParams& p;
  i32 batch, head, kvHead, query;
  R* scores;

  template <class T>
  static __device__ __forceinline__ R load(const T* at) {
    return static_cast<R>(Element<T>::load(*at));
  }
  template <class T>
  __device__ __forceinline__ const T* row(const void* now, const i32 (&strides)[4], const void* past,
                                          const i32 (&pastStrides)[4], i32 key) const {
    bool isPast = key < p.past;
    const i32(&s)[4] = isPast ? pastStrides : strides;
    return static_cast<const T*>(isPast ? past : now) + batch * s[0] + kvHead * s[1] +
           (isPast ? key : key - p.past) * s[2];
  }
  __device__ __forceinline__ bool sees(i32 key) const {
    i32 valid = p.valid ? static_cast<i32>(p.valid[batch]) : p.keys;
    i32 position = query + (p.hasPast || !p.valid ? p.past : valid - p.queries);
    return key < valid && (!C::MASK || key < p.maskKeys) && key <= position + p.right &&
           key >= position - p.left;
  }
  __device__ __forceinline__ R maskAt(i32 key) const {
    if (!C::MASK) return 0;
    typename C::Mask m =
        static_cast<const typename C::Mask*>(p.mask)[batch * p.maskStrides[0] + head * p.maskStrides[1] +
                                                     query * p.maskStrides[2] + key * p.maskStrides[3]];
    if (C::MASK == 1) return Element<typename C::Mask>::load(m) ? R(0) : -math::infinity<R>();
    return static_cast<R>(Element<typename C::Mask>::load(m));
  }
  __device__ __forceinline__ R score(i32 key) const {
    const Q* x = static_cast<const Q*>(p.q) + batch * p.qs[0] + head * p.qs[1] + query * p.qs[2];
    const Q* y = row<Q>(p.k, p.ks, p.pastK, p.pastKs, key);
    i32 step = key < p.past ? p.pastKs[3] : p.ks[3];
    R total = 0;
    for (i32 d = 0; d < p.size; ++d) total += load(x + d * p.qs[3]) * load(y + d * step);
    return total * static_cast<R>(p.scale);
  }
  __device__ __forceinline__ void show(u32 index, i32 key, i32 stage, R x) const {
    if (p.shown && p.stage == stage)
      static_cast<Q*>(p.shown)[index * p.keys + key] =
          Element<Q>::store(static_cast<typename Element<Q>::Register>(x));
  }

  __device__ __forceinline__ void run(u32 index) {
    u32 item = p.queriesOf.divide(index);
    query = static_cast<i32>(index - item * p.queriesOf.divisor);
    batch = static_cast<i32>(p.heads.divide(item));
    head = static_cast<i32>(item - batch * p.heads.divisor);
    kvHead = static_cast<i32>(p.group.divide(head));
    R top = -math::infinity<R>(), unmasked = 0;
    for (i32 key = threadIdx.x; key < p.keys; key += kPlainThreads) {
      R x = score(key);
      show(index, key, 0, x);
      if (p.softcap > 0) x = static_cast<R>(p.softcap) * tanh(x / static_cast<R>(p.softcap));
      show(index, key, 1, x);
      R add = sees(key) ? maskAt(key) : -math::infinity<R>();
      if (add != -math::infinity<R>()) unmasked = 1;
      x += add;
      show(index, key, 2, x);
      scores[key] = x;
      top = math::larger(top, x);
    }
    top = joinBlock<PlainLargest>(top);
    unmasked = joinBlock<PlainSum>(unmasked);
    bool none = unmasked == 0 || top == -math::infinity<R>();
    R sum = 0;
    for (i32 key = threadIdx.x; key < p.keys; key += kPlainThreads)
      sum += scores[key] = none ? static_cast<R>(p.empty) : exp(scores[key] - top);
    sum = joinBlock<PlainSum>(sum);
    R inverse = none ? R(1) : R(1) / sum;
    for (i32 key = threadIdx.x; key < p.keys; key += kPlainThreads) {
      scores[key] *= inverse;
      show(index, key, 3, scores[key]);
    }
    __syncthreads();
    if (p.out)
      for (i32 d = threadIdx.x; d < p.valueSize; d += kPlainThreads) {
        R total = 0;
        for (i32 key = 0; key < p.keys; ++key) {
          i32 step = key < p.past ? p.pastVs[3] : p.vs[3];
          total += scores[key] * load(row<V>(p.v, p.vs, p.pastV, p.pastVs, key) + d * step);
        }
        static_cast<Q*>(p.out)[batch * p.outs[0] + head * p.outs[1] + query * p.outs[2] + d * p.outs[3]] =
            Element<Q>::store(static_cast<typename Element<Q>::Register>(total));
      }
    __syncthreads();
  }
};

template <class C>
__device__ __forceinline__ void attendPlainly(const PlainAttentionParams& p) {
  waitForPrevious();
  typename C::Real* scores =
      static_cast<typename C::Real*>(p.scratch) + static_cast<i64>(blockIdx.x) * p.keys;
  PlainAttention<C> attention{p, 0, 0, 0, 0, scores};
  for (u32 index = blockIdx.x; index < p.rows; index += gridDim.x) attention.run(index);
  allowNext();
}
