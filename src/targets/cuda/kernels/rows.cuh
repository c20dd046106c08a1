// Reductions, softmax and normalizations: LANES threads (1, 32 or a whole block) share a row. A row is
// whatever is reduced together, found through strides; threads of neighbouring rows are neighbours. Generated
// code gives
//   Region::source(p, at)      the anchor's input as float, pointwise nodes before it included
//   Region::sink(p, at, y)     stores what follows from the anchor's result
//   Region::scale/bias(p, at)  parameters of normalizations
// where at[k] is the offset of operand k's element (tactics/rows.cpp).
#pragma once

#include "math.cuh"

constexpr int kRowAxes = 8;
constexpr int kRowThreads = 256;

// Strides and extents from the fastest axis on; AXES: how many there are, 0 where only the launch knows.
template <int OPERANDS>
struct Axes {
  u32 strides[OPERANDS][kRowAxes];
  Divisor extents[kRowAxes];
  u32 count, axes;

  template <int AXES>
  __device__ __forceinline__ void locate(u32 index, const u32 (&base)[OPERANDS], u32 (&at)[OPERANDS]) const {
#pragma unroll
    for (int k = 0; k < OPERANDS; ++k) at[k] = base[k];
    u32 rest = index, wanted = AXES ? AXES : axes;
#pragma unroll
    for (u32 a = 0; a < (AXES ? AXES : kRowAxes); ++a) {
      if (a >= wanted) break;
      u32 above = a + 1 < wanted ? extents[a].divide(rest) : 0;
      u32 here = rest - above * extents[a].divisor;
#pragma unroll
      for (int k = 0; k < OPERANDS; ++k) at[k] += here * strides[k][a];
      rest = above;
    }
  }
};

template <int OPERANDS>
struct RowParams {
  void* memory[OPERANDS];
  Axes<OPERANDS> rows, columns;
};

struct Plus {
  static __device__ __forceinline__ float start() { return 0; }
  static __device__ __forceinline__ float join(float a, float b) { return a + b; }
};
struct Times {
  static __device__ __forceinline__ float start() { return 1; }
  static __device__ __forceinline__ float join(float a, float b) { return a * b; }
};
struct Largest {
  static __device__ __forceinline__ float start() { return -math::infinity<float>(); }
  static __device__ __forceinline__ float join(float a, float b) { return math::larger(a, b); }
};
struct Smallest {
  static __device__ __forceinline__ float start() { return math::infinity<float>(); }
  static __device__ __forceinline__ float join(float a, float b) { return math::smaller(a, b); }
};

// Every lane gets the result.
template <int LANES, class Join>
__device__ __forceinline__ float joinLanes(float x) {
  if (LANES > 1) {
#pragma unroll
    for (int step = 16; step; step /= 2) x = Join::join(x, __shfl_xor_sync(0xffffffffu, x, step));
  }
  if (LANES > 32) {
    __shared__ float parts[kRowThreads / 32];
    __syncthreads();
    if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = x;
    __syncthreads();
    x = parts[0];
#pragma unroll
    for (int i = 1; i < kRowThreads / 32; ++i) x = Join::join(x, parts[i]);
  }
  return x;
}

// The row of this thread. KEPT: elements of each lane that stay in registers, or 0 to read them in every
// pass.
template <class Region, int LANES, int KEPT, int COLUMN_AXES, int OPERANDS>
struct RowReader {
  const RowParams<OPERANDS>& p;
  u32 base[OPERANDS];
  u32 lane;
  bool exists;  // lanes of rows past the end take part in joining only
  float kept[KEPT ? KEPT : 1];

  __device__ __forceinline__ u32 length() const { return exists ? p.columns.count : 0; }
  __device__ __forceinline__ float read(u32 column) const {
    u32 at[OPERANDS];
    p.columns.template locate<COLUMN_AXES>(column, base, at);
    return Region::source(p, at);
  }
  __device__ __forceinline__ void fill() {
#pragma unroll
    for (int i = 0; i < KEPT; ++i)
      if (lane + i * LANES < length()) kept[i] = read(lane + i * LANES);
  }
  // f(column, value) for each element of this lane.
  template <class F>
  __device__ __forceinline__ void each(F f) const {
    if (KEPT) {
#pragma unroll
      for (int i = 0; i < KEPT; ++i)
        if (lane + i * LANES < length()) f(lane + i * LANES, kept[i]);
    } else {
      for (u32 c = lane; c < length(); c += LANES) f(c, read(c));
    }
  }
  template <class Join, class Map>
  __device__ __forceinline__ float reduce(Map map) const {
    float total = Join::start();
    each([&](u32, float x) { total = Join::join(total, map(x)); });
    return joinLanes<LANES, Join>(total);
  }
  template <class F>
  __device__ __forceinline__ void write(F f) const {
    each([&](u32 column, float x) {
      u32 at[OPERANDS];
      p.columns.template locate<COLUMN_AXES>(column, base, at);
      Region::sink(p, at, f(x, at));
    });
  }
  // For one result a row.
  __device__ __forceinline__ void writeOne(float y) const {
    if (exists && lane == 0) Region::sink(p, base, y);
  }
};

struct Softmax {
  template <class Region, class Reader>
  static __device__ __forceinline__ void run(const Reader& row) {
    float top = row.template reduce<Largest>([](float x) { return x; });
    float sum = row.template reduce<Plus>([=](float x) { return expf(x - top); });
    row.write([=](float x, auto&) { return expf(x - top) / sum; });
  }
};

struct LogSoftmax {
  template <class Region, class Reader>
  static __device__ __forceinline__ void run(const Reader& row) {
    float top = row.template reduce<Largest>([](float x) { return x; });
    float shift = top + logf(row.template reduce<Plus>([=](float x) { return expf(x - top); }));
    row.write([=](float x, auto&) { return x - shift; });
  }
};

// To mean 0 where CENTER, and to variance 1.
template <bool CENTER>
struct Normalize {
  template <class Region, class Reader>
  static __device__ __forceinline__ void run(const Reader& row) {
    float n = row.p.columns.count, mean = 0;
    if (CENTER) mean = row.template reduce<Plus>([](float x) { return x; }) / n;
    float variance = row.template reduce<Plus>([=](float x) { return (x - mean) * (x - mean); }) / n;
    float inverse = 1.f / sqrtf(variance + Region::epsilon());
    row.write([=, &row](float x, auto& at) {
      return (x - mean) * inverse * Region::scale(row.p, at) + Region::bias(row.p, at);
    });
  }
};

struct LogSumExp {
  template <class Region, class Reader>
  static __device__ __forceinline__ void run(const Reader& row) {
    float top = row.template reduce<Largest>([](float x) { return x; });
    float sum = row.template reduce<Plus>([=](float x) { return expf(x - top); });
    row.writeOne(top - top == 0 ? top + logf(sum) : top);
  }
};

struct Same {
  static __device__ __forceinline__ float apply(float x, float) { return x; }
};
struct Magnitude {
  static __device__ __forceinline__ float apply(float x, float) { return fabsf(x); }
};
struct Square {
  static __device__ __forceinline__ float apply(float x, float) { return x * x; }
};
struct Average {
  static __device__ __forceinline__ float apply(float x, float n) { return x / n; }
};
struct Root {
  static __device__ __forceinline__ float apply(float x, float) { return sqrtf(x); }
};
struct Logarithm {
  static __device__ __forceinline__ float apply(float x, float) { return logf(x); }
};

template <class Join, class Map, class Finish>
struct Reduce {
  template <class Region, class Reader>
  static __device__ __forceinline__ void run(const Reader& row) {
    float n = row.p.columns.count;
    row.writeOne(Finish::apply(row.template reduce<Join>([=](float x) { return Map::apply(x, n); }), n));
  }
};

template <class Region, class Anchor, int LANES, int KEPT, int ROW_AXES, int COLUMN_AXES, int OPERANDS>
__device__ __forceinline__ void runRows(const RowParams<OPERANDS>& p) {
  waitForPrevious();
  allowNext();
  u32 index = blockIdx.x * (kRowThreads / LANES) + threadIdx.x / LANES;
  bool exists = index < p.rows.count;
  RowReader<Region, LANES, KEPT, COLUMN_AXES, OPERANDS> row{p, {}, threadIdx.x % LANES, exists, {}};
  u32 zero[OPERANDS] = {};
  p.rows.template locate<ROW_AXES>(exists ? index : 0, zero, row.base);
  row.fill();
  Anchor::template run<Region>(row);
}
