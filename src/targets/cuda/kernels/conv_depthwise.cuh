// Convolutions of each channel by itself, channels-last. A thread takes V neighbouring channels of a tile of
// output pixels; the threads of a block take neighbouring channels, then neighbouring tiles. Every input
// vector is read once for the whole row of a tile.
#pragma once

#include "conv.cuh"

template <typename E>
struct DepthwiseConv {
  ConvOperands<E> o;  // weights: [kernel height][kernel width][channels]
  Divisor vectors;    // of the channels
  u32 tiles;
  Divisor tilesAcross, tilesDown;  // of an image
  i32 channels;
  i32 height, width, outHeight, outWidth, top, left;
};

// What is known when the kernel is compiled.
template <typename T_, int V_, int kDown_, int kAcross_, int kRows_, int kColumns_, int kStrideY_,
          int kStrideX_, int kDilationY_, int kDilationX_>
struct DepthwiseShape {
  typedef T_ T;
  static constexpr int V = V_;
  static constexpr int kDown = kDown_, kAcross = kAcross_;  // output pixels of a tile
  static constexpr int kRows = kRows_, kColumns = kColumns_, kTaps = kRows * kColumns;
  static constexpr int kStrideY = kStrideY_, kStrideX = kStrideX_;
  static constexpr int kDilationY = kDilationY_, kDilationX = kDilationX_;
  // What a tile reads.
  static constexpr int kInRows = (kDown - 1) * kStrideY + (kRows - 1) * kDilationY + 1;
  static constexpr int kInColumns = (kAcross - 1) * kStrideX + (kColumns - 1) * kDilationX + 1;
  // Few weights stay in registers over all tiles of a thread.
  static constexpr bool kKeepsWeights = kTaps <= 9;

  // The tap through which input i contributes to output o along an axis, or -1.
  static constexpr __device__ __forceinline__ int tapOf(int i, int o, int stride, int dilation, int taps) {
    int distance = i - o * stride;
    return distance >= 0 && distance % dilation == 0 && distance / dilation < taps ? distance / dilation : -1;
  }
  static constexpr __device__ __forceinline__ bool usesRow(int i) {
    for (int o = 0; o < kDown; ++o)
      if (tapOf(i, o, kStrideY, kDilationY, kRows) >= 0) return true;
    return false;
  }
  static constexpr __device__ __forceinline__ bool usesColumn(int i) {
    for (int o = 0; o < kAcross; ++o)
      if (tapOf(i, o, kStrideX, kDilationX, kColumns) >= 0) return true;
    return false;
  }
};

template <typename S>
struct DepthwiseTile {
  typedef typename S::T T;
  Vector<T, S::V> kept[S::kKeepsWeights ? S::kTaps : 1];
  float sum[S::kDown][S::kAcross][S::V];

  __device__ __forceinline__ Vector<T, S::V> weight(const T* weights, i32 channels, int tap) const {
    if (S::kKeepsWeights) return kept[tap];
    return readVector<T, S::V>(weights, static_cast<u32>(tap * channels), 1u);
  }

  // One row of the input, whose vectors begin at `row`.
  template <int kRow>
  __device__ __forceinline__ void addRow(const T* row, const T* weights, i32 channels, i32 x0, i32 width) {
    if (!S::usesRow(kRow)) return;
    Vector<T, S::V> in[S::kInColumns];
#pragma unroll
    for (int i = 0; i < S::kInColumns; ++i) {
      if (!S::usesColumn(i)) continue;
      in[i] = Vector<T, S::V>{};
      if (static_cast<u32>(x0 + i) < static_cast<u32>(width))
        in[i] = readVector<T, S::V>(row, static_cast<u32>((x0 + i) * channels), 1u);
    }
#pragma unroll
    for (int oy = 0; oy < S::kDown; ++oy) {
      constexpr int kStride = S::kStrideY, kDilation = S::kDilationY;
      const int r = S::tapOf(kRow, oy, kStride, kDilation, S::kRows);
      if (r < 0) continue;
#pragma unroll
      for (int s = 0; s < S::kColumns; ++s) {
        Vector<T, S::V> w = weight(weights, channels, r * S::kColumns + s);
#pragma unroll
        for (int ox = 0; ox < S::kAcross; ++ox)
#pragma unroll
          for (int v = 0; v < S::V; ++v)
            sum[oy][ox][v] +=
                Element<T>::load(in[ox * S::kStrideX + s * S::kDilationX].at[v]) * Element<T>::load(w.at[v]);
      }
    }
  }
};

// A loop whose counter is a constant expression.
template <typename S, int kRow, typename P>
__device__ __forceinline__ void addRows(DepthwiseTile<S>& tile, const P& p, const typename S::T* image,
                                        const typename S::T* weights, i32 y0, i32 x0) {
  if constexpr (kRow < S::kInRows) {
    i32 y = y0 + kRow;
    if (static_cast<u32>(y) < static_cast<u32>(p.height))
      tile.template addRow<kRow>(image + y * p.width * p.channels, weights, p.channels, x0, p.width);
    addRows<S, kRow + 1>(tile, p, image, weights, y0, x0);
  }
}

template <typename S, typename P>
__device__ __forceinline__ void depthwiseConv(const P& p) {
  typedef typename S::T T;
  // A thread stays at its channels; those beyond the last whole set of channels rest.
  u32 thread = blockIdx.x * blockDim.x + threadIdx.x;
  u32 first = p.vectors.divide(thread), step = p.vectors.divide(gridDim.x * blockDim.x);
  u32 channel = (thread - first * p.vectors.divisor) * S::V;
  const T* weights = static_cast<const T*>(p.o.weights) + channel;
  DepthwiseTile<S> tile;
  if (S::kKeepsWeights) {
#pragma unroll
    for (int t = 0; t < S::kTaps; ++t)
      tile.kept[t] = readVector<T, S::V>(weights, static_cast<u32>(t * p.channels), 1u);
  }
  allowNext();
  waitForPrevious();
  if (first >= step) return;
  for (u32 i = first; i < p.tiles; i += step) {
    u32 row = p.tilesAcross.divide(i), batch = p.tilesDown.divide(row);
    i32 oy = static_cast<i32>(row - batch * p.tilesDown.divisor) * S::kDown;
    i32 ox = static_cast<i32>(i - row * p.tilesAcross.divisor) * S::kAcross;
#pragma unroll
    for (int a = 0; a < S::kDown; ++a)
#pragma unroll
      for (int b = 0; b < S::kAcross; ++b)
#pragma unroll
        for (int v = 0; v < S::V; ++v) tile.sum[a][b][v] = 0;
    const T* image = static_cast<const T*>(p.o.image) + batch * p.height * p.width * p.channels + channel;
    addRows<S, 0>(tile, p, image, weights, oy * S::kStrideY - p.top, ox * S::kStrideX - p.left);
#pragma unroll
    for (int a = 0; a < S::kDown; ++a)
#pragma unroll
      for (int b = 0; b < S::kAcross; ++b) {
        if (oy + a >= p.outHeight || ox + b >= p.outWidth) continue;
        u32 pixel = (batch * p.outHeight + oy + a) * p.outWidth + ox + b;
        finish<S::V>(p.o.epilogue, pixel * p.channels + channel, pixel, channel, tile.sum[a][b]);
      }
  }
}
