// Convolutions of each channel by itself by mma.sync, channels-last, 16-bit floats: for a tap, 16
// neighbouring pixels x 8 channels times the diagonal matrix of the channels' weights. Most of the product is
// zeros, yet it takes fewer instructions than converting and multiplying one by one. A block takes a tile of
// kRows x 16 output pixels and 32 channels, 8 for each warp; a fragment of the patch serves all rows of the
// tile that its row of the patch contributes to. An infinite input makes NaN of its neighbours in the group
// of 8 channels.
#pragma once

#include "gemm_mma.cuh"

struct DepthwiseMma {
  const void *image, *weights;  // weights: [tap][channels]
  u32 tiles;
  Divisor tilesAcross, tilesDown;
  i32 channels;
  i32 height, width, outHeight, outWidth, top, left;
};

template <typename T_, int ROWS, int KY, int KX, int SY, int SX, int DY, int DX>
struct DepthwiseMmaShape {
  typedef T_ T;
  static constexpr int kWarps = 4, kThreads = 32 * kWarps, kChannels = 8 * kWarps, kColumns = 16;
  static constexpr int kRows = ROWS, kKernelY = KY, kKernelX = KX;
  static constexpr int kStrideY = SY, kStrideX = SX, kDilationY = DY, kDilationX = DX;
  static constexpr int kInRows = (ROWS - 1) * SY + (KY - 1) * DY + 1;
  static constexpr int kInColumns = (kColumns - 1) * SX + (KX - 1) * DX + 1;
  // With stride 2, even columns lie before odd ones: the pixels of a fragment are neighbours.
  static constexpr int kHalf = (kInColumns + 1) / 2, kSlots = SX == 2 ? 2 * kHalf : kInColumns;
  static constexpr int kRowBytes = kSlots * kChannels * 2, kPairs = (KX + 1) / 2;
  static constexpr int kPitch = kChannels + 8;  // of the results, in floats
  static constexpr int kPatchBytes = kInRows * kRowBytes, kResultBytes = ROWS * kColumns * kPitch * 4;
  static constexpr int kBufferBytes = kPatchBytes > kResultBytes ? kPatchBytes : kResultBytes;

  // Where the 8 channels number `chunk` of a pixel of the patch's first row lie.
  static __device__ __forceinline__ u32 offsetOf(u32 column, u32 chunk) {
    u32 slot = SX == 2 ? column / 2 + column % 2 * kHalf : column;
    return slot * (kChannels * 2) + (chunk ^ (slot / 2 & 3)) * 16;
  }
  // The row of the kernel through which row `in` of the patch contributes to row `out` of the tile, or -1.
  static constexpr __device__ __forceinline__ int tapOf(int in, int out) {
    int distance = in - out * SY;
    return distance >= 0 && distance % DY == 0 && distance / DY < KY ? distance / DY : -1;
  }
  static constexpr __device__ __forceinline__ bool usesRow(int in) {
    for (int out = 0; out < ROWS; ++out)
      if (tapOf(in, out) >= 0) return true;
    return false;
  }
};

// The diagonal matrices of a warp's 8 channels, one register for each tap: lane l holds rows 2 * (l % 4) and
// the next of column l / 4.
template <class S>
struct DepthwiseWeights {
  u32 at[S::kKernelY][S::kKernelX];

  __device__ __forceinline__ DepthwiseWeights(const DepthwiseMma& p, i32 firstChannel) {
    u32 lane = threadIdx.x % 32, column = lane / 4;
    i32 channel = firstChannel + static_cast<i32>(column);
    bool isDiagonal = lane % 4 == column / 2 && channel < p.channels;
    const u16* weights = static_cast<const u16*>(p.weights) + channel;
#pragma unroll
    for (int y = 0; y < S::kKernelY; ++y)
#pragma unroll
      for (int x = 0; x < S::kKernelX; ++x) {
        u32 bits = isDiagonal ? weights[(y * S::kKernelX + x) * p.channels] : 0;
        at[y][x] = bits << (column % 2 * 16);
      }
  }
};

struct DepthwiseTilePlace {
  i32 batch, row, column;  // the first output pixel
};
template <class S>
__device__ __forceinline__ DepthwiseTilePlace depthwisePlace(const DepthwiseMma& p, u32 index) {
  u32 down = p.tilesAcross.divide(index), batch = p.tilesDown.divide(down);
  return {static_cast<i32>(batch), static_cast<i32>(down - batch * p.tilesDown.divisor) * S::kRows,
          static_cast<i32>(index - down * p.tilesAcross.divisor) * S::kColumns};
}

// What tile `index` reads, if there is such a tile.
template <class S>
__device__ __forceinline__ void copyDepthwisePatch(const DepthwiseMma& p, u32 index, i32 firstChannel,
                                                   u32 shared) {
  constexpr int kChunks = S::kChannels / 8;
  const u16* image = static_cast<const u16*>(p.image);
  DepthwiseTilePlace tile = depthwisePlace<S>(p, index);
  i32 y0 = tile.row * S::kStrideY - p.top, x0 = tile.column * S::kStrideX - p.left;
  int all = index < p.tiles ? S::kInRows * S::kInColumns * kChunks : 0;
#pragma unroll 1
  for (int i = threadIdx.x; i < all; i += S::kThreads) {
    i32 chunk = i % kChunks, pixel = i / kChunks, row = pixel / S::kInColumns,
        column = pixel - row * S::kInColumns;
    i32 y = y0 + row, x = x0 + column, channel = firstChannel + chunk * 8;
    bool present = static_cast<u32>(y) < static_cast<u32>(p.height) &&
                   static_cast<u32>(x) < static_cast<u32>(p.width) && channel < p.channels;
    i32 from = ((tile.batch * p.height + y) * p.width + x) * p.channels + channel;
    copyAsync16(shared + row * S::kRowBytes + S::offsetOf(column, chunk), image + (present ? from : 0),
                present ? 16 : 0);
  }
  commitCopies();
}

// All rows of the patch, each added to the rows of the tile that it contributes to.
template <class S>
__device__ __forceinline__ void addDepthwiseRows(float (&sums)[S::kRows][4], const DepthwiseWeights<S>& w,
                                                 u32 shared) {
  u32 lane = threadIdx.x % 32, warp = threadIdx.x / 32, from[S::kPairs];
#pragma unroll
  for (int pair = 0; pair < S::kPairs; ++pair) {
    // Lanes 16 to 31 give the rows of the pair's second tap, or repeat the first where there is none.
    u32 tap = min(2 * pair + lane / 16, static_cast<u32>(S::kKernelX - 1));
    from[pair] = shared + S::offsetOf(lane % 16 * S::kStrideX + tap * S::kDilationX, warp);
  }
#pragma unroll
  for (int in = 0; in < S::kInRows; ++in) {
    if (!S::usesRow(in)) continue;
#pragma unroll
    for (int pair = 0; pair < S::kPairs; ++pair) {
      u32 a[4];
      loadMatrices(a, from[pair] + in * S::kRowBytes);
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

// The sums of all warps, brought together, through the epilogue.
template <class S, class Region, class E>
__device__ __forceinline__ void finishDepthwise(const DepthwiseMma& p, const E& e, u32 index,
                                                i32 firstChannel, const float (&sums)[S::kRows][4],
                                                float* results) {
  u32 lane = threadIdx.x % 32, warp = threadIdx.x / 32;
#pragma unroll
  for (int r = 0; r < S::kRows; ++r)
#pragma unroll
    for (int half = 0; half < 2; ++half)
      *reinterpret_cast<float2*>(results + (r * 16 + lane / 4 + 8 * half) * S::kPitch + warp * 8 +
                                 2 * (lane % 4)) = make_float2(sums[r][2 * half], sums[r][2 * half + 1]);
  __syncthreads();
  DepthwiseTilePlace tile = depthwisePlace<S>(p, index);
#pragma unroll 1
  for (u32 i = threadIdx.x; i < S::kRows * 16 * S::kChannels / kVector; i += S::kThreads) {
    u32 pixel = i / S::kWarps, channel = i % S::kWarps * kVector;
    i32 y = tile.row + static_cast<i32>(pixel / 16), x = tile.column + static_cast<i32>(pixel % 16);
    if (y >= p.outHeight || x >= p.outWidth) continue;
    finishPasses<Region, 1>(e, (tile.batch * p.outHeight + y) * p.outWidth + x, 0, 1, 1,
                            firstChannel + channel, results + pixel * S::kPitch + channel, S::kPitch);
  }
}

// Two buffers: while a tile is computed, the patch of the next is on its way; results take their patch's
// place.
template <class S, class Region, class E>
__device__ __forceinline__ void depthwiseMma(const DepthwiseMma& p, const E& e) {
  extern __shared__ uint4 memory[];
  u32 shared = static_cast<u32>(__cvta_generic_to_shared(memory)), buffer = 0;
  i32 firstChannel = blockIdx.y * S::kChannels;
  DepthwiseWeights<S> weights(p, firstChannel + static_cast<i32>(threadIdx.x / 32) * 8);
  allowNext();
  waitForPrevious();
  copyDepthwisePatch<S>(p, blockIdx.x, firstChannel, shared);
#pragma unroll 1
  for (u32 index = blockIdx.x; index < p.tiles; index += gridDim.x) {
    copyDepthwisePatch<S>(p, index + gridDim.x, firstChannel, shared + (S::kBufferBytes - buffer));
    waitCopies<1>();
    __syncthreads();
    float sums[S::kRows][4] = {};
    addDepthwiseRows<S>(sums, weights, shared + buffer);
    __syncthreads();
    finishDepthwise<S, Region>(p, e, index, firstChannel, sums,
                               reinterpret_cast<float*>(memory) + buffer / 4);
    __syncthreads();
    buffer = S::kBufferBytes - buffer;
  }
  waitCopies<0>();
}
