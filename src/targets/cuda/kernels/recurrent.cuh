// LSTM, GRU and RNN. project(): the products with the inputs of all steps. recur(): all steps in one launch.
// Its blocks share the units of a direction and the batch; each keeps its rows of the recurrence weights in
// shared memory where they fit (WEIGHTS_KEPT), and hands on the new hidden state through memory and a barrier
// between the blocks of a group. Generated code gives a struct C:
//   T, Real            elements, and the type of the arithmetic
//   KIND, GATES        0: LSTM (4 gates), 1: GRU (3), 2: RNN (1)
//   LINEAR_FIRST       GRU: the reset gate applies behind the product
//   COUPLED            LSTM: the forget gate is 1 less the input gate
//   TOGETHER           batch elements that a warp computes at once
//   activate(direction, function, x)
#pragma once

#include "math.cuh"

struct RecurrentParams {
  const void *x, *w, *r, *bias;  // bias, h0, c0, peepholes, lengths: may be null
  const i32* lengths;
  const void *h0, *c0, *peepholes;
  void *y, *lastH, *lastC;                     // may be null
  void *gates, *states, *cells, *resetStates;  // of the type Real
  u32* arrived;                                // a counter for each group of blocks
  i32 steps, batch, inputs, hidden, directions, batchFirst, reverse;
  i32 unitBlocks, unitsEach, batchBlocks, batchEach, chunk;  // chunk: batch elements in shared memory at once
  double clip;
};

constexpr int kRecurrentThreads = 256;
constexpr int kProjectTile = 64, kProjectDepth = 16;

template <class C>
struct Recurrent {
  typedef typename C::T T;
  typedef typename C::Real R;
  static __device__ __forceinline__ R load(const void* at, i64 index) {
    return static_cast<R>(Element<T>::load(static_cast<const T*>(at)[index]));
  }
  static __device__ __forceinline__ void store(void* at, i64 index, R x) {
    static_cast<T*>(at)[index] = Element<T>::store(static_cast<typename Element<T>::Register>(x));
  }
  static __device__ __forceinline__ R clipped(const RecurrentParams& p, R x) {
    R bound = static_cast<R>(p.clip);
    return p.clip > 0 ? math::clamp(x, -bound, bound) : x;
  }
};

// gates[direction][step * batch + b][row] = x W^T + biases, 64 by 64 of them a block.
template <class C>
__device__ __forceinline__ void project(const RecurrentParams& p) {
  typedef Recurrent<C> Rec;
  typedef typename C::Real R;
  __shared__ R left[kProjectDepth][kProjectTile + 1], right[kProjectDepth][kProjectTile + 1];
  i32 rows = C::GATES * p.hidden, items = p.steps * p.batch, direction = blockIdx.z;
  i32 firstItem = blockIdx.x * kProjectTile, firstRow = blockIdx.y * kProjectTile;
  i32 tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  waitForPrevious();
  if (blockIdx.x == 0 && blockIdx.y == 0 && threadIdx.x < p.batchBlocks)
    p.arrived[direction * p.batchBlocks + threadIdx.x] = 0;
  R sums[4][4] = {};
  for (i32 depth = 0; depth < p.inputs; depth += kProjectDepth) {
    for (i32 i = threadIdx.x; i < kProjectTile * kProjectDepth; i += kRecurrentThreads) {
      i32 k = i % kProjectDepth, local = i / kProjectDepth, item = firstItem + local, row = firstRow + local;
      i32 from = p.batchFirst ? item % p.batch * p.steps + item / p.batch : item;
      bool inside = depth + k < p.inputs;
      left[k][local] =
          inside && item < items ? Rec::load(p.x, static_cast<i64>(from) * p.inputs + depth + k) : R(0);
      right[k][local] =
          inside && row < rows
              ? Rec::load(p.w, (static_cast<i64>(direction) * rows + row) * p.inputs + depth + k)
              : R(0);
    }
    __syncthreads();
#pragma unroll
    for (int k = 0; k < kProjectDepth; ++k) {
      R a[4], b[4];
#pragma unroll
      for (int i = 0; i < 4; ++i) a[i] = left[k][ty + 16 * i], b[i] = right[k][tx + 16 * i];
#pragma unroll
      for (int i = 0; i < 4; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j) sums[i][j] += a[i] * b[j];
    }
    __syncthreads();
  }
  allowNext();
#pragma unroll
  for (int j = 0; j < 4; ++j) {
    i32 row = firstRow + tx + 16 * j;
    if (row >= rows) continue;
    R bias = 0;
    if (p.bias) {
      i64 at = static_cast<i64>(direction) * 2 * rows + row;
      bool separate = C::KIND == 1 && C::LINEAR_FIRST && row >= 2 * p.hidden;
      bias = Rec::load(p.bias, at) + (separate ? R(0) : Rec::load(p.bias, at + rows));
    }
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      i32 item = firstItem + ty + 16 * i;
      if (item < items)
        static_cast<R*>(p.gates)[(static_cast<i64>(direction) * items + item) * rows + row] =
            sums[i][j] + bias;
    }
  }
}

template <class C>
struct Steps : Recurrent<C> {
  typedef Recurrent<C> Rec;
  typedef typename C::T T;
  typedef typename C::Real R;
  static constexpr int G = C::GATES, N = C::TOGETHER;

  const RecurrentParams& p;
  R* shared;   // [chunk][hidden]: the state that is multiplied
  T* weights;  // [unit][gate][hidden]
  i32 direction, group, firstUnit, units, firstBatch, count, lane, warp;
  u32 phase = 0;

  __device__ __forceinline__ Steps(const RecurrentParams& params, char* memory) : p(params) {
    shared = reinterpret_cast<R*>(memory);
    weights = reinterpret_cast<T*>(memory + static_cast<i64>(p.chunk) * p.hidden * sizeof(R));
    i32 unitBlock = blockIdx.x % p.unitBlocks;
    group = blockIdx.x / p.unitBlocks;
    direction = group / p.batchBlocks;
    firstUnit = unitBlock * p.unitsEach;
    units = max(0, min(p.unitsEach, p.hidden - firstUnit));
    firstBatch = group % p.batchBlocks * p.batchEach;
    count = max(0, min(p.batchEach, p.batch - firstBatch));
    lane = threadIdx.x % 32;
    warp = threadIdx.x / 32;
  }

  // Between all blocks that share a direction and a part of the batch.
  __device__ __forceinline__ void meet() {
    __syncthreads();
    if (p.unitBlocks == 1) return;
    if (threadIdx.x == 0) {
      phase += p.unitBlocks;
      u32* counter = p.arrived + group;
      asm volatile("red.release.gpu.global.add.u32 [%0], 1;" ::"l"(counter) : "memory");
      u32 seen;
      do {
        asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(seen) : "l"(counter) : "memory");
      } while (seen < phase);
    }
    __syncthreads();
  }

  __device__ __forceinline__ i64 stateAt(i32 b, i32 unit) const {
    return (static_cast<i64>(direction) * p.batch + b) * p.hidden + unit;
  }
  // Of h0, c0 and the last states.
  __device__ __forceinline__ i64 outerAt(i32 b, i32 unit) const {
    i64 line = p.batchFirst ? static_cast<i64>(b) * p.directions + direction
                            : static_cast<i64>(direction) * p.batch + b;
    return line * p.hidden + unit;
  }
  __device__ __forceinline__ R* states(i32 step) const {
    return static_cast<R*>(p.states) + static_cast<i64>(step % 2) * p.directions * p.batch * p.hidden;
  }
  __device__ __forceinline__ i32 lengthOf(i32 b) const {
    return p.lengths ? min(p.lengths[b], p.steps) : p.steps;
  }

  __device__ __forceinline__ void begin() {
    for (i32 i = threadIdx.x; i < units * count; i += kRecurrentThreads) {
      i32 b = firstBatch + i / units, unit = firstUnit + i % units;
      states(0)[stateAt(b, unit)] = p.h0 ? Rec::load(p.h0, outerAt(b, unit)) : R(0);
      if (C::KIND == 0)
        static_cast<R*>(p.cells)[stateAt(b, unit)] = p.c0 ? Rec::load(p.c0, outerAt(b, unit)) : R(0);
    }
    if (C::WEIGHTS_KEPT)
      for (i32 i = threadIdx.x; i < units * G * p.hidden; i += kRecurrentThreads) {
        i32 row = i / p.hidden, k = i % p.hidden;
        weights[i] = weightRow(row / G, row % G)[k];
      }
    meet();
  }
  // A row of the recurrence weights in memory.
  __device__ __forceinline__ const T* weightRow(i32 unit, i32 gate) const {
    return static_cast<const T*>(p.r) +
           ((static_cast<i64>(direction) * G + gate) * p.hidden + firstUnit + unit) * p.hidden;
  }

  __device__ __forceinline__ void fetch(const R* from, i32 begin, i32 n) {
    __syncthreads();
    const R* source = from + stateAt(firstBatch + begin, 0);
    for (i32 i = threadIdx.x; i < n * p.hidden; i += kRecurrentThreads) shared[i] = __ldcg(source + i);
    __syncthreads();
  }

  // Products of FIRST..LAST gates of a unit with N states from `local` on; every lane gets them.
  template <int FIRST, int LAST>
  __device__ __forceinline__ void dot(i32 unit, i32 local, i32 n, R (&sums)[G][N]) const {
    const T* rows[G];
#pragma unroll
    for (int g = FIRST; g < LAST; ++g)
      rows[g] = C::WEIGHTS_KEPT ? weights + (unit * G + g) * p.hidden : weightRow(unit, g);
#pragma unroll
    for (int g = FIRST; g < LAST; ++g)
#pragma unroll
      for (int j = 0; j < N; ++j) sums[g][j] = 0;
#pragma unroll 4
    for (i32 k = lane; k < p.hidden; k += 32) {
      R h[N];
#pragma unroll
      for (int j = 0; j < N; ++j) h[j] = j < n ? shared[(local + j) * p.hidden + k] : R(0);
#pragma unroll
      for (int g = FIRST; g < LAST; ++g) {
        R w = static_cast<R>(Element<T>::load(rows[g][k]));
#pragma unroll
        for (int j = 0; j < N; ++j) sums[g][j] += w * h[j];
      }
    }
#pragma unroll
    for (int g = FIRST; g < LAST; ++g)
#pragma unroll
      for (int j = 0; j < N; ++j)
#pragma unroll
        for (int step = 16; step; step /= 2) sums[g][j] += __shfl_xor_sync(0xffffffffu, sums[g][j], step);
  }

  // The element of batch that this lane finishes.
  struct Place {
    bool exists, active;
    i32 b, unit, t;
    i64 state;
    R x[G];
  };
  template <int FIRST, int LAST>
  __device__ __forceinline__ Place place(i32 step, i32 local, i32 n, i32 unit) const {
    Place at{};
    at.exists = lane < n;
    if (!at.exists) return at;
    at.b = firstBatch + local + lane;
    at.unit = firstUnit + unit;
    at.state = stateAt(at.b, at.unit);
    i32 length = lengthOf(at.b);
    at.active = step < length;
    bool backwards = direction == 1 || p.reverse;
    at.t = at.active && backwards ? length - 1 - step : step;
    i64 item = (static_cast<i64>(direction) * p.steps + at.t) * p.batch + at.b;
#pragma unroll
    for (int g = FIRST; g < LAST; ++g)
      at.x[g] = static_cast<const R*>(p.gates)[(item * G + g) * p.hidden + at.unit];
    return at;
  }
  static __device__ __forceinline__ R mine(const R (&sums)[N], i32 lane) {
    R x = sums[0];
#pragma unroll
    for (int j = 1; j < N; ++j)
      if (lane == j) x = sums[j];
    return x;
  }
  __device__ __forceinline__ R f(int function, R x) const {
    return C::activate(direction, function, Rec::clipped(p, x));
  }
  __device__ __forceinline__ R peephole(i32 gate, i32 unit) const {
    return p.peepholes ? Rec::load(p.peepholes, (static_cast<i64>(direction) * 3 + gate) * p.hidden + unit)
                       : R(0);
  }

  __device__ __forceinline__ R lstm(const Place& at, const R (&s)[G]) const {
    R& cell = static_cast<R*>(p.cells)[at.state];
    R c = cell;
    R in = f(0, at.x[0] + s[0] + peephole(0, at.unit) * c);
    R forget = C::COUPLED ? R(1) - in : f(0, at.x[2 % G] + s[2 % G] + peephole(2, at.unit) * c);
    c = forget * c + in * f(1, at.x[3 % G] + s[3 % G]);
    R h = f(0, at.x[1 % G] + s[1 % G] + peephole(1, at.unit) * c) * f(2, c);
    cell = c;
    return h;
  }
  __device__ __forceinline__ R gruAtOnce(const Place& at, const R (&s)[G], R old) const {
    R update = f(0, at.x[0] + s[0]), reset = f(0, at.x[1 % G] + s[1 % G]);
    R bias = p.bias ? Rec::load(p.bias, static_cast<i64>(direction) * 6 * p.hidden + 5 * p.hidden + at.unit)
                    : R(0);
    R value = f(1, at.x[2 % G] + reset * (s[2 % G] + bias));
    return (R(1) - update) * value + update * old;
  }

  __device__ __forceinline__ void finish(const Place& at, i32 step, R h) const {
    states(step + 1)[at.state] = h;
    if (p.y) {
      i64 line = p.batchFirst ? (static_cast<i64>(at.b) * p.steps + at.t) * p.directions + direction
                              : (static_cast<i64>(at.t) * p.directions + direction) * p.batch + at.b;
      Rec::store(p.y, line * p.hidden + at.unit, at.active ? h : R(0));
    }
  }

  // f(unit, local, n) for each unit and up to N batch elements, one warp each; `from` is in shared memory
  // then.
  template <class F>
  __device__ __forceinline__ void each(const R* from, F work) {
    for (i32 begin = 0; begin < count; begin += p.chunk) {
      i32 n = min(p.chunk, count - begin);
      fetch(from, begin, n);
      for (i32 i = warp; i < units * ((n + N - 1) / N); i += kRecurrentThreads / 32) {
        i32 local = i / units * N;
        work(i % units, begin, local, min(N, n - local));
      }
    }
  }

  __device__ __forceinline__ void step(i32 step) {
    each(states(step), [&](i32 unit, i32 begin, i32 local, i32 n) {
      constexpr int LAST = C::KIND == 1 && !C::LINEAR_FIRST ? 2 : G;
      Place at = place<0, LAST>(step, begin + local, n, unit);
      R sums[G][N], s[G] = {};
      dot<0, LAST>(unit, local, n, sums);
#pragma unroll
      for (int g = 0; g < LAST; ++g) s[g] = mine(sums[g], lane);
      if (!at.exists) return;
      R old = shared[(local + lane) * p.hidden + at.unit];
      if (C::KIND == 1 && !C::LINEAR_FIRST) {
        static_cast<R*>(p.cells)[at.state] = f(0, at.x[0] + s[0]);
        static_cast<R*>(p.resetStates)[at.state] = f(0, at.x[1 % G] + s[1 % G]) * old;
        return;
      }
      R h = old;
      if (at.active)
        h = C::KIND == 0 ? lstm(at, s) : C::KIND == 1 ? gruAtOnce(at, s, old) : f(0, at.x[0] + s[0]);
      finish(at, step, h);
    });
    meet();
    if (C::KIND != 1 || C::LINEAR_FIRST) return;
    each(static_cast<const R*>(p.resetStates), [&](i32 unit, i32 begin, i32 local, i32 n) {
      Place at = place<2 % G, G>(step, begin + local, n, unit);
      R sums[G][N];
      dot<2 % G, G>(unit, local, n, sums);
      R s = mine(sums[G - 1], lane);
      if (!at.exists) return;
      R old = __ldcg(states(step) + at.state), update = static_cast<const R*>(p.cells)[at.state];
      R h = old;
      if (at.active) h = (R(1) - update) * f(1, at.x[G - 1] + s) + update * old;
      finish(at, step, h);
    });
    meet();
  }

  __device__ __forceinline__ void run() {
    waitForPrevious();
    begin();
    for (i32 k = 0; k < p.steps; ++k) step(k);
    allowNext();
    for (i32 i = threadIdx.x; i < units * count; i += kRecurrentThreads) {
      i32 b = firstBatch + i / units, unit = firstUnit + i % units;
      if (p.lastH) Rec::store(p.lastH, outerAt(b, unit), __ldcg(states(p.steps) + stateAt(b, unit)));
      if (C::KIND == 0 && p.lastC)
        Rec::store(p.lastC, outerAt(b, unit), __ldcg(static_cast<const R*>(p.cells) + stateAt(b, unit)));
    }
  }
};

template <class C>
__device__ __forceinline__ void recur(const RecurrentParams& p) {
  extern __shared__ __align__(16) char memory[];
  Steps<C>(p, memory).run();
}
