// The convolutions of conv_depthwise_mma.cuh with patches and results moved by Hopper's copy engine: it puts
// zeros where a patch lies outside of the image, and leaves out what lies outside of the result. Two patches
// are under way while a tile is computed; results go from fragments through the epilogue into shared memory,
// and one barrier a tile keeps the block together.
#pragma once

#include "conv_depthwise_mma.cuh"
#include "wgmma.cuh"

struct DepthwiseBoxes {
  DepthwiseMma d;
  TensorMap image, result;  // channels, columns, rows, images
};

template <typename T, int ROWS, int KY, int KX, int SY, int SX, int DY, int DX>
struct DepthwiseBoxShape : DepthwiseMmaShape<T, ROWS, KY, KX, SY, SX, DY, DX> {
  typedef DepthwiseMmaShape<T, ROWS, KY, KX, SY, SX, DY, DX> Base;
  static constexpr int kBoxColumns = (Base::kInColumns + 3) / 4 * 4;
  static constexpr u32 kPixelBytes = 64, kRowBytes = kBoxColumns * kPixelBytes;
  static constexpr u32 kBoxBytes = Base::kInRows * kRowBytes, kPatchBytes = (kBoxBytes + 1023) / 1024 * 1024;
  static constexpr u32 kResultBytes = ROWS * 16 * kPixelBytes;
};

// The copy engine permutes chunks of 16 bytes so: among 8 pixels of 64 bytes.
__device__ __forceinline__ u32 pixelOffset(u32 pixel, u32 chunk) {
  return pixel * 64 + (chunk ^ (pixel / 2 & 3)) * 16;
}

// As addDepthwiseRows, of a patch in rows of kBoxColumns.
template <class S>
__device__ __forceinline__ void addBoxRows(float (&sums)[S::kRows][4], const DepthwiseWeights<S>& w,
                                           u32 patch) {
  u32 lane = threadIdx.x % 32, warp = threadIdx.x / 32, from[S::kPairs];
#pragma unroll
  for (int pair = 0; pair < S::kPairs; ++pair) {
    // Lanes 16 to 31 give the rows of the pair's second tap, or repeat the first where there is none.
    u32 tap = min(2 * pair + lane / 16, static_cast<u32>(S::kKernelX - 1));
    from[pair] = patch + pixelOffset(lane % 16 * S::kStrideX + tap * S::kDilationX, warp);
  }
#pragma unroll
  for (int in = 0; in < S::kInRows; ++in) {
    if (!S::usesRow(in)) continue;
    // Rows are whole groups of 4 pixels: the permutation of every second one differs in one bit.
    const u32 flip = in * S::kBoxColumns / 2 % 4 * 16;
#pragma unroll
    for (int pair = 0; pair < S::kPairs; ++pair) {
      u32 a[4];
      loadMatrices(a, (from[pair] ^ flip) + in * S::kRowBytes);
#pragma unroll
      for (int out = 0; out < S::kRows; ++out) {
        const int tap = S::tapOf(in, out);
        if (tap < 0) continue;
        if (2 * pair + 1 < S::kKernelX)
          multiply(sums[out], a, w.at[tap][2 * pair],
                   w.at[tap][2 * pair + 1 < S::kKernelX ? 2 * pair + 1 : 0], typename S::T{});
        else
          multiplyHalf(sums[out], a[0], a[1], w.at[tap][2 * pair], typename S::T{});
      }
    }
  }
}

// A warp's 8 channels of the tile through the epilogue to shared memory. `columns`: what is the same for all
// pixels of this lane's two channels.
template <class S, class Region, class E>
__device__ __forceinline__ void finishBox(const DepthwiseMma& p, const E& e, const DepthwiseTilePlace& tile,
                                          u32 channel, const typename Region::template Inputs<2>& columns,
                                          const float (&sums)[S::kRows][4], u32 results) {
  u32 lane = threadIdx.x % 32, warp = threadIdx.x / 32;
#pragma unroll
  for (int r = 0; r < S::kRows; r += 2) {
    u32 bits[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      i32 y = tile.row + r + i / 2, x = tile.column + static_cast<i32>(lane / 4) + i % 2 * 8;
      bool exists = y < p.outHeight && x < p.outWidth && channel < e.columns;
      typename Region::template Inputs<2> in = columns;
      u32 at[Region::kOperands];
      if (Region::kRest && exists) {
        e.locate((tile.batch * p.outHeight + y) * p.outWidth + x, at);
        Region::template loadRest<2>(e, at, channel, in);
      }
      typename Region::template Results<2> out;
      Region::template compute<2>(in, &sums[r + i / 2][i % 2 * 2], out);
      if (exists) Region::template storeRest<2>(e, at, channel, out);
      bits[i] = Region::boxBits(out);
    }
    storeMatrices(results + pixelOffset((r + lane / 16) * 16 + lane % 16, warp), bits);
  }
}

template <class S, class Region, class E>
__device__ __forceinline__ void depthwiseBoxes(const DepthwiseBoxes& p, const E& e) {
  extern __shared__ uint4 memory[];
  constexpr u32 kAlignment = 1024;
  u32 patches = (static_cast<u32>(__cvta_generic_to_shared(memory)) + kAlignment - 1) & ~(kAlignment - 1);
  u32 results = patches + 2 * S::kPatchBytes, full = results + 2 * S::kResultBytes;
  i32 firstChannel = blockIdx.y * S::kChannels;
  bool moves = threadIdx.x == 0;
  if (moves) {
    initBarrier(full, 1);
    initBarrier(full + 8, 1);
    publishBarriers();
    prefetchMap(p.image);
    prefetchMap(p.result);
  }
  __syncthreads();
  u32 warp = threadIdx.x / 32;
  DepthwiseWeights<S> weights(p.d, firstChannel + static_cast<i32>(warp) * 8);
  allowNext();
  waitForPrevious();
  auto fetch = [&](u32 index, u32 buffer) {
    if (index >= p.d.tiles) return;
    DepthwiseTilePlace tile = depthwisePlace<S>(p.d, index);
    arriveExpecting(full + 8 * buffer, S::kBoxBytes);
    copyBox(patches + buffer * S::kPatchBytes, p.image, full + 8 * buffer, firstChannel,
            tile.column * S::kStrideX - p.d.left, tile.row * S::kStrideY - p.d.top, tile.batch);
  };
  if (moves) {
    fetch(blockIdx.x, 0);
    fetch(blockIdx.x + gridDim.x, 1);
  }
  u32 channel = firstChannel + warp * 8 + threadIdx.x % 4 * 2, buffer = 0, parity = 0;
  typename Region::template Inputs<2> columns;
  Region::template loadColumns<2>(e, min(channel, e.columns - 2), columns);
#pragma unroll 1
  for (u32 index = blockIdx.x; index < p.d.tiles; index += gridDim.x) {
    DepthwiseTilePlace tile = depthwisePlace<S>(p.d, index);
    float sums[S::kRows][4] = {};
    waitBarrier(full + 8 * buffer, parity);
    addBoxRows<S>(sums, weights, patches + buffer * S::kPatchBytes);
    u32 result = results + buffer * S::kResultBytes;
    finishBox<S, Region>(p.d, e, tile, channel, columns, sums, result);
    fenceShared();
    if (moves) waitStores<0>();  // the other buffer's result has been read
    __syncthreads();
    if (moves) {
      storeBox(p.result, result, firstChannel, tile.column, tile.row, tile.batch);
      commitStores();
      fetch(index + 2 * gridDim.x, buffer);
    }
    parity ^= buffer;
    buffer ^= 1;
  }
  if (moves) waitStores<0>();
}
