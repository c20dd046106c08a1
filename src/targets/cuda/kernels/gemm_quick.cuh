// Matrix products for Hopper that are over before their operands' latency is: one tile of 64 or 128 rows for
// each block, small enough that the blocks of the next kernel find room beside it. A warp of its own fetches
// the operands, constant weights before the previous kernel ends; one or two warpgroups multiply (wgmma).
//
// The PARTS blocks of a cluster share K. Each finishes the rows of its own rank: the others store their sums
// of them into its shared memory. What the epilogue reads is fetched before the multiplication.
#pragma once

#include "gemm_wgmma.cuh"

template <typename T, int ROWS, int BN, int STAGES, bool TRANS_A, bool TRANS_B, int PARTS, bool CONSTANT_B>
struct QuickConfig : WgmmaConfig<T, 64, BN, STAGES, ROWS / 64, TRANS_A, TRANS_B, PARTS, CONSTANT_B> {
  typedef WgmmaConfig<T, 64, BN, STAGES, ROWS / 64, TRANS_A, TRANS_B, PARTS, CONSTANT_B> Base;
  static constexpr bool kAhead = CONSTANT_B;
  static constexpr int kReaders = ROWS / 16, kMultiplying = 2 * ROWS, kThreads = kMultiplying + 32;
  static constexpr int kShare = ROWS / PARTS;  // rows that a block finishes
  static constexpr int kPitch = BN + 8;        // keeps the fragments' rows in different banks
  static constexpr int kLanes = BN / kVector,
                       kStep = kMultiplying / kLanes;  // threads of a row; rows at once
  static constexpr int kPasses = (kShare + kStep - 1) / kStep;
  // Passes whose operands are read at once. Where two blocks share the registers, there is no room for floats
  // of four passes.
  static constexpr int kMost = sizeof(T) == 4 && ROWS == 128 && BN < 128 ? 2 : 4;
  static constexpr int kPartBytes = 4 * kShare * kPitch, kSumBytes = PARTS * kPartBytes;
  // The cluster's sums lie behind the stages, since they may arrive while this block still multiplies. A
  // block by itself puts its own in their place.
  static constexpr int kStaged = STAGES * Base::kStageBytes, kReceivedAt = PARTS > 1 ? kStaged : 0,
                       kTileBytes = kReceivedAt + kSumBytes > kStaged ? kReceivedAt + kSumBytes : kStaged;
  static_assert(kShare % 8 == 0, "eight rows of a fragment go to one block");
  static_assert(TRANS_B || BN % 64 == 0, "slabs of 64 columns are copied");
};

__device__ __forceinline__ void storePair(u32 shared, float x, float y) {
  asm volatile("st.shared.v2.f32 [%0], {%1, %2};" ::"r"(shared), "f"(x), "f"(y) : "memory");
}
// Where row `row` of the tile goes: to the block that finishes it, into the place of this block's rank.
template <class C>
__device__ __forceinline__ u32 placeThere(u32 received, u32 row) {
  return addressAt(received + clusterRank() * C::kPartBytes + 4 * (row % C::kShare) * C::kPitch,
                   row / C::kShare);
}

template <class C>
__device__ __forceinline__ void keepSums(const Sums<C>& sums, u32 tile) {
  u32 lane = threadIdx.x % 32, warp = threadIdx.x / 32;
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    u32 at = tile + 4 * ((16 * warp + 8 * half + lane / 4) * C::kPitch + 2 * (lane % 4));
#pragma unroll
    for (int j = 0; j < C::kN / 8; ++j) {
      const float(&f)[4] = sums[0][j / (C::kPiece / 8)][j % (C::kPiece / 8)];
      storePair(at + 32 * j, f[2 * half], f[2 * half + 1]);
    }
  }
}

// Neighbouring lanes exchange halves, so that each stores four columns of one fragment at once.
template <class C>
__device__ __forceinline__ void sendSums(const Sums<C>& sums, u32 received) {
  u32 lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  bool odd = lane % 2;
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    u32 row = 16 * warp + 8 * half + lane / 4,
        there = placeThere<C>(received, row) + (odd ? 32 : 0) + lane % 4 / 2 * 16;
#pragma unroll
    for (int j = 0; j < C::kN / 8; j += 2) {
      const float(&f)[4] = sums[0][j / (C::kPiece / 8)][j % (C::kPiece / 8)];
      const float(&g)[4] = sums[0][j / (C::kPiece / 8)][j % (C::kPiece / 8) + 1];
      float f0 = f[2 * half], f1 = f[2 * half + 1], g0 = g[2 * half], g1 = g[2 * half + 1];
      float x = __shfl_xor_sync(0xffffffffu, odd ? f0 : g0, 1);
      float y = __shfl_xor_sync(0xffffffffu, odd ? f1 : g1, 1);
      storeThere(there + 32 * j, odd ? make_float4(x, y, g0, g1) : make_float4(f0, f1, x, y));
    }
  }
}

// Behind this the sums of this block's rows lie in its memory.
template <class C>
__device__ __forceinline__ void exchangeSums(const Sums<C>& sums, u32 received) {
  if (C::kParts > 1) {
    clusterWait();  // all blocks are there
    sendSums<C>(sums, received);
    clusterArrive();
    clusterWait();
  } else {
    syncSome(1, C::kMultiplying);  // nobody reads the stages any more
    keepSums<C>(sums, received);
    syncSome(1, C::kMultiplying);
  }
}

// The sums of eight neighbouring elements.
template <class C>
__device__ __forceinline__ void addParts(float (&x)[kVector], const float* at) {
  float4 sum[2] = {};
#pragma unroll
  for (int part = 0; part < C::kParts; ++part)
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      float4 v = *reinterpret_cast<const float4*>(at + part * (C::kPartBytes / 4) + 4 * i);
      sum[i].x += v.x, sum[i].y += v.y, sum[i].z += v.z, sum[i].w += v.w;
    }
  memcpy(x, sum, sizeof(x));
}

// Which rows of the result this thread finishes, and what it has read of them.
template <class C, class Region, class E>
struct QuickRows {
  static constexpr int kAtOnce = C::kPasses < C::kMost ? C::kPasses : C::kMost;
  const E& e;
  u32 firstRow, row, rows, column, left;  // left: rows of the share from this thread's first on
  RowPasses<Region, kAtOnce, E> ahead;

  __device__ __forceinline__ QuickRows(const Gemm& p, const E& epilogue, const Place& place) : e(epilogue) {
    u32 down = threadIdx.x / C::kLanes, rank = C::kParts > 1 ? clusterRank() : 0;
    firstRow = place.batch * p.m;
    row = place.m * C::kM + rank * C::kShare + down;
    rows = p.m;
    column = place.n * C::kN + threadIdx.x % C::kLanes * kVector;
    left = C::kShare > down ? C::kShare - down : 0;
    if (row >= rows || column >= e.columns) left = 0;
    if (left && e.wide) ahead.load(e, firstRow, row, rows, C::kStep, column);
  }
  __device__ __forceinline__ void finish(float* received) {
    float* at = received + threadIdx.x / C::kLanes * C::kPitch + threadIdx.x % C::kLanes * kVector;
    if (!e.wide) {
#pragma unroll 1
      for (u32 r = 0; r < left && row + r < rows; r += C::kStep) {
        float x[kVector];
        addParts<C>(x, at + r * C::kPitch);
        memcpy(at + r * C::kPitch, x, sizeof(x));
        finishNarrow<Region>(e, firstRow + row + r, column, at + r * C::kPitch);
      }
      return;
    }
#pragma unroll
    for (int chunk = 0; chunk < C::kPasses; chunk += kAtOnce) {
      u32 from = chunk * C::kStep;
      if (from >= left) break;
      if (chunk) ahead.load(e, firstRow, row + from, rows, C::kStep, column);
#pragma unroll
      for (int i = 0; i < kAtOnce; ++i) {
        u32 r = from + i * C::kStep;
        if (r >= left || row + r >= rows) break;
        float x[kVector];
        addParts<C>(x, at + r * C::kPitch);
        ahead.finish(e, i, column, x);
      }
    }
  }
};

template <class C, class Region, class Producer, class E>
__device__ __forceinline__ void quickTile(const Maps& maps, const typename Producer::Problem& p, u32 tiles,
                                          const E& e) {
  extern __shared__ uint4 memory[];
  constexpr u32 kAlignment = 1024;
  u32 begin = static_cast<u32>(__cvta_generic_to_shared(memory)),
      stages = (begin + kAlignment - 1) & ~(kAlignment - 1);
  u32 received = stages + C::kReceivedAt, full = stages + C::kTileBytes, empty = full + 8 * C::kStages;
  u32 warp = threadIdx.x / 32;
  bool produces = warp == C::kMultiplying / 32;
  if (threadIdx.x == C::kMultiplying) {
    prefetchMap(maps.b);
    prefetchMap(maps.a);
    for (u32 s = 0; s < C::kStages; ++s) {
      initBarrier(full + 8 * s, 1);
      initBarrier(empty + 8 * s, C::kReaders);
    }
    publishBarriers();
  }
  __syncthreads();
  allowNext();
  if (C::kParts > 1) clusterArrive();
  if (produces) {
    if (threadIdx.x == C::kMultiplying) produceTiles<C, Producer>(maps, p, tiles, stages, full, empty);
    __syncwarp();
    if (C::kParts > 1) {
      clusterWait();
      clusterArrive();  // for when the sums are there
      clusterWait();
    }
    return;
  }
  waitForPrevious();
  QuickRows<C, Region, E> mine(p, e, placeOf(p, blockIdx.x));
  Steps range = ownSteps<C>(p);
  u32 steps = range.to - range.from;
  Ring<C::kStages> ring;
  Sums<C> sums;
  if (steps == 0) memset(sums, 0, sizeof(sums));
  multiplyTile<C>(sums, steps, stages, full, empty, warp / 4, ring);
  exchangeSums<C>(sums, received);
  mine.finish(reinterpret_cast<float*>(reinterpret_cast<char*>(memory) + (received - begin)));
}

template <class C, class Region, class E>
__device__ __forceinline__ void gemmQuick(const TensorMap& a, const TensorMap& b, const Gemm& p, const E& e) {
  quickTile<C, Region, MatrixProducer<C>>(Maps{a, b}, p, p.allTiles, e);
}
