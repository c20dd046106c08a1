// Copies between tensors that lie in memory by strides, and padding. T is an unsigned integer (or a vector of
// them) as wide as what is moved at once.
#pragma once

#include "common.cuh"

constexpr int kMoveAxes = 8;

// Axes from the slowest to the fastest of the target; strides in units of T.
struct MoveAxes {
  u32 count;  // product of the extents
  i32 rank;
  Divisor extent[kMoveAxes];
  i32 from[kMoveAxes], to[kMoveAxes];
};
struct MoveOffsets {
  i32 from, to;
};

__device__ __forceinline__ MoveOffsets offsetsOf(const MoveAxes& axes, u32 index) {
  MoveOffsets at{0, 0};
  for (int d = axes.rank - 1; d >= 0; --d) {
    u32 next = axes.extent[d].divide(index);
    i32 position = static_cast<i32>(index - next * axes.extent[d].divisor);
    at.from += position * axes.from[d];
    at.to += position * axes.to[d];
    index = next;
  }
  return at;
}

struct StridedCopy {
  const void* from;
  void* to;
  MoveAxes axes;
};

template <typename T>
__device__ __forceinline__ void copyStrided(const StridedCopy& p) {
  allowNext();
  waitForPrevious();
  const T* from = static_cast<const T*>(p.from);
  T* to = static_cast<T*>(p.to);
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < p.axes.count; i += gridDim.x * blockDim.x) {
    MoveOffsets at = offsetsOf(p.axes, i);
    to[at.to] = from[at.from];
  }
}

// The two fastest axes change places: `columns` is the fastest of the source, `rows` of the target. One block
// moves one square through shared memory, so that both sides are read and written in lines.
struct TiledTranspose {
  const void* from;
  void* to;
  MoveAxes batch;
  u32 rows, columns;
  i32 rowStride;     // of the source
  i32 columnStride;  // of the target
  Divisor tilesAcross, tilesOfBatch;
};

constexpr int kTransposeThreads = 256;

// W neighbours are moved at once on both sides: extents, strides and addresses must be multiples of it.
template <typename T, int kSide, int W>
__device__ __forceinline__ void transposeTiled(const TiledTranspose& p) {
  __shared__ T tile[kSide][kSide + 1];
  allowNext();
  waitForPrevious();
  u32 batch = p.tilesOfBatch.divide(blockIdx.x);
  u32 inBatch = blockIdx.x - batch * p.tilesOfBatch.divisor;
  u32 tileRow = p.tilesAcross.divide(inBatch);
  u32 row = tileRow * kSide, column = (inBatch - tileRow * p.tilesAcross.divisor) * kSide;
  MoveOffsets at = offsetsOf(p.batch, batch);
  const T* from = static_cast<const T*>(p.from) + at.from;
  T* to = static_cast<T*>(p.to) + at.to;
  constexpr u32 kAcross = kSide / W, kStep = kTransposeThreads / kAcross;
  u32 x = threadIdx.x % kAcross * W, y = threadIdx.x / kAcross;
#pragma unroll
  for (u32 i = y; i < kSide; i += kStep)
    if (row + i < p.rows && column + x < p.columns) {
      auto v = *reinterpret_cast<const Vector<T, W>*>(from + static_cast<i32>(row + i) * p.rowStride +
                                                      static_cast<i32>(column + x));
#pragma unroll
      for (int k = 0; k < W; ++k) tile[i][x + k] = v.at[k];
    }
  __syncthreads();
#pragma unroll
  for (u32 i = y; i < kSide; i += kStep)
    if (row + x < p.rows && column + i < p.columns) {
      Vector<T, W> v;
#pragma unroll
      for (int k = 0; k < W; ++k) v.at[k] = tile[x + k][i];
      *reinterpret_cast<Vector<T, W>*>(to + static_cast<i32>(column + i) * p.columnStride +
                                       static_cast<i32>(row + x)) = v;
    }
}

// A few elements that lie `stride` apart in the source lie side by side in the target: a thread moves them
// all.
struct Interleaving {
  const void* from;
  void* to;
  MoveAxes axes;
  i32 few, stride;
};

template <typename T>
__device__ __forceinline__ void interleave(const Interleaving& p) {
  allowNext();
  waitForPrevious();
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < p.axes.count; i += gridDim.x * blockDim.x) {
    MoveOffsets at = offsetsOf(p.axes, i);
    const T* from = static_cast<const T*>(p.from) + at.from;
    T* to = static_cast<T*>(p.to) + at.to;
    for (i32 k = 0; k < p.few; ++k) to[k] = from[k * p.stride];
  }
}

// The same for W neighbours of the fastest axis in each of FEW lines of the source: by vectors of 16 bytes,
// to which extents, strides and addresses are multiples.
template <typename T, int FEW>
__device__ __forceinline__ void interleaveLines(const Interleaving& p) {
  constexpr int W = 16 / sizeof(T);
  typedef Vector<T, W> V;
  allowNext();
  waitForPrevious();
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < p.axes.count / W; i += gridDim.x * blockDim.x) {
    MoveOffsets at = offsetsOf(p.axes, i * W);
    const T* from = static_cast<const T*>(p.from) + at.from;
    V lines[FEW], mixed[FEW];
#pragma unroll
    for (int k = 0; k < FEW; ++k) lines[k] = *reinterpret_cast<const V*>(from + k * p.stride);
#pragma unroll
    for (int j = 0; j < FEW * W; ++j) mixed[j / W].at[j % W] = lines[j % FEW].at[j / FEW];
    V* to = reinterpret_cast<V*>(static_cast<T*>(p.to) + at.to);
#pragma unroll
    for (int k = 0; k < FEW; ++k) to[k] = mixed[k];
  }
}

enum PadMode { kPadConstant, kPadEdge, kPadReflect, kPadWrap };

// `axes.to` is not used: the target is dense. A thread pads kPadded neighbours along the last axis, of which
// `axes` counts such groups and `last` the elements.
constexpr i32 kPadded = 4;

struct Padding {
  const void* from;
  const void* value;  // null: zero
  void* to;
  MoveAxes axes;
  i32 begin[kMoveAxes], extent[kMoveAxes];  // of the source
  i32 last;
};

__device__ __forceinline__ i32 wrapped(i32 at, i32 period) {
  i32 rest = at % period;
  return rest < 0 ? rest + period : rest;
}

// Where a position is read, or one outside of the extent.
template <int MODE>
__device__ __forceinline__ i32 paddedFrom(i32 at, i32 extent) {
  if (MODE == kPadEdge) return at < 0 ? 0 : at >= extent ? extent - 1 : at;
  if (MODE == kPadWrap) return extent > 0 ? wrapped(at, extent) : -1;
  if (MODE == kPadReflect && extent > 0 && (at < 0 || at >= extent)) {
    i32 period = extent > 1 ? 2 * (extent - 1) : 1;
    at = wrapped(at, period);
    return at >= extent ? period - at : at;
  }
  return at;
}

template <typename T, int MODE>
__device__ __forceinline__ void pad(const Padding& p) {
  allowNext();
  waitForPrevious();
  T fill = p.value ? *static_cast<const T*>(p.value) : T(0);
  int inner = p.axes.rank - 1;
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < p.axes.count; i += gridDim.x * blockDim.x) {
    u32 line = p.axes.extent[inner].divide(i), rest = line;
    i32 first = static_cast<i32>(i - line * p.axes.extent[inner].divisor) * kPadded, offset = 0;
    bool inside = true;
    for (int d = inner - 1; d >= 0; --d) {
      u32 next = p.axes.extent[d].divide(rest);
      i32 at = paddedFrom<MODE>(static_cast<i32>(rest - next * p.axes.extent[d].divisor) - p.begin[d],
                                p.extent[d]);
      rest = next;
      inside = inside && at >= 0 && at < p.extent[d];
      offset += at * p.axes.from[d];
    }
    T* to = static_cast<T*>(p.to) + static_cast<i32>(line) * p.last;
#pragma unroll
    for (i32 k = first; k < first + kPadded; ++k) {
      if (k >= p.last) break;
      i32 at = paddedFrom<MODE>(k - p.begin[inner], p.extent[inner]);
      bool exists = inside && at >= 0 && at < p.extent[inner];
      to[k] = exists ? static_cast<const T*>(p.from)[offset + at * p.axes.from[inner]] : fill;
    }
  }
}
