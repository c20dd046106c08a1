// Reductions, softmax and normalizations: LANES threads share a row. A row is whatever is reduced together,
// found through strides. Elements are taken W at a time: neighbours in a row, or, where MANY, the same place
// of W neighbouring rows. Generated code (tactics/row_code.cpp) gives, for W elements whose first lies at[k]
// elements into operand k,
//   Region::source<W>(p, at, x)      the anchor's input as float, pointwise nodes before it included
//   Region::sink<W>(p, at, y)        stores what follows from the anchor's result
//   Region::scale/bias<W>(p, at, x)  parameters of normalizations
#pragma once

#include "math.cuh"
#include "vectors.cuh"

constexpr int kRowAxes = 8;

// Threads of a block: rows with few lanes share one, rows with many have one of their own.
constexpr int threadsOf(int lanes) { return lanes > 256 ? lanes : 256; }

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
  float* partial;                // [parts of a row][rows], for rows that several blocks share
  Axes<OPERANDS> rows, columns;  // the axis that vectors lie along counts vectors
  u32 vectorStrides[OPERANDS];   // along that axis: 1, or 0 where an operand is broadcast
  u32 length;                    // elements of a row
  u32 chunk;                     // of the columns' steps, what one block takes
  u32 parts;                     // blocks that share a row
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

// One number a row: of this thread's row, or of its N neighbouring ones.
template <int N>
struct PerRow {
  float v[N];
  __device__ __forceinline__ float& operator[](int w) { return v[N == 1 ? 0 : w]; }
  __device__ __forceinline__ float operator[](int w) const { return v[N == 1 ? 0 : w]; }
};

// Lanes of one row are neighbours; every lane gets the result.
template <int LANES, class Join>
__device__ __forceinline__ void joinLanes(PerRow<1>& x) {
#pragma unroll
  for (int step = (LANES < 32 ? LANES : 32) / 2; step; step /= 2)
    x.v[0] = Join::join(x.v[0], __shfl_xor_sync(0xffffffffu, x.v[0], step));
  if constexpr (LANES > 32) {
    constexpr int kWarps = threadsOf(LANES) / 32, kOfRow = LANES / 32;
    __shared__ float parts[kWarps];
    u32 warp = threadIdx.x / 32, first = warp / kOfRow * kOfRow;
    __syncthreads();
    if (threadIdx.x % 32 == 0) parts[warp] = x.v[0];
    __syncthreads();
    x.v[0] = parts[first];
#pragma unroll
    for (u32 i = 1; i < kOfRow; ++i) x.v[0] = Join::join(x.v[0], parts[first + i]);
  }
}
// Neighbouring threads have neighbouring rows; lanes of one row lie a stride apart.
template <int LANES, class Join, int W>
__device__ __forceinline__ void joinApart(PerRow<W>& x) {
  if constexpr (LANES == 1) return;
  constexpr int kRows = threadsOf(LANES) / LANES;
  __shared__ PerRow<W> parts[LANES][kRows];
  u32 row = threadIdx.x % kRows;
  __syncthreads();
  parts[threadIdx.x / kRows][row] = x;
  __syncthreads();
  x = parts[0][row];
#pragma unroll
  for (int i = 1; i < LANES; ++i)
#pragma unroll
    for (int w = 0; w < W; ++w) x.v[w] = Join::join(x.v[w], parts[i][row].v[w]);
}

// The row (or rows) of this thread. KEPT: vectors of each lane that stay in registers, or 0 to read them in
// every pass.
template <class Region, int LANES, int KEPT, int WIDTH, bool MANY, int COLUMN_AXES, int OPERANDS>
struct RowReader {
  static constexpr int W = WIDTH, kResults = MANY ? WIDTH : 1;
  typedef PerRow<kResults> Result;
  const RowParams<OPERANDS>& p;
  u32 base[OPERANDS];
  bool exists;                  // rows past the last take part in joining only
  u32 index, lane, begin, end;  // of the columns' steps
  float kept[KEPT ? KEPT : 1][W];

  __device__ __forceinline__ void locate(u32 column, u32 (&at)[OPERANDS]) const {
    p.columns.template locate<COLUMN_AXES>(column, base, at);
  }
  __device__ __forceinline__ void read(u32 column, float (&x)[W]) const {
    u32 at[OPERANDS];
    locate(column, at);
    Region::template source<W>(p, at, x);
  }
  __device__ __forceinline__ void fill() {
#pragma unroll
    for (int i = 0; i < KEPT; ++i)
      if (lane + i * LANES < end) read(lane + i * LANES, kept[i]);
  }
  // f(column, values) for each vector of this lane.
  template <class F>
  __device__ __forceinline__ void each(F f) const {
    if (KEPT) {
#pragma unroll
      for (int i = 0; i < KEPT; ++i)
        if (lane + i * LANES < end) f(lane + i * LANES, kept[i]);
    } else {
#pragma unroll 4
      for (u32 c = begin + lane; c < end; c += LANES) {
        float x[W];
        read(c, x);
        f(c, x);
      }
    }
  }
  // map(value, w)
  template <class Join, class Map>
  __device__ __forceinline__ Result reduce(Map map) const {
    Result total;
#pragma unroll
    for (int w = 0; w < kResults; ++w) total[w] = Join::start();
    each([&](u32, const float(&x)[W]) {
#pragma unroll
      for (int w = 0; w < W; ++w) total[w] = Join::join(total[w], map(x[w], w));
    });
    if constexpr (MANY)
      joinApart<LANES, Join>(total);
    else
      joinLanes<LANES, Join>(total);
    return total;
  }
  // f(values, offsets, results)
  template <class F>
  __device__ __forceinline__ void write(F f) const {
    each([&](u32 column, const float(&x)[W]) {
      u32 at[OPERANDS];
      locate(column, at);
      float y[W];
      f(x, at, y);
      Region::template sink<W>(p, at, y);
    });
  }
  // For one result a row.
  __device__ __forceinline__ void writeOne(const Result& y) const {
    if (exists && lane == 0) Region::template sink<kResults>(p, base, y.v);
  }
  __device__ __forceinline__ void writePart(const Result& y) const {
    if (!exists || lane) return;
#pragma unroll
    for (int w = 0; w < kResults; ++w) p.partial[(blockIdx.y * p.rows.count + index) * kResults + w] = y.v[w];
  }
};

struct Softmax {
  template <class Region, class Reader>
  static __device__ __forceinline__ void run(const Reader& row) {
    constexpr int W = Reader::W;
    auto top = row.template reduce<Largest>([](float x, int) { return x; });
    auto sum = row.template reduce<Plus>([&](float x, int w) { return __expf(x - top[w]); });
#pragma unroll
    for (int w = 0; w < Reader::kResults; ++w) sum[w] = 1.f / sum[w];
    row.write([&](const float* x, const u32*, float* y) {
#pragma unroll
      for (int w = 0; w < W; ++w) y[w] = __expf(x[w] - top[w]) * sum[w];
    });
  }
};

struct LogSoftmax {
  template <class Region, class Reader>
  static __device__ __forceinline__ void run(const Reader& row) {
    constexpr int W = Reader::W;
    auto top = row.template reduce<Largest>([](float x, int) { return x; });
    auto sum = row.template reduce<Plus>([&](float x, int w) { return __expf(x - top[w]); });
#pragma unroll
    for (int w = 0; w < Reader::kResults; ++w) top[w] += logf(sum[w]);
    row.write([&](const float* x, const u32*, float* y) {
#pragma unroll
      for (int w = 0; w < W; ++w) y[w] = x[w] - top[w];
    });
  }
};

// To mean 0 where CENTER, and to variance 1.
template <bool CENTER>
struct Normalize {
  template <class Region, class Reader>
  static __device__ __forceinline__ void run(const Reader& row) {
    constexpr int W = Reader::W;
    float n = row.p.length;
    typename Reader::Result mean{};
    if (CENTER) {
      mean = row.template reduce<Plus>([](float x, int) { return x; });
#pragma unroll
      for (int w = 0; w < Reader::kResults; ++w) mean[w] /= n;
    }
    auto scale = row.template reduce<Plus>([&](float x, int w) { return (x - mean[w]) * (x - mean[w]); });
#pragma unroll
    for (int w = 0; w < Reader::kResults; ++w) scale[w] = 1.f / sqrtf(scale[w] / n + Region::epsilon());
    row.write([&](const float* x, const u32* offsets, float* y) {
      float factor[W], shift[W];
      Region::template scale<W>(row.p, offsets, factor);
      Region::template bias<W>(row.p, offsets, shift);
#pragma unroll
      for (int w = 0; w < W; ++w) y[w] = (x[w] - mean[w]) * scale[w] * factor[w] + shift[w];
    });
  }
};

struct LogSumExp {
  template <class Region, class Reader>
  static __device__ __forceinline__ void run(const Reader& row) {
    auto top = row.template reduce<Largest>([](float x, int) { return x; });
    auto sum = row.template reduce<Plus>([&](float x, int w) { return expf(x - top[w]); });
#pragma unroll
    for (int w = 0; w < Reader::kResults; ++w)
      if (top[w] - top[w] == 0) top[w] += logf(sum[w]);
    row.writeOne(top);
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
    finish(row, part(row));
  }
  template <class Reader>
  static __device__ __forceinline__ auto part(const Reader& row) {
    return row.template reduce<Join>([&](float x, int) { return Map::apply(x, 0); });
  }
  template <class Reader>
  static __device__ __forceinline__ void finish(const Reader& row, typename Reader::Result y) {
#pragma unroll
    for (int w = 0; w < Reader::kResults; ++w) y[w] = Finish::apply(y[w], row.p.length);
    row.writeOne(y);
  }
  static __device__ __forceinline__ float start() { return Join::start(); }
  static __device__ __forceinline__ float join(float a, float b) { return Join::join(a, b); }
};

template <class Region, int LANES, int KEPT, int W, bool MANY, int ROW_AXES, int COLUMN_AXES, int OPERANDS>
__device__ __forceinline__ RowReader<Region, LANES, KEPT, W, MANY, COLUMN_AXES, OPERANDS> rowOfThread(
    const RowParams<OPERANDS>& p) {
  constexpr u32 kRows = threadsOf(LANES) / LANES;
  u32 row = MANY ? threadIdx.x % kRows : threadIdx.x / LANES, index = blockIdx.x * kRows + row;
  bool exists = index < p.rows.count;
  u32 begin = blockIdx.y * p.chunk,
      end = begin + p.chunk < p.columns.count ? begin + p.chunk : p.columns.count;
  RowReader<Region, LANES, KEPT, W, MANY, COLUMN_AXES, OPERANDS> reader{
      p, {}, exists, index, MANY ? threadIdx.x / kRows : threadIdx.x % LANES, begin, exists ? end : 0, {}};
  u32 zero[OPERANDS] = {};
  p.rows.template locate<ROW_AXES>(exists ? index : 0, zero, reader.base);
  return reader;
}

template <class Region, class Anchor, int LANES, int KEPT, int W, bool MANY, int ROW_AXES, int COLUMN_AXES,
          int OPERANDS>
__device__ __forceinline__ void runRows(const RowParams<OPERANDS>& p) {
  allowNext();
  waitForPrevious();
  auto row = rowOfThread<Region, LANES, KEPT, W, MANY, ROW_AXES, COLUMN_AXES>(p);
  row.fill();
  Anchor::template run<Region>(row);
}

// The part of a reduction that one of several blocks does, and what joins them: a warp for each row.
template <class Region, class Anchor, int LANES, int W, bool MANY, int ROW_AXES, int COLUMN_AXES,
          int OPERANDS>
__device__ __forceinline__ void runPart(const RowParams<OPERANDS>& p) {
  allowNext();
  waitForPrevious();
  auto row = rowOfThread<Region, LANES, 0, W, MANY, ROW_AXES, COLUMN_AXES>(p);
  row.writePart(Anchor::part(row));
}
template <class Region, class Anchor, int W, bool MANY, int ROW_AXES, int OPERANDS>
__device__ __forceinline__ void runJoin(const RowParams<OPERANDS>& p) {
  allowNext();
  waitForPrevious();
  constexpr int N = MANY ? W : 1;
  u32 index = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x % 32;
  if (index >= p.rows.count) return;
  RowReader<Region, 32, 0, W, MANY, 1, OPERANDS> row{p, {}, true, index, lane, 0, 1, {}};
  u32 zero[OPERANDS] = {};
  p.rows.template locate<ROW_AXES>(index, zero, row.base);
  PerRow<N> total;
#pragma unroll
  for (int w = 0; w < N; ++w) {
    total[w] = Anchor::start();
    for (u32 part = lane; part < p.parts; part += 32)
      total[w] = Anchor::join(total[w], p.partial[(part * p.rows.count + index) * N + w]);
#pragma unroll
    for (int step = 16; step; step /= 2)
      total[w] = Anchor::join(total[w], __shfl_xor_sync(0xffffffffu, total[w], step));
  }
  Anchor::finish(row, total);
}
