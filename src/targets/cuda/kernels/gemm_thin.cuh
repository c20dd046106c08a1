// Products of many rows with a short K, whose time goes into their results: nothing passes through shared
// memory. A warp keeps the weights of its 32 * GROUPS columns in registers and goes down the rows, 16 at a
// time; those of the next step are on their way meanwhile. Many warps on a multiprocessor hide what one waits
// for.
//
// Which k a register of a fragment stands for is free as long as both operands agree: a lane has neighbouring
// ones, a quarter of each 32 (and of the 16 and 8 that are left). So are columns: fragment j of a group has
// column 8 * (c / 2) + 2 * j + c % 2 where the instruction has c, and a lane's results are 8 neighbours.
//
// Of generated code (codegen/tile_epilogue.cpp) it wants in Region, beside what tile_epilogue.cuh names:
//   loadColumns<8>(e, column, in)     reads the operands that are one row for all
//   loadRows<8>(e, at, column, in)    reads the others
#pragma once

#include "gemm_mma.cuh"

// CONSTANT_B: the weights may be read before the previous kernel ends.
template <typename T_, int K, int GROUPS, bool TRANS_B, bool CONSTANT_B>
struct ThinConfig {
  typedef T_ T;
  static constexpr bool kTransB = TRANS_B, kConstantB = CONSTANT_B;
  static constexpr int kWarps = 4, kThreads = 32 * kWarps, kRows = 16;
  static constexpr int kGroups = GROUPS, kGroup = 32, kFragments = kGroup / 8, kColumns = kGroup * GROUPS;
  // Words of 32 bits that a lane has of a row; those of them that are read by fours, and by twos.
  static constexpr int kWords = K / 8, kFours = K / 32 * 4, kTwos = K / 16 * 2;
  static_assert(K % 8 == 0, "rows are whole vectors");

  // The first of the two k in word `i`.
  static __device__ __forceinline__ u32 depthOf(int i) {
    u32 quarter = threadIdx.x % 4;
    return i < kFours  ? i / 4 * 32 + i % 4 * 2 + 8 * quarter
           : i < kTwos ? kFours * 8 + i % 2 * 2 + 4 * quarter
                       : kTwos * 8 + 2 * quarter;
  }
};

template <int WORDS, typename T>
__device__ __forceinline__ void readWords(u32* to, const T* from) {
  auto words = *reinterpret_cast<const typename Word<4 * WORDS>::Type*>(from);
  memcpy(to, &words, sizeof words);
}

// This lane's words of a row in which K lies next to itself, and which begins at `from`.
template <class C>
__device__ __forceinline__ void readAlong(u32 (&words)[C::kWords], const void* matrix, u32 from) {
  const typename C::T* first = static_cast<const typename C::T*>(matrix);
#pragma unroll
  for (int i = 0; i < C::kFours; i += 4) readWords<4>(words + i, first + C::depthOf(i) + from);
  if (C::kFours < C::kTwos) readWords<2>(words + C::kFours, first + C::depthOf(C::kFours) + from);
  if (C::kTwos < C::kWords) readWords<1>(words + C::kTwos, first + C::depthOf(C::kTwos) + from);
}

// Of the columns from `first` on; beyond the last one the last ones are read again.
template <class C>
struct ThinWeights {
  u32 words[C::kGroups][C::kFragments][C::kWords];

  __device__ __forceinline__ void read(const Gemm& p, u32 first) {
    const typename C::T* b = static_cast<const typename C::T*>(p.b);
    u32 column = threadIdx.x % 32 / 4, from = first + column / 2 * 8;
#pragma unroll
    for (int g = 0; g < C::kGroups; ++g) {
      u32 eight = min(from + g * C::kGroup, p.n - 8);
      if (C::kTransB) {
#pragma unroll
        for (int j = 0; j < C::kFragments; ++j)
          readAlong<C>(words[g][j], b, (eight + 2 * j + column % 2) * p.ldb);
      } else {
#pragma unroll
        for (int i = 0; i < C::kWords; ++i) {
          const typename C::T* at = b + C::depthOf(i) * p.ldb + eight;
          u32 rows[2][C::kFragments];
          readWords<4>(rows[0], at);
          readWords<4>(rows[1], at + p.ldb);
#pragma unroll
          for (int j = 0; j < C::kFragments; ++j)
            words[g][j][i] = __byte_perm(rows[0][j], rows[1][j], column % 2 ? 0x7632 : 0x5410);
        }
      }
    }
  }
};

// This lane's two of 16 rows of the left operand. Beyond the last row that one is read again.
template <class C>
struct ThinRows {
  u32 words[2][C::kWords];

  __device__ __forceinline__ void read(const Gemm& p, u32 row) {
#pragma unroll
    for (int half = 0; half < 2; ++half) readAlong<C>(words[half], p.a, min(row + 8 * half, p.m - 1) * p.lda);
  }
  __device__ __forceinline__ void multiplyBy(const u32 (&weights)[C::kFragments][C::kWords],
                                             float (&sums)[C::kFragments][4]) const {
#pragma unroll
    for (int j = 0; j < C::kFragments; ++j) {
      const u32(&b)[C::kWords] = weights[j];
#pragma unroll
      for (int i = 0; i < C::kTwos; i += 2)
        multiply(sums[j], {words[0][i], words[1][i], words[0][i + 1], words[1][i + 1]}, b[i], b[i + 1],
                 typename C::T{});
      if (C::kTwos < C::kWords)
        multiplyHalf(sums[j], words[0][C::kTwos], words[1][C::kTwos], b[C::kTwos], typename C::T{});
    }
  }
};

template <class C, class Region, class E>
__device__ __forceinline__ void gemmThin(const Gemm& p, const E& e) {
  typedef typename Region::template Inputs<kVector> Inputs;
  allowNext();
  u32 warp = blockIdx.x * C::kWarps + threadIdx.x / 32, strands = gridDim.x * C::kWarps / p.tilesN;
  u32 strand = warp / p.tilesN, first = (warp - strand * p.tilesN) * C::kColumns;
  if (strand >= strands) return;
  ThinWeights<C> weights;
  if (C::kConstantB) weights.read(p, first);
  waitForPrevious();
  if (!C::kConstantB) weights.read(p, first);
  u32 down = threadIdx.x % 32 / 4, right = first + threadIdx.x % 4 * kVector;
  Inputs columns[C::kGroups];
#pragma unroll
  for (int g = 0; g < C::kGroups; ++g)
    Region::template loadColumns<kVector>(e, min(right + g * C::kGroup, p.n - kVector), columns[g]);
  ThinRows<C> next;
  next.read(p, strand * C::kRows + down);
#pragma unroll 1
  for (u32 tile = strand; tile < p.tilesM; tile += strands) {
    ThinRows<C> rows = next;
    next.read(p, (tile + strands) * C::kRows + down);
    u32 row = tile * C::kRows + down, at[2][Region::kOperands];
#pragma unroll
    for (int half = 0; half < 2; ++half)
#pragma unroll
      for (int k = 0; k < Region::kOperands; ++k)
        at[half][k] = min(row + 8 * half, p.m - 1) * e.rowStride[k][0];
#pragma unroll
    for (int g = 0; g < C::kGroups; ++g) {
      if (first + g * C::kGroup >= p.n) break;
      u32 column = right + g * C::kGroup;
      Inputs inputs[2] = {columns[g], columns[g]};
#pragma unroll
      for (int half = 0; half < 2; ++half)
        Region::template loadRows<kVector>(e, at[half], min(column, p.n - kVector), inputs[half]);
      float sums[C::kFragments][4] = {};
      rows.multiplyBy(weights.words[g], sums);
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        float neighbours[kVector];
#pragma unroll
        for (int i = 0; i < kVector; ++i) neighbours[i] = sums[i / 2][2 * half + i % 2];
        if (row + 8 * half < p.m && column < p.n)
          Region::template finish<kVector>(e, at[half], column, inputs[half], neighbours);
      }
    }
  }
}
