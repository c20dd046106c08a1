// Convolutions in channels-last layout as products by mma.sync: rows are output pixels, columns output
// channels, and K runs over the taps and, fastest, the input channels of a group. The left operand is never
// formed: its tiles are gathered from the image while they are copied.
#pragma once

#include "gemm_mma.cuh"

struct MmaConv {
  const void *image, *weights;
  u32 pixels;
  Divisor extent[3];  // of the output: depth, height, width
  i32 in3[3], begin[3];
  i32 imageChannels;  // of all groups
  Divisor tilesN;     // of a group
};

// What is known when the kernel is compiled. GRANULE: elements that are copied at once, a divisor of
// CHANNELS. PLANES: the image has a depth. The kernel's extents, strides and dilations are those of depth,
// height and width.
template <int CHANNELS, int FILTERS, int GRANULE, bool PLANES, int KZ, int KY, int KX, int SZ, int SY, int SX,
          int DZ, int DY, int DX>
struct MmaConvShape {
  static constexpr int kChannels = CHANNELS, kFilters = FILTERS, kGranule = GRANULE;
  static constexpr bool kPlanes = PLANES;
  static constexpr int kDepth = KZ, kHeight = KY, kWidth = KX, kTaps = KZ * KY * KX;
  static constexpr int kStrideZ = SZ, kStrideY = SY, kStrideX = SX;
  static constexpr int kDilationZ = DZ, kDilationY = DY, kDilationX = DX;
};

// Whole tiles of weights, as they will lie in shared memory, one after the other along K.
template <class C, int STEPS>
struct WeightTiles {
  static constexpr int kChunks = C::TileB::kBytes / 16;
  const uint4* from;

  __device__ __forceinline__ WeightTiles(const void* weights, u32 tile, u32 firstStep)
      : from(static_cast<const uint4*>(weights) + (tile * STEPS + firstStep) * kChunks + threadIdx.x) {}
  __device__ __forceinline__ void copy(u32 stage, u32 step) const {
#pragma unroll
    for (int i = 0; i < (kChunks + C::kThreads - 1) / C::kThreads; ++i) {
      u32 chunk = threadIdx.x + i * C::kThreads;
      if (kChunks % C::kThreads == 0 || chunk < kChunks)
        copyAsync16(stage + chunk * 16, from + step * kChunks + i * C::kThreads, 16);
    }
  }
};

template <int BYTES>
__device__ __forceinline__ void copyGranule(u32 to, const void* from, bool present) {
  if (BYTES == 16)
    copyAsync16(to, from, present ? 16 : 0);
  else
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" ::"r"(to), "l"(from), "n"(BYTES),
                 "r"(present ? BYTES : 0)
                 : "memory");
}

template <class C, class S>
struct ConvLoader {
  typedef typename C::T T;
  typedef typename C::TileA Tile;
  static constexpr int kK = S::kTaps * S::kChannels, kSteps = (kK + C::kK - 1) / C::kK;
  static constexpr int kColumns = C::kK / S::kGranule;  // granules of a row
  static constexpr int kRows = C::kThreads / kColumns;  // that are copied at once
  static constexpr int kPasses = C::kM / kRows;
  static_assert(C::kM % kRows == 0 && kRows % 8 == 0, "every thread copies as much");
  static constexpr bool kPlanes = S::kPlanes;

  const T* image;
  WeightTiles<C, kSteps> weights;
  u32 steps, firstStep, to;
  i32 in3[3], imageChannels;
  i32 base[kPasses], z0[kPlanes ? kPasses : 1], y0[kPasses], x0[kPasses];

  __device__ __forceinline__ ConvLoader(const MmaConv& p, u32 row, u32 tile, u32 group, u32 part)
      : weights(p.weights, tile, stepsOf<C::kK, C::kParts>(kK, part).from), imageChannels(p.imageChannels) {
    image = static_cast<const T*>(p.image) + group * S::kChannels;
    Steps range = stepsOf<C::kK, C::kParts>(kK, part);
    firstStep = range.from;
    steps = range.to - range.from;
    u32 first = threadIdx.x / kColumns, byte = threadIdx.x % kColumns * (S::kGranule * sizeof(T));
    to = Tile::offset(first, byte / 16) + byte % 16;
#pragma unroll
    for (int a = 0; a < 3; ++a) in3[a] = p.in3[a];
#pragma unroll
    for (int i = 0; i < kPasses; ++i) place(p, row + first + i * kRows, i);
  }

  __device__ __forceinline__ void place(const MmaConv& p, u32 pixel, int i) {
    u32 rows = p.extent[2].divide(pixel), planes = p.extent[1].divide(rows),
        batch = p.extent[0].divide(planes);
    i32 z = static_cast<i32>(planes - batch * p.extent[0].divisor) * S::kStrideZ - p.begin[0];
    i32 y = static_cast<i32>(rows - planes * p.extent[1].divisor) * S::kStrideY - p.begin[1];
    i32 x = static_cast<i32>(pixel - rows * p.extent[2].divisor) * S::kStrideX - p.begin[2];
    base[i] = (((static_cast<i32>(batch) * in3[0] + z) * in3[1] + y) * in3[2] + x) * imageChannels;
    constexpr i32 kNowhere = -(1 << 24);
    if (kPlanes) z0[i] = z;
    y0[i] = pixel < p.pixels ? y : kNowhere;
    x0[i] = x;
  }

  // Weights do not depend on kernels before this one.
  __device__ __forceinline__ void begin(u32 shared) const {
#pragma unroll
    for (u32 s = 0; s < C::kStages - 1; ++s)
      if (s < steps) weights.copy(shared + s * C::kStageBytes + Tile::kBytes, s);
  }
  __device__ __forceinline__ void copy(u32 stageA, u32 stageB, u32 step) const {
    if (step >= C::kStages - 1) weights.copy(stageB, step);  // begin() has started those before
    u32 k = (firstStep + step) * C::kK + threadIdx.x % kColumns * S::kGranule;
    u32 tap = k / S::kChannels, row = tap / S::kWidth;
    i32 dx = static_cast<i32>(tap % S::kWidth) * S::kDilationX;
    i32 dy = static_cast<i32>(row % S::kHeight) * S::kDilationY;
    i32 dz = static_cast<i32>(row / S::kHeight) * S::kDilationZ;
    i32 offset = ((dz * in3[1] + dy) * in3[2] + dx) * imageChannels + static_cast<i32>(k % S::kChannels);
    bool isTap = kK % C::kK == 0 || tap < S::kTaps;
#pragma unroll
    for (int i = 0; i < kPasses; ++i) {
      bool present = isTap && static_cast<u32>(y0[i] + dy) < static_cast<u32>(in3[1]) &&
                     static_cast<u32>(x0[i] + dx) < static_cast<u32>(in3[2]);
      if (kPlanes) present = present && static_cast<u32>(z0[i] + dz) < static_cast<u32>(in3[0]);
      copyGranule<S::kGranule * sizeof(T)>(stageA + to + i * (kRows * Tile::kChunks * 16),
                                           image + (present ? base[i] + offset : 0), present);
    }
  }
};

template <class C, class S, class Region, class E>
__device__ __forceinline__ void convMma(const MmaConv& p, const E& e) {
  extern __shared__ uint4 memory[];
  u32 tileM = p.tilesN.divide(blockIdx.x), tileN = blockIdx.x - tileM * p.tilesN.divisor, group = blockIdx.z;
  ConvLoader<C, S> loader(p, tileM * C::kM, group * p.tilesN.divisor + tileN, group, blockIdx.y);
  loader.begin(static_cast<u32>(__cvta_generic_to_shared(memory)));
  waitForPrevious();
  mmaTile<C, Region>(loader, e, 0, tileM * C::kM, p.pixels, group * S::kFilters + tileN * C::kN);
}
