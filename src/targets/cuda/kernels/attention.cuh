// Attention without its scores in memory: a block takes some queries of one head past all keys, tile by tile,
// with a running maximum and sum (in float). Generated code gives a struct C:
//   Math                  of attention_mma.cuh
//   SIZE, VALUE_SIZE      elements of a key and of a value
//   WARPS, ROWS           the block has 16 * WARPS * ROWS queries
//   KEY_WARPS             so many warps share each query's keys
//   KEYS, STAGES          of a tile, and tiles that are under way
//   AHEAD_SCORES          with warpgroups and at least 3 stages: the next tile's scores are multiplied, and
//   the
//                         values of the one before, while the softmax runs
//   ALIGNED               rows of Q, K, V and the result begin at 16-byte boundaries
//   MASK, MASK_ROWS       0: none, 1: bool, 2: additive of type Mask; whether it differs between queries
//   WINDOW, SOFTCAP, VALID, PAST, SPLIT   whether there is a window (or causality), a soft cap, numbers of
//                         valid keys, past keys, and several blocks for each query
#pragma once

#include "attention_mma.cuh"
#include "math.cuh"

struct AttentionStrides {
  i32 batch, head, row;
};
struct AttentionParams {
  const void *q, *k, *v, *mask, *pastK, *pastV;
  const i64* valid;
  void* out;
  float* partial;  // SPLIT: [item][row][split][VALUE_SIZE + 2]: sums, their maximum and total
  AttentionStrides qs, ks, vs, pastKs, pastVs, outs;
  i32 maskStrides[4];  // along keys: 1
  i32 maskPairs;       // masks of two keys can be loaded at once
  i32 queries, keys, past, maskKeys;
  i32 left, right;  // keys from position - left to position + right are seen
  // An item is a key head with `packed` query heads as further rows, or (packed = 1) a query head.
  i32 packed, rows, batches;
  Divisor rowBlocks, splits, items, shared, queriesOf;  // shared: items for each key head
  float scale, softcap;
  float empty;  // what stands for the reciprocal sum of a query that sees no key: 0, or NaN
};

constexpr float kLog2e = 1.4426950408889634f;
constexpr __host__ __device__ int roundUp(int n, int to) { return (n + to - 1) / to * to; }

__device__ __forceinline__ float exp2Fast(float x) {
  float r;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x));
  return r;
}
__device__ __forceinline__ float minusInfinity() { return __uint_as_float(0xff800000u); }

// A row of queries in the terms of the inputs.
struct AttentionRow {
  i32 head, query;
  bool exists;
  __device__ __forceinline__ AttentionRow(const AttentionParams& p, i32 item, i32 row) {
    exists = row < p.rows;
    i32 r = exists ? row : p.rows - 1;
    i32 above = p.packed == 1 ? 0 : static_cast<i32>(p.queriesOf.divide(r));
    head = item * p.packed + above;
    query = r - above * p.queries;
  }
};

template <class C>
struct Attention {
  typedef typename C::Math Math;
  typedef typename Math::Element T;
  typedef typename C::Mask Mask;
  static constexpr int PADDED = roundUp(C::SIZE, 16), VALUE_PADDED = roundUp(C::VALUE_SIZE, 16);
  static constexpr int PITCH = Math::keyPitch(PADDED), VALUE_PITCH = Math::valuePitch(VALUE_PADDED);
  static constexpr int TILES = VALUE_PADDED / 8, STEPS = C::KEYS / C::KEY_WARPS / 16;
  static constexpr int THREADS = 32 * C::WARPS * C::KEY_WARPS, BLOCK_ROWS = 16 * C::WARPS * C::ROWS;
  static constexpr bool KEPT = PADDED <= 64 || sizeof(T) == 2;  // queries stay in registers

  const AttentionParams& p;
  T *keys, *values;  // shared memory
  i32 batch, item, kvHead, split, firstRow;
  i32 lane, rowWarp, keyWarp;
  i32 offset, begin, end, lowQuery, highQuery;
  // Scores are products of queries and keys as they are; or, where they pass through a soft cap or may have
  // masks added, what the softmax is defined on.
  static constexpr bool ADDS = C::MASK == 2, TRUE_SCORES = ADDS || C::SOFTCAP;
  float factor;  // of scores, to powers of two
  typename Math::Query kept[KEPT ? PADDED / 16 : 1][C::ROWS];
  float o[C::ROWS][TILES][4], top[C::ROWS][2], sum[C::ROWS][2];

  __device__ __forceinline__ explicit Attention(const AttentionParams& params, char* shared) : p(params) {
    keys = reinterpret_cast<T*>(shared);
    values = keys + C::STAGES * C::KEYS * PITCH;
    lane = threadIdx.x % 32;
    rowWarp = threadIdx.x / 32 % C::WARPS;
    keyWarp = threadIdx.x / 32 / C::WARPS;
    u32 rest = p.rowBlocks.divide(blockIdx.x);
    // The last rows see most keys under causality: they begin first.
    i32 rowBlock = static_cast<i32>(p.rowBlocks.divisor - 1 - (blockIdx.x - rest * p.rowBlocks.divisor));
    u32 above = C::SPLIT ? p.splits.divide(rest) : rest;
    split = static_cast<i32>(C::SPLIT ? rest - above * p.splits.divisor : 0);
    batch = static_cast<i32>(p.items.divide(above));
    item = static_cast<i32>(above - batch * p.items.divisor);
    kvHead = static_cast<i32>(p.shared.divide(item));
    firstRow = rowBlock * BLOCK_ROWS;
    factor = scoreFactor(p);
#pragma unroll
    for (int r = 0; r < C::ROWS; ++r) {
#pragma unroll
      for (int half = 0; half < 2; ++half) top[r][half] = minusInfinity(), sum[r][half] = 0;
#pragma unroll
      for (int n = 0; n < TILES; ++n)
#pragma unroll
        for (int i = 0; i < 4; ++i) o[r][n][i] = 0;
    }
  }

  static __device__ __forceinline__ float scoreFactor(const AttentionParams& p) {
    return TRUE_SCORES ? kLog2e : p.scale * kLog2e;
  }
  __device__ __forceinline__ AttentionRow row(int r, int half) const {
    return AttentionRow(p, item, firstRow + (rowWarp * C::ROWS + r) * 16 + half * 8 + lane / 4);
  }
  __device__ __forceinline__ const T* queryRow(int r, int half) const {
    AttentionRow x = row(r, half);
    if (!x.exists) return nullptr;
    return static_cast<const T*>(p.q) + batch * p.qs.batch + x.head * p.qs.head + x.query * p.qs.row;
  }
  __device__ __forceinline__ typename Math::Query query(int r, int step) const {
    return Math::template query<C::SIZE, C::ALIGNED>(queryRow(r, 0), queryRow(r, 1), step, lane);
  }

  // Which keys this block sees.
  __device__ __forceinline__ void setRange() {
    begin = 0;
    end = C::MASK ? min(p.keys, p.maskKeys) : p.keys;
    offset = p.past;
    if (C::VALID) {
      i32 valid = static_cast<i32>(p.valid[batch]);
      end = min(end, valid);
      if (!C::PAST) offset = valid - p.queries;
    }
    if (C::WINDOW) {
      lowQuery = p.packed == 1 ? firstRow : 0;
      highQuery = p.packed == 1 ? min(firstRow + BLOCK_ROWS, p.queries) - 1 : p.queries - 1;
      end = min(end, offset + highQuery + p.right + 1);
      begin = max(0, offset + lowQuery - p.left);
    }
    if (C::SPLIT) {
      i32 tiles = (end - begin + C::KEYS - 1) / C::KEYS;
      i32 each = (tiles + p.splits.divisor - 1) / static_cast<i32>(p.splits.divisor);
      begin += split * each * C::KEYS;
      end = min(end, begin + each * C::KEYS);
    }
  }

  // KEYS rows to shared memory; zeros behind the last.
  template <int LENGTH, int WIDTH, int ROW_PITCH>
  __device__ __forceinline__ void load(T* to, const T* now, i32 stride, const T* old, i32 oldStride,
                                       i32 first) const {
    constexpr int EACH = C::ALIGNED ? 16 / sizeof(T) : 1, CHUNKS = WIDTH / EACH;
#pragma unroll(C::ALIGNED ? 4 : 1)
    for (int i = threadIdx.x; i < C::KEYS * CHUNKS; i += THREADS) {
      i32 local = i / CHUNKS, column = i % CHUNKS * EACH, key = first + local;
      bool exists = key < end && (LENGTH == WIDTH || column < LENGTH);
      const T* from = C::PAST && key < p.past ? old + key * oldStride : now + (key - p.past) * stride;
      T* at = to + Math::template place<C::KEYS, ROW_PITCH>(local, column);
      if (C::ALIGNED)
        copyAsync(at, exists ? from + column : now, exists);
      else
        *at = exists ? from[column] : T{};
    }
  }
  __device__ __forceinline__ void loadTile(i32 first, int stage) const {
    const T* k = static_cast<const T*>(p.k) + batch * p.ks.batch + kvHead * p.ks.head;
    const T* v = static_cast<const T*>(p.v) + batch * p.vs.batch + kvHead * p.vs.head;
    const T *oldK = nullptr, *oldV = nullptr;
    if (C::PAST) {
      oldK = static_cast<const T*>(p.pastK) + batch * p.pastKs.batch + kvHead * p.pastKs.head;
      oldV = static_cast<const T*>(p.pastV) + batch * p.pastVs.batch + kvHead * p.pastVs.head;
    }
    load<C::SIZE, PADDED, PITCH>(keys + stage * C::KEYS * PITCH, k, p.ks.row, oldK, p.pastKs.row, first);
    load<C::VALUE_SIZE, VALUE_PADDED, VALUE_PITCH>(values + stage * C::KEYS * VALUE_PITCH, v, p.vs.row, oldV,
                                                   p.pastVs.row, first);
  }

  typedef float Scores[C::ROWS][2][4];

  // The masks of this lane's scores, loaded before the products where registers allow (AHEAD).
  static constexpr bool AHEAD =
      C::MASK && (!C::MASK_ROWS || (C::ROWS == 1 && VALUE_PADDED <= 64 && STEPS <= 4));
  static constexpr int MASK_LINES = AHEAD && C::MASK_ROWS ? C::ROWS * 2 : 1;
  struct Masks {
    Vector<Mask, 2> at[MASK_LINES][AHEAD ? STEPS : 1][2];
  };
  __device__ __forceinline__ const Mask* maskRow(int r, int half) const {
    AttentionRow x = row(r, half);
    return static_cast<const Mask*>(p.mask) + batch * p.maskStrides[0] + x.head * p.maskStrides[1] +
           x.query * p.maskStrides[2];
  }

  __device__ __forceinline__ void loadMasks(Masks& masks, i32 first) const {
    i32 base = first + keyWarp * STEPS * 16 + lane % 4 * 2;
    bool pairs = p.maskPairs && first + C::KEYS <= end;
#pragma unroll
    for (int i = 0; i < MASK_LINES; ++i) {
      const Mask* from = maskRow(i / 2, i % 2) + base;
#pragma unroll
      for (int step = 0; step < STEPS; ++step)
#pragma unroll
        for (int tile = 0; tile < 2; ++tile) {
          Vector<Mask, 2>& to = masks.at[i][step][tile];
          i32 next = step * 16 + tile * 8;
          if (pairs) {
            to = *reinterpret_cast<const Vector<Mask, 2>*>(from + next);
          } else {
            to.at[0] = base + next < end ? from[next] : Mask{};
            to.at[1] = base + next + 1 < end ? from[next + 1] : Mask{};
          }
        }
    }
  }
  static __device__ __forceinline__ bool isZero(bool) { return false; }
  template <class M>
  static __device__ __forceinline__ bool isZero(M m) {
    return Element<M>::load(m) == 0;
  }
  // Whether nothing of the tile is masked, as in most tiles of texts without padding.
  __device__ __forceinline__ bool areZero(const Masks& masks) const {
    if (C::MASK != 2 || MASK_LINES > 1) return false;
    bool zero = true;
#pragma unroll
    for (int step = 0; step < STEPS; ++step)
#pragma unroll
      for (int i = 0; i < 4; ++i) zero = zero && isZero(masks.at[0][AHEAD ? step : 0][i / 2].at[i % 2]);
    return __all_sync(0xffffffffu, zero);
  }

  // Whether every query sees every key of the tile, but for masks.
  __device__ __forceinline__ bool isWhole(i32 first) const {
    bool whole = first + C::KEYS <= end;
    if (C::WINDOW)
      whole =
          whole && first + C::KEYS - 1 <= offset + lowQuery + p.right && first >= offset + highQuery - p.left;
    return whole;
  }

  // From products to scores. Keys of this lane: base + 16 step + 8 tile + (0, 1). True where masks were
  // added; where none were, though they might (ADDS without a soft cap), the products are left as they are.
  __device__ __forceinline__ bool finish(Scores (&s)[STEPS], const Masks& masks, i32 first) const {
    i32 base = first + keyWarp * STEPS * 16 + lane % 4 * 2;
    bool whole = isWhole(first), masked = C::MASK && !(AHEAD && areZero(masks));
#pragma unroll
    for (int step = 0; step < STEPS; ++step)
#pragma unroll
      for (int tile = 0; tile < 2; ++tile)
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          i32 key = base + step * 16 + tile * 8 + e;
#pragma unroll
          for (int r = 0; r < C::ROWS; ++r)
#pragma unroll
            for (int half = 0; half < 2; ++half) {
              float& x = s[step][r][tile][half * 2 + e];
              if (C::SOFTCAP) x = p.softcap * tanhf(x * p.scale / p.softcap);
              if (AHEAD && masked)
                apply(x, masks.at[MASK_LINES > 1 ? r * 2 + half : 0][AHEAD ? step : 0][tile].at[e]);
              else if (C::MASK && !AHEAD)
                apply(x, key < end ? maskRow(r, half)[key] : Mask{});
              if (!whole && !sees(r, half, key)) x = minusInfinity();
            }
        }
    return ADDS && masked;
  }
  __device__ __forceinline__ void apply(float& x, bool m) const {
    if (!m) x = minusInfinity();
  }
  template <class M>
  __device__ __forceinline__ void apply(float& x, M m) const {
    // Not in powers of two: the lowest finite mask would become infinite.
    x = fmaf(x, C::SOFTCAP ? 1.f : p.scale, static_cast<float>(Element<M>::load(m)));
  }
  __device__ __forceinline__ bool sees(int r, int half, i32 key) const {
    if (!C::WINDOW) return key < end;
    i32 position = offset + row(r, half).query;
    return key < end && key <= position + p.right && key >= position - p.left;
  }

  // exp(a - b) for scores; b is not minus infinity. Masks make scores so large that only their difference,
  // not their multiples', is near enough.
  __device__ __forceinline__ float power(float a, float b) const {
    return exp2Fast(ADDS ? (a - b) * factor : fmaf(a, factor, -b * factor));
  }
  static __device__ __forceinline__ float shiftOf(float highest) {
    return highest == minusInfinity() ? 0.f : highest;
  }

  // Products of the queries with this warp's keys, as far as there are any.
  __device__ __forceinline__ void score(Scores (&s)[STEPS], const T* k, i32 left) const {
#pragma unroll
    for (int step = 0; step < STEPS; ++step)
#pragma unroll
      for (int r = 0; r < C::ROWS; ++r)
#pragma unroll
        for (int i = 0; i < 8; ++i) s[step][r][i / 4][i % 4] = 0;
#pragma unroll
    for (int d = 0; d < PADDED / 16; ++d) {
      typename Math::Query now[C::ROWS];
#pragma unroll
      for (int r = 0; r < C::ROWS; ++r) now[r] = KEPT ? kept[KEPT ? d : 0][r] : query(r, d);
#pragma unroll
      for (int step = 0; step < STEPS; ++step)
        if (step * 16 < left) Math::template score<PITCH>(s[step], now, k + step * 16 * PITCH, d, lane);
    }
  }

  // How the scores of a tile become weights: 2^(score * factor - less).
  struct Weighing {
    float factor, less[C::ROWS][2];
  };

  // The highest score so far: what powers are taken from, and by how much former sums shrink. `masked`: what
  // finish() says; then that highest score is taken from the scores right here.
  __device__ __forceinline__ Weighing raise(Scores (&s)[STEPS], bool masked, float (&shrink)[C::ROWS][2]) {
    bool products = ADDS && !C::SOFTCAP && !masked;
    Weighing w;
    w.factor = products ? p.scale * kLog2e : factor;
#pragma unroll
    for (int r = 0; r < C::ROWS; ++r)
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        float most = ADDS ? minusInfinity() : top[r][half];
#pragma unroll
        for (int step = 0; step < STEPS; ++step)
#pragma unroll
          for (int i = 0; i < 4; ++i) most = fmaxf(most, s[step][r][i / 2][half * 2 + i % 2]);
        most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, 1));
        most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, 2));
        if (ADDS) most = fmaxf(top[r][half], products ? most * p.scale : most);
        float shift = shiftOf(most);
        w.less[r][half] = masked ? 0.f : shift * factor;
        // Finite, for rows that see only the lowest masks of tiles before this one.
        if (ADDS) w.less[r][half] = fmaxf(w.less[r][half], -3.402823466e38f);
        shrink[r][half] = power(top[r][half], shift);
        top[r][half] = most;
        sum[r][half] *= shrink[r][half];
      }
    if (masked)
#pragma unroll
      for (int step = 0; step < STEPS; ++step)
#pragma unroll
        for (int r = 0; r < C::ROWS; ++r)
#pragma unroll
          for (int i = 0; i < 8; ++i) s[step][r][i / 4][i % 4] -= shiftOf(top[r][i % 4 / 2]);
    return w;
  }
  __device__ __forceinline__ void shrinkResults(const float (&shrink)[C::ROWS][2]) {
#pragma unroll
    for (int r = 0; r < C::ROWS; ++r)
#pragma unroll
      for (int n = 0; n < TILES; ++n)
#pragma unroll
        for (int i = 0; i < 4; ++i) o[r][n][i] *= shrink[r][i / 2];
  }
  // Scores of one step of keys to weights.
  __device__ __forceinline__ void weigh(Scores& s, const Weighing& w) {
#pragma unroll
    for (int r = 0; r < C::ROWS; ++r)
#pragma unroll
      for (int i = 0; i < 8; ++i) {
        float& x = s[r][i / 4][i % 4];
        x = exp2Fast(fmaf(x, w.factor, -w.less[r][i % 4 / 2]));
        sum[r][i % 4 / 2] += x;
      }
  }

  __device__ __forceinline__ void compute(i32 first, int stage) {
    Scores s[STEPS];
    const T* k = keys + (stage * C::KEYS + keyWarp * STEPS * 16) * PITCH;
    const T* v = values + (stage * C::KEYS + keyWarp * STEPS * 16) * VALUE_PITCH;
    i32 left = end - first - keyWarp * STEPS * 16;  // keys from this warp's first on
    if (left <= 0) return;
    Masks masks;
    if (AHEAD) loadMasks(masks, first);
    if constexpr (Math::WHOLE_TILES) {
      Math::template scoreTile<C::KEYS, PADDED>(&s[0][0][0][0], kept, k);
    } else {
      score(s, k, left);
    }
    bool masked = finish(s, masks, first);
    float shrink[C::ROWS][2];
    Weighing weighing = raise(s, masked, shrink);
    shrinkResults(shrink);
#pragma unroll
    for (int step = 0; step < STEPS; ++step) {
      if (!Math::WHOLE_TILES && step * 16 >= left) break;
      weigh(s[step], weighing);
      if constexpr (!Math::WHOLE_TILES)
        Math::template apply<VALUE_PITCH>(o, s[step], v + step * 16 * VALUE_PITCH, lane);
    }
    if constexpr (Math::WHOLE_TILES)
      Math::template applyTile<C::KEYS, VALUE_PADDED>(&o[0][0][0], &s[0][0][0][0], v);
  }

  // attention_ahead.cuh
  typedef u32 Weights[C::KEYS / 16][4];
  template <bool FIRST, bool PLAIN>
  __device__ void computeAhead(i32 first, const T* k, const T* valuesBefore, const Masks& masks,
                               Weights& weights);
  template <class Next>
  __device__ void runAhead(Next loadNext);

  // Adds what another warp or block found for the same queries.
  __device__ __forceinline__ void join(int r, int half, float otherTop, float otherSum, float& mine,
                                       float& other) {
    float most = fmaxf(top[r][half], otherTop), shift = shiftOf(most);
    mine = power(top[r][half], shift);
    other = power(otherTop, shift);
    top[r][half] = most;
    sum[r][half] = sum[r][half] * mine + otherSum * other;
  }

  // attention_results.cuh
  __device__ bool joinKeyWarps(char* shared);
  __device__ void storePartial(int r, int half, i32 local) const;
  __device__ void store() const;

  __device__ __forceinline__ void run(char* shared) {
    allowNext();
    waitForPrevious();
    setRange();
    i32 coming = begin;  // the first key of the next tile to load
    int filling = 0, reading = 0;
    auto loadNext = [&] {
      if (coming < end) loadTile(coming, filling);
      commitCopies();
      coming += C::KEYS;
      filling = filling + 1 == C::STAGES ? 0 : filling + 1;
    };
    constexpr int KEPT_STAGES = C::AHEAD_SCORES ? 2 : 1;  // that are read while others are filled
#pragma unroll
    for (int i = 0; i < (C::STAGES > KEPT_STAGES ? C::STAGES - KEPT_STAGES : 1); ++i) loadNext();
    if (KEPT) {
#pragma unroll
      for (int d = 0; d < PADDED / 16; ++d)
#pragma unroll
        for (int r = 0; r < C::ROWS; ++r) kept[KEPT ? d : 0][r] = query(r, d);
    }
    if constexpr (C::AHEAD_SCORES) runAhead(loadNext);
    for (i32 first = C::AHEAD_SCORES ? end : begin; first < end; first += C::KEYS) {
      waitCopies<(C::STAGES > 1 ? C::STAGES - 2 : 0)>();
      Math::publish();
      __syncthreads();
      if (C::STAGES > 1) loadNext();
      compute(first, reading);
      reading = reading + 1 == C::STAGES ? 0 : reading + 1;
      if (C::STAGES == 1 && first + C::KEYS < end) {
        __syncthreads();
        loadNext();
      }
    }
    waitCopies<0>();
#pragma unroll
    for (int r = 0; r < C::ROWS; ++r)
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        sum[r][half] += __shfl_xor_sync(0xffffffffu, sum[r][half], 1);
        sum[r][half] += __shfl_xor_sync(0xffffffffu, sum[r][half], 2);
      }
    if (joinKeyWarps(shared)) store();
  }
};

template <class C>
__device__ __forceinline__ void attend(const AttentionParams& p) {
  extern __shared__ __align__(1024) char shared[];
  Attention<C>(p, shared).run(shared);
}

#include "attention_ahead.cuh"
#include "attention_results.cuh"
