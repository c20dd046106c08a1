// Matrix products for Hopper that are over before their operands' latency is: one tile of 64 or 128 rows for
// each block, small enough that the blocks of the next kernel find room beside it. A warp of its own fetches
// the operands, constant weights before the previous kernel ends; one or two warpgroups multiply (wgmma).
//
// The PARTS blocks of a cluster share K. Each finishes the rows of its own rank: the others send it their
// sums, which arrive on a barrier in its shared memory. What the epilogue reads is fetched before the
// multiplication.
#pragma once

#include "gemm_wgmma.cuh"

template <typename T, int ROWS, int BN, int STAGES, bool TRANS_A, bool TRANS_B, int PARTS, bool CONSTANT_B>
struct QuickConfig : WgmmaConfig<T, 64, BN, STAGES, ROWS / 64, TRANS_A, TRANS_B, PARTS, CONSTANT_B> {
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
  static_assert(kShare % 8 == 0, "eight rows of a fragment go to one block");
  static_assert(TRANS_B || BN % 64 == 0, "slabs of 64 columns are copied");
};

__device__ __forceinline__ void clusterArrive() {
  asm volatile("barrier.cluster.arrive.release;" ::: "memory");
}
__device__ __forceinline__ void clusterWait() { asm volatile("barrier.cluster.wait.acquire;" ::: "memory"); }
__device__ __forceinline__ u32 addressAt(u32 shared, u32 rank) {
  u32 there;
  asm volatile("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(shared), "r"(rank));
  return there;
}
__device__ __forceinline__ void send(u32 there, u32 barrier, float x, float y) {
  asm volatile(
      "st.async.shared::cluster.mbarrier::complete_tx::bytes.v2.f32 [%0], {%1, %2}, [%3];" ::"r"(there),
      "f"(x), "f"(y), "r"(barrier)
      : "memory");
}

__device__ __forceinline__ void storePair(u32 shared, float x, float y) {
  asm volatile("st.shared.v2.f32 [%0], {%1, %2};" ::"r"(shared), "f"(x), "f"(y) : "memory");
}
// The first phase, with what other blocks have written.
__device__ __forceinline__ void waitArrived(u32 barrier) {
  asm volatile(
      "{\n\t.reg .pred done;\n\tagain:\n\t"
      "mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 done, [%0], 0, 0x989680;\n\t"
      "@done bra over;\n\tbra again;\n\tover:\n\t}" ::"r"(barrier)
      : "memory");
}

// Of the tile's rows each block of the cluster gets its share, into the place of this block's rank.
template <class C>
__device__ __forceinline__ void sendSums(const Sums<C>& sums, u32 received, u32 barrier) {
  u32 lane = threadIdx.x % 32, warp = threadIdx.x / 32, rank = C::kParts > 1 ? clusterRank() : 0;
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    u32 first = 16 * warp + 8 * half, owner = first / C::kShare;
    u32 at =
        received + rank * C::kPartBytes + 4 * ((first % C::kShare + lane / 4) * C::kPitch + 2 * (lane % 4));
    u32 there = C::kParts > 1 ? addressAt(at, owner) : at,
        done = C::kParts > 1 ? addressAt(barrier, owner) : 0;
#pragma unroll
    for (int j = 0; j < C::kN / 8; ++j) {
      const float(&f)[4] = sums[0][j / (C::kPiece / 8)][j % (C::kPiece / 8)];
      if (C::kParts > 1)
        send(there + 32 * j, done, f[2 * half], f[2 * half + 1]);
      else
        storePair(there + 32 * j, f[2 * half], f[2 * half + 1]);
    }
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
  u32 received = stages + C::kStages * C::kStageBytes, full = received + C::kSumBytes,
      empty = full + 8 * C::kStages, arrived = empty + 8 * C::kStages;
  u32 warp = threadIdx.x / 32;
  bool produces = warp == C::kMultiplying / 32;
  if (threadIdx.x == C::kMultiplying) {
    prefetchMap(maps.b);
    prefetchMap(maps.a);
    for (u32 s = 0; s < C::kStages; ++s) {
      initBarrier(full + 8 * s, 1);
      initBarrier(empty + 8 * s, C::kReaders);
    }
    initBarrier(arrived, 1);
    publishBarriers();
    if (C::kParts > 1) arriveExpecting(arrived, 4 * C::kM * C::kN);
  }
  __syncthreads();
  allowNext();
  if (C::kParts > 1) clusterArrive();
  if (produces) {
    if (threadIdx.x == C::kMultiplying) produceTiles<C, Producer>(maps, p, tiles, stages, full, empty);
    __syncwarp();
    if (C::kParts > 1) clusterWait();
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
  if (C::kParts > 1) clusterWait();
  sendSums<C>(sums, received, arrived);
  if (C::kParts > 1)
    waitArrived(arrived);
  else
    syncSome(1, C::kMultiplying);
  mine.finish(reinterpret_cast<float*>(reinterpret_cast<char*>(memory) + (received - begin)));
}

template <class C, class Region, class E>
__device__ __forceinline__ void gemmQuick(const TensorMap& a, const TensorMap& b, const Gemm& p, const E& e) {
  quickTile<C, Region, MatrixProducer<C>>(Maps{a, b}, p, p.allTiles, e);
}
