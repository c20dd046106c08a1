// From the accumulators of a tile of a matrix product or convolution to memory, with any pointwise expression
// on the way. The result is seen as rows x columns: rows are all axes but the last in the order that the host
// chose, columns the axis that lies next to itself in memory. Generated code (codegen/tile_epilogue.cpp)
// gives
//   struct Region {
//     kOperands, kAtOnce      operands in all; how many passes (below) a thread has under way, 1, 2 or 4
//     Inputs<W>               W neighbouring elements of each operand that is read
//     load<W>(e, at, column, inputs)                  reads them
//     finish<W>(e, at, column, inputs, accumulators)  computes and stores
//   };
// where at[k] is where operand k's row begins. A kernel hands over accumulators in one of two forms:
//   warpEpilogue    fragments of mma.sync or wgmma, 16 rows at a time, by way of the warp's own shared memory
//   blockEpilogue   a tile that lies in shared memory
#pragma once

#include "math.cuh"
#include "pointwise.cuh"

constexpr int kRowAxes = 4;
constexpr int kVector = 8;  // elements of one row that a thread finishes at once

template <int OPERANDS>
struct Epilogue {
  void* memory[OPERANDS];
  u32 columnStride[OPERANDS];
  u32 rowStride[OPERANDS][kRowAxes];  // from the fastest axis on
  Divisor rowExtent[kRowAxes];
  u32 rowAxes, columns;
  u32 wide;  // kVector elements of every operand can be moved by vectors

  __device__ __forceinline__ void locate(u32 row, u32 (&at)[OPERANDS]) const {
#pragma unroll
    for (int k = 0; k < OPERANDS; ++k) at[k] = 0;
    u32 rest = row;
#pragma unroll
    for (int a = 0; a < kRowAxes; ++a) {
      if (a >= rowAxes) break;
      u32 above = a + 1 < rowAxes ? rowExtent[a].divide(rest) : 0;
      u32 here = rest - above * rowExtent[a].divisor;
#pragma unroll
      for (int k = 0; k < OPERANDS; ++k) at[k] += here * rowStride[k][a];
      rest = above;
    }
  }
};

// One element after the other, where vectors cannot be had. `x` lies in shared memory.
template <class Region, class E, typename Acc>
__device__ __forceinline__ void finishNarrow(const E& e, u32 row, u32 column, const Acc* x) {
  u32 at[Region::kOperands];
  e.locate(row, at);
#pragma unroll 1
  for (int i = 0; i < kVector && column + i < e.columns; ++i) {
    typename Region::template Inputs<1> inputs;
    Region::template load<1>(e, at, column + i, inputs);
    Region::template finish<1>(e, at, column + i, inputs, x + i);
  }
}

// What PASSES x kVector elements of a thread need: those of pass i begin at (row + i * step, column). Rows
// from `rows` on are read as the last.
template <class Region, int PASSES, class E>
struct RowPasses {
  u32 at[PASSES][Region::kOperands];
  typename Region::template Inputs<kVector> inputs[PASSES];

  __device__ __forceinline__ void load(const E& e, u32 firstRow, u32 row, u32 rows, u32 step, u32 column) {
#pragma unroll
    for (int i = 0; i < PASSES; ++i) {
      e.locate(firstRow + min(row + i * step, rows - 1), at[i]);
      Region::template load<kVector>(e, at[i], column, inputs[i]);
    }
  }
  // Computes and stores those of pass i.
  template <typename Acc>
  __device__ __forceinline__ void finish(const E& e, int i, u32 column, const Acc* x) const {
    Region::template finish<kVector>(e, at[i], column, inputs[i], x);
  }
};

// The elements of RowPasses, whose sums lie in shared memory at x + i * step * pitch. Rows from `rows` on are
// not stored. All passes read before the first stores.
template <class Region, int PASSES, class E, typename Acc>
__device__ __forceinline__ void finishPasses(const E& e, u32 firstRow, u32 row, u32 rows, u32 step,
                                             u32 column, const Acc* x, u32 pitch) {
  if (!e.wide) {
#pragma unroll 1
    for (int i = 0; i < PASSES; ++i)
      if (row + i * step < rows)
        finishNarrow<Region>(e, firstRow + row + i * step, column, x + i * step * pitch);
    return;
  }
  if (column >= e.columns) return;
  RowPasses<Region, PASSES, E> passes;
  passes.load(e, firstRow, row, rows, step, column);
#pragma unroll
  for (int i = 0; i < PASSES; ++i)
    if (row + i * step < rows) passes.finish(e, i, column, x + i * step * pitch);
}

// What another lane of the warp holds.
template <class V>
__device__ __forceinline__ V fromLane(const V& v, u32 lane) {
  constexpr int kWords = (sizeof(V) + 3) / 4;
  u32 words[kWords] = {};
  memcpy(words, &v, sizeof(V));
#pragma unroll
  for (int i = 0; i < kWords; ++i) words[i] = __shfl_sync(0xffffffffu, words[i], lane);
  V r;
  memcpy(&r, words, sizeof(V));
  return r;
}

// Shared elements that warpEpilogue needs for each warp.
__device__ constexpr int warpStage(int columns) { return 16 * (columns + 8); }

// A warp's part of the result in DOWN x ACROSS pieces of 16 x COLUMNS, the first at (row, column), those
// below one another `rowStep` apart. Fragment j of a piece holds its columns 8j to 8j+7: lane l has (l / 4,
// 2 * (l % 4)) and its right neighbour in [0], [1], the same eight rows below in [2], [3]. The matrix begins
// at `firstRow` of the result and has `rows` rows.
template <class Region, int DOWN, int ACROSS, int COLUMNS, class E, typename Acc>
__device__ __forceinline__ void warpEpilogue(const E& e, u32 firstRow, u32 row, u32 rows, u32 column,
                                             u32 rowStep, const Acc (&sums)[DOWN][ACROSS][COLUMNS / 8][4],
                                             Acc* stage) {
  constexpr int kPitch = COLUMNS + 8, kLanes = COLUMNS / kVector, kStep = 32 / kLanes;
  constexpr int kPasses = 16 / kStep, kAtOnce = Region::kAtOnce < kPasses ? Region::kAtOnce : kPasses;
  u32 lane = threadIdx.x % 32, down = lane / kLanes, right = lane % kLanes * kVector;
  // Rolled, so that the expression is there once; registers can be chosen by constants only.
#pragma unroll 1
  for (int piece = 0; piece < DOWN * ACROSS; ++piece) {
    __syncwarp();
#pragma unroll
    for (int i = 0; i < DOWN * ACROSS; ++i) {
      if (i != piece) continue;
#pragma unroll
      for (int j = 0; j < COLUMNS / 8; ++j)
#pragma unroll
        for (int half = 0; half < 2; ++half) {
          const Acc(&f)[4] = sums[i / ACROSS][i % ACROSS][j];
          *reinterpret_cast<Vector<Acc, 2>*>(stage + (lane / 4 + 8 * half) * kPitch + 8 * j +
                                             2 * (lane % 4)) = Vector<Acc, 2>{{f[2 * half], f[2 * half + 1]}};
        }
    }
    __syncwarp();
    u32 pieceRow = row + piece / ACROSS * rowStep, pieceColumn = column + piece % ACROSS * COLUMNS;
#pragma unroll 1
    for (int pass = 0; pass < kPasses; pass += kAtOnce) {
      u32 r = pass * kStep + down;
      finishPasses<Region, kAtOnce>(e, firstRow, pieceRow + r, rows, kStep, pieceColumn + right,
                                    stage + r * kPitch + right, kPitch);
    }
  }
}

// Of a tile of COLUMNS columns that lies in shared memory the vectors [from, to), counted row by row, by all
// THREADS of the block.
template <class Region, int COLUMNS, int THREADS, class E, typename Acc>
__device__ __forceinline__ void blockEpilogue(const E& e, u32 firstRow, u32 row, u32 rows, u32 column,
                                              const Acc* tile, u32 pitch, u32 from, u32 to) {
  constexpr u32 kPerRow = COLUMNS / kVector;
#pragma unroll 1
  for (u32 i = from + threadIdx.x; i < to; i += THREADS) {
    u32 r = i / kPerRow, c = i % kPerRow * kVector;
    finishPasses<Region, 1>(e, firstRow, row + r, rows, 1, column + c, tile + r * pitch + c, pitch);
  }
}
