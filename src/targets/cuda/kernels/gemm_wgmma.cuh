// Matrix products for Hopper: operands come by the tensor copy engine into STAGES tiles in shared memory,
// fetched by one thread of a warpgroup of its own; two or three warpgroups multiply (wgmma) and finish.
// Blocks stay and take one tile after the other. A stage is 128 bytes of K: 64 elements of 16 bits, or 32
// floats, which the engine rounds to TF32 and which must lie along K.
//
// TOGETHER: so many warpgroups, 2 or 3, work on a tile, each on its ROWS rows. 1: there are two, and each has
// every other tile to itself, so that one finishes while the other multiplies.
//
// PARTS: so many blocks of a cluster share the K of a tile, for products with few tiles.
//
// A kernel with other operands (a convolution) brings a Producer instead of MatrixProducer:
//   Problem                                 p's type: Gemm, or what can be read as one
//   Producer(maps, p, place)                the tile's operands
//   copyA(stage, barrier, step), copyB      start the copies of kK elements of K: C::kStageBytes together
#pragma once

#include "gemm.cuh"
#include "wgmma.cuh"

template <typename T_, int ROWS, int BN, int STAGES, int TOGETHER, bool TRANS_A, bool TRANS_B, int PARTS,
          bool CONSTANT_B>
struct WgmmaConfig {
  typedef T_ T;
  static constexpr bool kShared = TOGETHER > 1, kTransA = TRANS_A, kTransB = TRANS_B;
  static constexpr bool kConstantB = CONSTANT_B;  // may be read before the previous kernel ends
  static constexpr int kRows = ROWS, kM = TOGETHER * ROWS, kN = BN, kStages = STAGES, kParts = PARTS;
  static constexpr int kRowBytes = 128, kK = kRowBytes / sizeof(T);
  static_assert(sizeof(T) == 2 || (!TRANS_A && TRANS_B), "TF32 lies along K");
  static constexpr bool kAhead = false;  // weights that find no stage yet are fetched into the L2 cache
  static constexpr int kTogether = TOGETHER, kGroups = kShared ? TOGETHER : 2;  // that multiply
  static constexpr int kWarps = 4 * kGroups, kThreads = 32 * kWarps + 128;
  static constexpr int kReaders = 4 * TOGETHER;  // warps that give a stage back
  // Registers of a thread that copies, and of one that multiplies: all of a processor together.
  static constexpr int kFew = kGroups == 3 ? 56 : 40, kMany = kGroups == 3 ? 152 : 232;
  static constexpr int kStageA = kM * kRowBytes, kStageB = BN * kRowBytes, kStageBytes = kStageA + kStageB;
  static constexpr int kPiece =
      BN % 64 == 0 && BN < 256 ? 64 : 32;  // columns that the epilogue takes at once
  static constexpr int kDown = ROWS / 64, kAcross = BN / kPiece;
  static constexpr u32 kSlab = 64 * 128;  // bytes of 64 rows of 128 bytes
  static constexpr int kPitch = BN + 8;   // of a tile that the cluster adds up
  // A tile that the cluster adds up takes the place of the stages.
  static constexpr int kOverlap = PARTS > 1 ? kStages *kStageBytes : 0,
                       kSums = 4 * (PARTS > 1 ? kM * kPitch : kWarps * warpStage(kPiece)),
                       kEpilogueBytes = kSums > kOverlap ? kSums - kOverlap : 0;
};

struct Maps {
  const TensorMap &a, &b;
};

// The steps of this block, the same for all its tiles.
template <class C>
__device__ __forceinline__ Steps ownSteps(const Gemm& p) {
  return stepsOf<C::kK, C::kParts>(p.k, C::kParts > 1 ? blockIdx.y : 0);
}

template <class C>
struct MatrixProducer {
  typedef Gemm Problem;
  const Maps& maps;
  i32 row, column, batchA, batchB;

  __device__ __forceinline__ MatrixProducer(const Maps& m, const Gemm& p, const Place& place)
      : maps(m), row(place.m * C::kM), column(place.n * C::kN) {
    batchA = p.batchA[0] ? place.batch : 0;
    batchB = p.batchB[0] ? place.batch : 0;
  }
  // Where K runs down the rows, the copies are slabs of 64 positions.
  __device__ __forceinline__ void copyA(u32 stage, u32 barrier, u32 step) const {
    i32 k = step * C::kK;
    if (C::kTransA) {
#pragma unroll
      for (int i = 0; i < C::kM / 64; ++i)
        copyBox(stage + i * C::kSlab, maps.a, barrier, row + 64 * i, k, batchA);
    } else {
      copyBox(stage, maps.a, barrier, k, row, batchA);
    }
  }
  __device__ __forceinline__ void copyB(u32 stage, u32 barrier, u32 step) const {
    i32 k = step * C::kK;
    if (C::kTransB) {
      copyBox(stage, maps.b, barrier, k, column, batchB);
    } else {
#pragma unroll
      for (int i = 0; i < C::kN / 64; ++i)
        copyBox(stage + i * C::kSlab, maps.b, barrier, column + 64 * i, k, batchB);
    }
  }
  // Into the L2 cache.
  __device__ __forceinline__ void prefetchB(u32 step) const {
    i32 k = step * C::kK;
    if (C::kTransB) {
      prefetchBox(maps.b, k, column, batchB);
    } else {
#pragma unroll
      for (int i = 0; i < C::kN / 64; ++i) prefetchBox(maps.b, column + 64 * i, k, batchB);
    }
  }
};

// Stages go round; a parity says which round.
template <int STAGES>
struct Ring {
  u32 stage = 0, parity = 0;
  __device__ __forceinline__ void advance() {
    if (++stage == STAGES) stage = 0, parity ^= 1;
  }
  __device__ __forceinline__ void skip(u32 steps) {
    u32 sum = stage + steps, rounds = sum / STAGES;
    stage = sum - rounds * STAGES;
    parity ^= rounds & 1;
  }
};

template <class C>
__device__ __forceinline__ void multiplyStage(float (&sums)[C::kDown][C::kAcross][C::kPiece / 8][4],
                                              u32 tileA, u32 tileB, u32 addFirst) {
  beginMultiply();
#pragma unroll
  for (int kk = 0; kk < C::kRowBytes / 32; ++kk) {
    u64 b = tileDescriptor(tileB + kk * (C::kTransB ? 32 : 16 * 128), C::kSlab);
#pragma unroll
    for (int i = 0; i < C::kDown; ++i)
      Multiply<typename C::T, C::kN, C::kTransA, !C::kTransB>::run(
          &sums[i][0][0][0],
          tileDescriptor(tileA + i * C::kSlab + kk * (C::kTransA ? 16 * 128 : 32), C::kSlab), b,
          kk || addFirst);
  }
  commitMultiply();
}

// One tile's products. Each stage is given back as soon as the step behind it is under way.
template <class C>
__device__ __forceinline__ void multiplyTile(float (&sums)[C::kDown][C::kAcross][C::kPiece / 8][4], u32 steps,
                                             u32 stages, u32 full, u32 empty, u32 half,
                                             Ring<C::kStages>& ring) {
  u32 before = 0;
  bool signals = threadIdx.x % 32 == 0;
#pragma unroll 1
  for (u32 step = 0; step < steps; ++step) {
    u32 tile = stages + ring.stage * C::kStageBytes;
    waitBarrier(full + 8 * ring.stage, ring.parity);
    multiplyStage<C>(sums, tile + half * C::kDown * C::kSlab, tile + C::kStageA, step);
    waitMultiply<1>();
    if (step && signals) arrive(empty + 8 * before);
    before = ring.stage;
    ring.advance();
  }
  waitMultiply<0>();
  if (steps && signals) arrive(empty + 8 * before);
}

// Constant weights do not depend on the kernel before: the first of them are on their way while it still
// runs.
template <class C, class Producer>
__device__ __forceinline__ void produceTiles(const Maps& maps, const typename Producer::Problem& p, u32 tiles,
                                             u32 stages, u32 full, u32 empty) {
  Ring<C::kStages> ring;
  Steps steps = ownSteps<C>(p);
  u32 early = 0;
  if (C::kConstantB && blockIdx.x < tiles) {
    Producer producer(maps, p, placeOf(p, blockIdx.x));
    for (; early < C::kStages && steps.from + early < steps.to; ++early) {
      arriveExpecting(full + 8 * early, C::kStageBytes);
      producer.copyB(stages + early * C::kStageBytes + C::kStageA, full + 8 * early, steps.from + early);
    }
    if constexpr (C::kAhead)
      for (u32 step = steps.from + early; step < steps.to; ++step) producer.prefetchB(step);
  }
  waitForPrevious();
#pragma unroll 1
  for (u32 tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
    Producer producer(maps, p, placeOf(p, tile));
#pragma unroll 1
    for (u32 step = steps.from; step < steps.to; ++step) {
      u32 stage = stages + ring.stage * C::kStageBytes, barrier = full + 8 * ring.stage;
      if (early) {
        --early;
      } else {
        waitBarrier(empty + 8 * ring.stage, ring.parity ^ 1);
        arriveExpecting(barrier, C::kStageBytes);
        producer.copyB(stage + C::kStageA, barrier, step);
      }
      producer.copyA(stage, barrier, step);
      ring.advance();
    }
  }
}

// Warpgroups that take tiles in turn multiply in turn: a barrier's parity can be told only by whoever is not
// a whole round ahead.
__device__ __forceinline__ void waitTurn(u32 group) { syncSome(1 + group, 256); }
__device__ __forceinline__ void passTurn(u32 group) { arriveSome(2 - group, 256); }

template <class C>
using Sums = float[C::kDown][C::kAcross][C::kPiece / 8][4];

// The warp's sums to a tile that the cluster adds up.
template <class C>
__device__ __forceinline__ void storeSums(const Sums<C>& sums, float* tile, u32 row) {
  u32 lane = threadIdx.x % 32;
#pragma unroll
  for (int i = 0; i < C::kDown; ++i)
#pragma unroll
    for (int j = 0; j < C::kN / 8; ++j)
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const float(&f)[4] = sums[i][j / (C::kPiece / 8)][j % (C::kPiece / 8)];
        *reinterpret_cast<float2*>(tile + (row + 64 * i + lane / 4 + 8 * half) * C::kPitch + 8 * j +
                                   2 * (lane % 4)) = make_float2(f[2 * half], f[2 * half + 1]);
      }
}

template <class C, class Region, class E>
__device__ __forceinline__ void consumeTiles(const Gemm& p, const E& e, u32 tiles, u32 stages, u32 full,
                                             u32 empty, float* memory, float* partial) {
  u32 warp = threadIdx.x / 32 - 4, group = warp / 4, part = C::kShared ? group : 0;
  Steps range = ownSteps<C>(p);
  u32 steps = range.to - range.from;
  Ring<C::kStages> ring;
  constexpr bool kTurns = !C::kShared && C::kParts == 1;
  if (kTurns && group) {
    ring.skip(steps);
    passTurn(group);
  }
  u32 stride = C::kShared ? gridDim.x : 2 * gridDim.x;
#pragma unroll 1
  for (u32 tile = blockIdx.x + (C::kShared ? 0 : group * gridDim.x); tile < tiles; tile += stride) {
    Sums<C> sums;
    if (steps == 0) memset(sums, 0, sizeof(sums));
    if (kTurns) waitTurn(group);
    multiplyTile<C>(sums, steps, stages, full, empty, part, ring);
    if (kTurns) {
      passTurn(group);
      ring.skip(steps);
    }
    u32 row = part * C::kRows + warp % 4 * 16;
    if constexpr (C::kParts > 1) {
      syncSome(1, 128 * C::kTogether);  // nobody reads the stages any more
      storeSums<C>(sums, partial, row);
    } else {
      Place place = placeOf(p, tile);
      warpEpilogue<Region, C::kDown, C::kAcross, C::kPiece>(e, place.batch * p.m, place.m * C::kM + row, p.m,
                                                            place.n * C::kN, 64, sums,
                                                            memory + warp * warpStage(C::kPiece));
    }
  }
}

template <class C, class Region, class Producer, class E>
__device__ __forceinline__ void wgmmaTiles(const Maps& maps, const typename Producer::Problem& p, const E& e,
                                           u32 tiles) {
  extern __shared__ uint4 memory[];
  constexpr u32 kAlignment = 1024;
  u32 begin = static_cast<u32>(__cvta_generic_to_shared(memory)),
      stages = (begin + kAlignment - 1) & ~(kAlignment - 1);
  char* bytes = reinterpret_cast<char*>(memory) + (stages - begin);
  float* epilogue = reinterpret_cast<float*>(bytes + C::kStages * C::kStageBytes - C::kOverlap);
  u32 full = stages + C::kStages * C::kStageBytes + C::kEpilogueBytes, empty = full + 8 * C::kStages;
  if (threadIdx.x == 0) {
    for (u32 s = 0; s < C::kStages; ++s) {
      initBarrier(full + 8 * s, 1);
      initBarrier(empty + 8 * s, C::kReaders);
    }
    publishBarriers();
    prefetchMap(maps.a);
    prefetchMap(maps.b);
  }
  __syncthreads();
  allowNext();
  if (threadIdx.x >= 32) waitForPrevious();  // the thread that copies waits by itself
  if constexpr (C::kParts == 1) {
    if (threadIdx.x < 128) {
      giveRegisters<C::kFew>();
      if (threadIdx.x == 0) produceTiles<C, Producer>(maps, p, tiles, stages, full, empty);
    } else {
      takeRegisters<C::kMany>();
      consumeTiles<C, Region>(p, e, tiles, stages, full, empty, epilogue, nullptr);
    }
  } else {
    if (threadIdx.x == 0) produceTiles<C, Producer>(maps, p, tiles, stages, full, empty);
    if (threadIdx.x >= 128) consumeTiles<C, Region>(p, e, tiles, stages, full, empty, nullptr, epilogue);
    __syncthreads();
    const Gemm& g = p;
    Place place = placeOf(g, blockIdx.x);
    clusterEpilogue<Region, C::kM, C::kN, C::kParts, C::kThreads>(e, place.batch * g.m, place.m * C::kM, g.m,
                                                                  place.n * C::kN, epilogue, C::kPitch);
  }
}

template <class C, class Region, class E>
__device__ __forceinline__ void gemmWgmma(const TensorMap& a, const TensorMap& b, const Gemm& p, const E& e) {
  wgmmaTiles<C, Region, MatrixProducer<C>>(Maps{a, b}, p, e, p.allTiles);
}
