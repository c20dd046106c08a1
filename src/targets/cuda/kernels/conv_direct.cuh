// Convolutions of every kind: each thread sums kFilters output channels at one pixel.
#pragma once

#include "conv.cuh"

template <typename E>
struct DirectConv {
  ConvOperands<E> o;
  u32 count;  // threads with work
  u32 pixels;
  Divisor filterTiles;    // of all groups
  Divisor tilesOfGroup;   // of one group
  i32 pixelFastest;       // neighbouring threads take neighbouring pixels, otherwise neighbouring channels
  i32 channels, filters;  // of a group
  i32 imageStride[kConvAxes];
  i32 weightStride[4];  // group, filter, channel, tap
  i32 outStride[3];     // batch, channel, pixel
  i32 outPixels;        // of one image
  i32 in3[3], kernel[3], dilation[3], begin[3];
  Divisor stride[3];
};

// The input coordinate that tap `k` reads for output `o`, or -1.
template <bool kTransposed, typename P>
__device__ __forceinline__ i32 tapPosition(const P& p, int axis, i32 o, i32 k) {
  i32 at;
  if (kTransposed) {
    i32 scaled = o + p.begin[axis] - k * p.dilation[axis];
    if (scaled < 0) return -1;
    at = static_cast<i32>(p.stride[axis].divide(static_cast<u32>(scaled)));
    if (at * static_cast<i32>(p.stride[axis].divisor) != scaled) return -1;
  } else {
    at = o * static_cast<i32>(p.stride[axis].divisor) - p.begin[axis] + k * p.dilation[axis];
  }
  return at >= 0 && at < p.in3[axis] ? at : -1;
}

// sum += one tap over all input channels. kVector: the weights of a tile lie side by side, padded to whole
// tiles.
template <typename T, typename C, int kFilters, bool kVector, typename P>
__device__ __forceinline__ void addTap(const P& p, const T* image, const T* weights, i32 present,
                                       C (&sum)[kFilters]) {
  for (i32 c = 0; c < p.channels; ++c) {
    C x = Element<T>::load(*image);
    if (kVector) {
      Vector<T, kFilters> w = readVector<T, kFilters>(weights, 0u, 1u);
#pragma unroll
      for (int f = 0; f < kFilters; ++f) sum[f] += x * Element<T>::load(w.at[f]);
    } else {
#pragma unroll
      for (int f = 0; f < kFilters; ++f)
        if (f < present) sum[f] += x * Element<T>::load(weights[f * p.weightStride[1]]);
    }
    image += p.imageStride[1];
    weights += p.weightStride[2];
  }
}

template <typename T, typename C, int kFilters, bool kVector, bool kTransposed, typename P>
__device__ __forceinline__ void directSums(const P& p, const ConvPosition& at, i32 group, i32 first,
                                           i32 present, C (&sum)[kFilters]) {
  const T* image =
      static_cast<const T*>(p.o.image) + at.batch * p.imageStride[0] + group * p.channels * p.imageStride[1];
  const T* weights =
      static_cast<const T*>(p.o.weights) + group * p.weightStride[0] + first * p.weightStride[1];
  for (i32 a = 0; a < p.kernel[0]; ++a) {
    i32 z = tapPosition<kTransposed>(p, 0, at.depth, a);
    if (z < 0) continue;
    for (i32 b = 0; b < p.kernel[1]; ++b) {
      i32 y = tapPosition<kTransposed>(p, 1, at.height, b);
      if (y < 0) continue;
      for (i32 c = 0; c < p.kernel[2]; ++c) {
        i32 x = tapPosition<kTransposed>(p, 2, at.width, c);
        if (x < 0) continue;
        i32 tap = (a * p.kernel[1] + b) * p.kernel[2] + c;
        addTap<T, C, kFilters, kVector>(
            p, image + z * p.imageStride[2] + y * p.imageStride[3] + x * p.imageStride[4],
            weights + tap * p.weightStride[3], present, sum);
      }
    }
  }
}

// kWhole: the tile's results lie side by side and are all there.
template <typename T, typename C, int kFilters, bool kVector, bool kTransposed, bool kWhole, typename P>
__device__ __forceinline__ void directConv(const P& p) {
  allowNext();
  waitForPrevious();
  u32 i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= p.count) return;
  u32 tile, pixel;
  if (p.pixelFastest) {
    tile = i / p.pixels;
    pixel = i - tile * p.pixels;
  } else {
    pixel = p.filterTiles.divide(i);
    tile = i - pixel * p.filterTiles.divisor;
  }
  u32 group = p.tilesOfGroup.divide(tile);
  i32 first = static_cast<i32>(tile - group * p.tilesOfGroup.divisor) * kFilters;
  ConvPosition at = positionOf(p.o.epilogue, pixel);
  C sum[kFilters] = {};
  directSums<T, C, kFilters, kVector, kTransposed>(p, at, static_cast<i32>(group), first, p.filters - first,
                                                   sum);
  i32 channel = static_cast<i32>(group) * p.filters + first;
  i32 offset = at.batch * p.outStride[0] + channel * p.outStride[1] +
               (static_cast<i32>(pixel) - at.batch * p.outPixels) * p.outStride[2];
  if (kWhole) {
    finish<kFilters>(p.o.epilogue, offset, pixel, channel, sum);
    return;
  }
#pragma unroll
  for (int f = 0; f < kFilters; ++f) {
    C one[1] = {sum[f]};
    if (first + f < p.filters) finish<1>(p.o.epilogue, offset + f * p.outStride[1], pixel, channel + f, one);
  }
}
