// What all matrix products share: parameters, and which tile a block works on.
#pragma once

#include "cluster.cuh"
#include "tile_epilogue.cuh"

constexpr int kBatchAxes = 4;

// D[b] (m x n) = A[b] * B[b]. Matrices lie in rows of lda (ldb) elements: those of A are m x k, or k x m
// where the kernel is compiled for a transposed A; B likewise.
struct Gemm {
  const void *a, *b;
  const void* factors;  // of each A, for each of its columns; null: one
  u32 m, n, k, lda, ldb;
  u32 accessA, accessB, accessFactors;  // bytes that can be moved at once: 16, 4, or 0 for one element
  const void *zeroA, *zeroB;            // of integer products: what is subtracted, null: nothing
  u32 zeroStrideA, zeroStrideB;         // 1: a zero point for each row of A (column of B), 0: one for all
  u32 tilesM, tilesN;
  Divisor tiles;  // of one product
  u32 allTiles;
  u32 batchAxes;
  Divisor batchExtent[kBatchAxes];  // from the fastest on
  u32 batchA[kBatchAxes], batchB[kBatchAxes];
};

struct Place {
  u32 batch, m, n;  // the product, and its tile
};

// Tiles in an order in which those at work at the same time share rows and columns in the L2 cache.
__device__ __forceinline__ Place placeOf(const Gemm& p, u32 index) {
  constexpr u32 kGroup = 8;
  Place place;
  place.batch = p.tiles.divide(index);
  index -= place.batch * p.tiles.divisor;
  u32 perGroup = kGroup * p.tilesN, group = index / perGroup;
  u32 rows = min(kGroup, p.tilesM - group * kGroup);
  index -= group * perGroup;
  place.n = index / rows;
  place.m = group * kGroup + index - place.n * rows;
  return place;
}

// Where the product's matrices begin, in elements.
__device__ __forceinline__ void locateBatch(const Gemm& p, u32 batch, u32& a, u32& b) {
  a = b = 0;
  u32 rest = batch;
#pragma unroll
  for (int i = 0; i < kBatchAxes; ++i) {
    if (i >= p.batchAxes) break;
    u32 above = i + 1 < p.batchAxes ? p.batchExtent[i].divide(rest) : 0;
    u32 here = rest - above * p.batchExtent[i].divisor;
    a += here * p.batchA[i];
    b += here * p.batchB[i];
    rest = above;
  }
}

// A part of K, in steps of BK, for split number `part` of PARTS.
struct Steps {
  u32 from, to;
};
template <int BK, int PARTS>
__device__ __forceinline__ Steps stepsOf(u32 k, u32 part) {
  u32 all = (k + BK - 1) / BK;
  if (PARTS == 1) return {0, all};
  u32 each = (all + PARTS - 1) / PARTS, from = min(part * each, all);
  return {from, min(from + each, all)};
}

#if __CUDA_ARCH__ >= 900
__device__ __forceinline__ void storeQuad(u32 shared, float4 v) {
  asm volatile("st.shared.v4.f32 [%0], {%1, %2, %3, %4};" ::"r"(shared), "f"(v.x), "f"(v.y), "f"(v.z),
               "f"(v.w)
               : "memory");
}

// Of the block's share, the QUADS fours of neighbouring elements behind those of lower ranks, counted row by
// row: adds up what all blocks have, and leaves the sums in the block's own tile (at `tile` in shared
// memory).
template <int QUADS, int COLUMNS, int PARTS, int THREADS>
__device__ __forceinline__ void addShare(u32 tile, u32 pitch, u32 end) {
  constexpr int kPasses = (QUADS + THREADS - 1) / THREADS, kAtOnce = kPasses < 4 ? kPasses : 4;
  u32 rank = clusterRank(), first = rank * QUADS + threadIdx.x, to = min((rank + 1) * QUADS, end);
#pragma unroll
  for (int chunk = 0; chunk < kPasses; chunk += kAtOnce) {
    float4 sums[kAtOnce];
    u32 at[kAtOnce];
#pragma unroll
    for (int i = 0; i < kAtOnce; ++i) {
      u32 quad = first + (chunk + i) * THREADS;
      at[i] = tile + 4 * (quad / (COLUMNS / 4) * pitch + quad % (COLUMNS / 4) * 4);
      if (quad >= to) break;
      sums[i] = readFrom(at[i], rank);
#pragma unroll
      for (u32 other = 1; other < PARTS; ++other) {
        float4 v = readFrom(at[i], (rank + other) % PARTS);
        sums[i].x += v.x, sums[i].y += v.y, sums[i].z += v.z, sums[i].w += v.w;
      }
    }
#pragma unroll
    for (int i = 0; i < kAtOnce; ++i) {
      if (first + (chunk + i) * THREADS >= to) break;
      storeQuad(at[i], sums[i]);
    }
  }
}

// The PARTS blocks of a cluster hold partial sums of one tile in their shared memory, at the same place. Each
// adds up and finishes its share of the elements.
template <class Region, int ROWS, int COLUMNS, int PARTS, int THREADS, class E>
__device__ __forceinline__ void clusterEpilogue(const E& e, u32 firstRow, u32 row, u32 rows, u32 column,
                                                float* tile, u32 pitch) {
  constexpr u32 kPerRow = COLUMNS / kVector, kAll = ROWS * kPerRow, kShare = (kAll + PARTS - 1) / PARTS;
  // What a thread finishes: rows kStep apart.
  constexpr int kPasses = (kShare + THREADS - 1) / THREADS, kStep = THREADS / kPerRow;
  constexpr int kAtOnce = kPasses < Region::kAtOnce ? kPasses : Region::kAtOnce;
  static_assert(THREADS % kPerRow == 0, "a thread stays in its column");
  u32 from = min(clusterRank() * kShare, kAll), to = min(from + kShare, kAll), mine = from + threadIdx.x;
  u32 r = mine / kPerRow, right = mine % kPerRow * kVector;
  bool works = e.wide && mine < to && row + r < rows && column + right < e.columns;
  RowPasses<Region, kAtOnce, E> ahead;
  clusterArrive();
  if (works) ahead.load(e, firstRow, row + r, rows, kStep, column + right);
  clusterWait();
  addShare<2 * kShare, COLUMNS, PARTS, THREADS>(static_cast<u32>(__cvta_generic_to_shared(tile)), pitch,
                                                2 * kAll);
  clusterArrive();
  __syncthreads();  // sums of this block are in place
  if (!e.wide) blockEpilogue<Region, COLUMNS, THREADS>(e, firstRow, row, rows, column, tile, pitch, from, to);
  if (works) {
#pragma unroll 1
    for (int chunk = 0; chunk < kPasses; chunk += kAtOnce) {
      if (chunk) ahead.load(e, firstRow, row + r + chunk * kStep, rows, kStep, column + right);
#pragma unroll
      for (int i = 0; i < kAtOnce; ++i) {
        u32 down = (chunk + i) * kStep;
        if (mine + (chunk + i) * THREADS >= to || row + r + down >= rows) break;
        ahead.finish(e, i, column + right, tile + (r + down) * pitch + right);
      }
    }
  }
  clusterWait();  // nobody leaves while others read
}
#endif
