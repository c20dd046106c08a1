// What all matrix products share: parameters, and which tile a block works on.
#pragma once

#include "tile_epilogue.cuh"

constexpr int kBatchAxes = 4;

// D[b] (m x n) = A[b] * B[b]. Matrices lie in rows of lda (ldb) elements: those of A are m x k, or k x m
// where the kernel is compiled for a transposed A; B likewise.
struct Gemm {
  const void *a, *b;
  u32 m, n, k, lda, ldb;
  u32 accessA, accessB;          // bytes that can be moved at once: 16, 4, or 0 for one element
  const void *zeroA, *zeroB;     // of integer products: what is subtracted, null: nothing
  u32 zeroStrideA, zeroStrideB;  // 1: a zero point for each row of A (column of B), 0: one for all
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

// The PARTS blocks of a cluster hold partial sums of one tile in their shared memory, at the same place. Each
// adds up and finishes its share of the elements.
#if __CUDA_ARCH__ >= 900
__device__ __forceinline__ void clusterBarrier() {
  asm volatile("barrier.cluster.arrive.aligned;\n\tbarrier.cluster.wait.aligned;" ::: "memory");
}
__device__ __forceinline__ u32 clusterRank() {
  u32 rank;
  asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
  return rank;
}
__device__ __forceinline__ float4 readFrom(u32 shared, u32 rank) {
  float4 v;
  asm volatile(
      "{\n\t.reg .u32 there;\n\tmapa.shared::cluster.u32 there, %4, %5;\n\t"
      "ld.shared::cluster.v4.f32 {%0, %1, %2, %3}, [there];\n\t}"
      : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w)
      : "r"(shared), "r"(rank)
      : "memory");
  return v;
}

template <class Region, int ROWS, int COLUMNS, int PARTS, int THREADS, class E>
__device__ __forceinline__ void clusterEpilogue(const E& e, u32 firstRow, u32 row, u32 rows, u32 column,
                                                float* tile, u32 pitch) {
  constexpr u32 kPerRow = COLUMNS / kVector, kAll = ROWS * kPerRow, kShare = (kAll + PARTS - 1) / PARTS;
  clusterBarrier();
  u32 from = min(clusterRank() * kShare, kAll), to = min(from + kShare, kAll);
  for (u32 i = 2 * from + threadIdx.x; i < 2 * to; i += THREADS) {
    float* at = tile + i / (2 * kPerRow) * pitch + i % (2 * kPerRow) * 4;
    u32 shared = static_cast<u32>(__cvta_generic_to_shared(at));
    float4 sum = make_float4(0, 0, 0, 0);
#pragma unroll
    for (int part = 0; part < PARTS; ++part) {
      float4 v = readFrom(shared, part);
      sum.x += v.x, sum.y += v.y, sum.z += v.z, sum.w += v.w;
    }
    *reinterpret_cast<float4*>(at) = sum;
  }
  clusterBarrier();  // nobody leaves while others read; sums of this block are in place
  blockEpilogue<Region, COLUMNS, THREADS>(e, firstRow, row, rows, column, tile, pitch, from, to);
}
#endif
