// The matrix products of gemm_wgmma.cuh whose results, and what is added to them element by element, are
// moved by the copy engine: each warpgroup has a buffer for its part of a tile, into which the operand is
// copied while the products are made; the warpgroup computes in place, fragment by fragment in its registers;
// and the result is copied out while the next tile is begun. A thread for each buffer does the copies.
//
// Of generated code (codegen/tile_epilogue.cpp) it wants in Region, beside what tile_epilogue.cuh names:
//   kBox                                 whether there is such an operand
//   kRest                                operands, results among them, that are neither moved so nor one row
//                                        for all: their rows are looked up
//   loadColumns<2>(e, column, in)        reads the operands that are one row for all
//   takeColumns(from, lane, in)          sets them to what another lane has read
//   loadRest<2>(e, at, column, in)       reads kRest
//   Box                                  the bits of two elements of the operand or the result: u32, or u64
//   setBox(in, bits)                     two elements of the operand
//   compute<2>(in, sums, out), boxBits(out), storeRest<2>(e, at, column, out)
// Operand and result are as wide as the product's own operands.
#pragma once

#include "gemm_wgmma.cuh"
#include "tile_loader.cuh"

template <typename T, int ROWS, int BN, int STAGES, int TOGETHER, bool TRANS_A, bool TRANS_B, bool CONSTANT_B>
struct BoxConfig : WgmmaConfig<T, ROWS, BN, STAGES, TOGETHER, TRANS_A, TRANS_B, 1, CONSTANT_B> {
  static constexpr int kSlabColumns = 128 / sizeof(T), kSlabs = BN / kSlabColumns, kFragments = BN / 8;
  static constexpr u32 kSlabBytes = ROWS * 128, kBufferBytes = kSlabs * kSlabBytes;
  static_assert(BN % 64 == 0, "a warp reads what is the same in every row for 64 columns at once");
};

struct BoxMaps {
  const TensorMap &operand, &result;
};

// The tiles of a warpgroup.
template <class C>
struct GroupTiles {
  u32 first, stride, rowsBefore;  // rowsBefore: of the tile, that are the other warpgroup's
  __device__ __forceinline__ GroupTiles(u32 group)
      : first(blockIdx.x + (C::kShared ? 0 : group * gridDim.x)),
        stride(C::kShared ? gridDim.x : 2 * gridDim.x),
        rowsBefore(C::kShared ? group * C::kRows : 0) {}
};

// `ready`: the buffer may be computed in; `finished`: it may be copied out.
template <class C, class Region>
__device__ __forceinline__ void moveBoxes(const BoxMaps& maps, const Gemm& p, u32 group, u32 buffer,
                                          u32 ready, u32 finished) {
  GroupTiles<C> mine(group);
  u32 parity = 0;
#pragma unroll 1
  for (u32 tile = mine.first; tile < p.allTiles; tile += mine.stride) {
    Place place = placeOf(p, tile);
    i32 row = place.m * C::kM + mine.rowsBefore, column = place.n * C::kN;
    if (Region::kBox) {
      arriveExpecting(ready, C::kBufferBytes);
#pragma unroll
      for (int i = 0; i < C::kSlabs; ++i)
        copyBox(buffer + i * C::kSlabBytes, maps.operand, ready, column + C::kSlabColumns * i, row,
                place.batch);
    } else {
      arrive(ready);
    }
    waitBarrier(finished, parity);
#pragma unroll
    for (int i = 0; i < C::kSlabs; ++i)
      storeBox(maps.result, buffer + i * C::kSlabBytes, column + C::kSlabColumns * i, row, place.batch);
    commitStores();
    waitStores<0>();
    parity ^= 1;
  }
}

__device__ __forceinline__ u64 loadPair(u32 shared) {
  u64 bits;
  asm volatile("ld.shared.b64 %0, [%1];" : "=l"(bits) : "r"(shared) : "memory");
  return bits;
}
__device__ __forceinline__ void storePair(u32 shared, u64 bits) {
  asm volatile("st.shared.b64 [%0], %1;" ::"r"(shared), "l"(bits) : "memory");
}

// Where this lane's elements of the warp's fragments 2 * t and 2 * t + 1, `i` * 64 rows down, lie in a
// buffer, permuted as the copy engine does: those of 16 bits as ldmatrix and stmatrix want them, pairs of
// floats one by one.
template <class C>
struct BoxPlace {
  u32 buffer, i, t, lane = threadIdx.x % 32, warp = threadIdx.x / 32 % 4;

  __device__ __forceinline__ u32 matrices() const {
    u32 chunk = (t % 4 * 2 + lane / 16) ^ lane % 8;
    u32 line = buffer + (16 * warp + lane % 16) * 128;
    return line + t / 4 * C::kSlabBytes + 64 * 128 * i + 16 * chunk;
  }
  __device__ __forceinline__ u32 pair(u32 fragment, u32 half) const {
    u32 j = 2 * t + fragment, chunk = (j % 4 * 2 + lane % 4 / 2) ^ lane / 4;
    u32 line = buffer + (16 * warp + lane / 4 + 8 * half) * 128;
    return line + j / 4 * C::kSlabBytes + 64 * 128 * i + 16 * chunk + lane % 2 * 8;
  }
  // r[2 * fragment + half]
  __device__ __forceinline__ void load(u32 (&r)[4]) const { loadMatrices(r, matrices()); }
  __device__ __forceinline__ void store(const u32 (&r)[4]) const { storeMatrices(matrices(), r); }
  __device__ __forceinline__ void load(u64 (&r)[4]) const {
#pragma unroll
    for (int i = 0; i < 4; ++i) r[i] = loadPair(pair(i / 2, i % 2));
  }
  __device__ __forceinline__ void store(const u64 (&r)[4]) const {
#pragma unroll
    for (int i = 0; i < 4; ++i) storePair(pair(i / 2, i % 2), r[i]);
  }
};

template <class C, class Region>
struct BoxEpilogue {
  typedef typename Region::template Inputs<2> Inputs;
  typedef typename Region::Box Box;
  static_assert(sizeof(Box) == 2 * sizeof(typename C::T), "buffers are for results as wide as the operands");
  static constexpr int kReads = C::kN / 64;
  Inputs columns[kReads];  // what is the same in every row: each lane holds two of each 64 columns

  // Beyond the last column the last ones are read again.
  template <class E>
  __device__ __forceinline__ void begin(const E& e, u32 column) {
#pragma unroll
    for (int i = 0; i < kReads; ++i)
      Region::template loadColumns<2>(e, min(column + 64 * i + 2 * (threadIdx.x % 32), e.columns - 2),
                                      columns[i]);
  }

  // Two neighbouring results; `bits` is the operand, and then the result.
  template <class E>
  __device__ __forceinline__ void finishPair(const E& e, const u32 (&at)[Region::kOperands], bool inside,
                                             u32 column, Inputs in, const float* sums, Box& bits) const {
    if (Region::kBox) Region::setBox(in, bits);
    bool exists = inside && column < e.columns;
    if (Region::kRest && exists) Region::template loadRest<2>(e, at, column, in);
    typename Region::template Results<2> out;
    Region::template compute<2>(in, sums, out);
    if (exists) Region::template storeRest<2>(e, at, column, out);
    bits = Region::boxBits(out);
  }

  // The warp's rows begin at `row` of the matrix, which begins at `firstRow` of the result.
  template <class E>
  __device__ __forceinline__ void run(const E& e, const Sums<C>& sums, u32 firstRow, u32 row, u32 rows,
                                      u32 column, u32 buffer) const {
    u32 lane = threadIdx.x % 32;
#pragma unroll
    for (int i = 0; i < C::kDown; ++i) {
      u32 at[2][Region::kOperands];
      bool inside[2];
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        u32 r = row + 64 * i + lane / 4 + 8 * half;
        inside[half] = r < rows;
        if (Region::kRest) e.locate(firstRow + min(r, rows - 1), at[half]);
      }
#pragma unroll
      for (int t = 0; t < C::kFragments / 2; ++t) {
        BoxPlace<C> place{buffer, static_cast<u32>(i), static_cast<u32>(t)};
        Box r[4];
        if (Region::kBox) place.load(r);
#pragma unroll
        for (int j = 2 * t; j < 2 * t + 2; ++j) {
          Inputs in;
          Region::takeColumns(columns[j / 8], j % 8 * 4 + lane % 4, in);
#pragma unroll
          for (int half = 0; half < 2; ++half)
            finishPair(e, at[half], inside[half], column + 8 * j + 2 * (lane % 4), in,
                       &sums[i][j / (C::kPiece / 8)][j % (C::kPiece / 8)][2 * half], r[j % 2 * 2 + half]);
        }
        place.store(r);
      }
    }
  }
};

template <class C, class Region, class E>
__device__ __forceinline__ void consumeBoxes(const Gemm& p, const E& e, u32 stages, u32 full, u32 empty,
                                             u32 group, u32 buffer, u32 ready, u32 finished) {
  u32 steps = (p.k + C::kK - 1) / C::kK, warp = threadIdx.x / 32 % 4;
  Ring<C::kStages> ring;
  GroupTiles<C> mine(group);
  if (!C::kShared && group) {
    ring.skip(steps);
    passTurn(group);
  }
  u32 parity = 0;
#pragma unroll 1
  for (u32 tile = mine.first; tile < p.allTiles; tile += mine.stride) {
    Place place = placeOf(p, tile);
    BoxEpilogue<C, Region> epilogue;
    epilogue.begin(e, place.n * C::kN);
    Sums<C> sums;
    if (steps == 0) memset(sums, 0, sizeof(sums));
    if (!C::kShared) waitTurn(group);
    multiplyTile<C>(sums, steps, stages, full, empty, C::kShared ? group : 0, ring);
    if (!C::kShared) {
      passTurn(group);
      ring.skip(steps);
    }
    waitBarrier(ready, parity);
    epilogue.run(e, sums, place.batch * p.m, place.m * C::kM + mine.rowsBefore + 16 * warp, p.m,
                 place.n * C::kN, buffer);
    fenceShared();
    __syncwarp();
    if (threadIdx.x % 32 == 0) arrive(finished);
    parity ^= 1;
  }
}

// Warps of the first warpgroup: 0 copies the products' operands, the others move the warpgroups' buffers.
template <class C, class Region, class Producer, class E>
__device__ __forceinline__ void boxTiles(const Maps& maps, const BoxMaps& boxes,
                                         const typename Producer::Problem& p, u32 tiles, const E& e) {
  extern __shared__ uint4 memory[];
  constexpr u32 kAlignment = 1024;
  u32 begin = static_cast<u32>(__cvta_generic_to_shared(memory)),
      stages = (begin + kAlignment - 1) & ~(kAlignment - 1);
  u32 buffers = stages + C::kStages * C::kStageBytes, full = buffers + C::kGroups * C::kBufferBytes,
      empty = full + 8 * C::kStages, ready = empty + 8 * C::kStages, finished = ready + 8 * C::kGroups;
  if (threadIdx.x == 0) {
    for (u32 s = 0; s < C::kStages; ++s) {
      initBarrier(full + 8 * s, 1);
      initBarrier(empty + 8 * s, C::kReaders);
    }
    for (u32 group = 0; group < C::kGroups; ++group) {
      initBarrier(ready + 8 * group, 1);
      initBarrier(finished + 8 * group, 4);
    }
    publishBarriers();
    prefetchMap(maps.a);
    prefetchMap(maps.b);
    prefetchMap(boxes.result);
    if (Region::kBox) prefetchMap(boxes.operand);
  }
  __syncthreads();
  allowNext();
  u32 warp = threadIdx.x / 32;
  if (warp < 4) {
    giveRegisters<C::kFew>();
    if (threadIdx.x == 0) produceTiles<C, Producer>(maps, p, tiles, stages, full, empty);
    if (threadIdx.x % 32 == 0 && warp > 0 && warp <= C::kGroups) {
      waitForPrevious();
      moveBoxes<C, Region>(boxes, p, warp - 1, buffers + (warp - 1) * C::kBufferBytes, ready + 8 * (warp - 1),
                           finished + 8 * (warp - 1));
    }
  } else {
    takeRegisters<C::kMany>();
    u32 group = warp / 4 - 1;
    waitForPrevious();
    consumeBoxes<C, Region>(p, e, stages, full, empty, group, buffers + group * C::kBufferBytes,
                            ready + 8 * group, finished + 8 * group);
  }
}

template <class C, class Region, class E>
__device__ __forceinline__ void gemmBoxes(const TensorMap& a, const TensorMap& b, const TensorMap& operand,
                                          const TensorMap& result, const Gemm& p, const E& e) {
  boxTiles<C, Region, MatrixProducer<C>>(Maps{a, b}, BoxMaps{operand, result}, p, p.allTiles, e);
}
