// What all convolution kernels share: the operands of the epilogue, and where a pixel of the output lies.
// The generated function
//   finish<V>(epilogue, at, pixel, channel, sums)
// takes the sums of V output elements whose offsets are `at` and following: V neighbouring channels in
// channels-last layout (one element otherwise) at a pixel, which counts batch, depth, height and width.
#pragma once

#include "pointwise.cuh"

constexpr int kConvAxes = 5;  // batch, channels, depth, height, width

template <int kExtras, int kOutputs>
struct ConvEpilogue {
  const void* extras[kExtras];
  void* out[kOutputs];
  i32 stride[kExtras][kConvAxes];
  Divisor extent[3];  // of the output: depth, height, width
};

// The head of every kernel's parameters.
template <typename E>
struct ConvOperands {
  const void* image;
  const void* weights;
  E epilogue;
};

struct ConvPosition {
  i32 batch, depth, height, width;
};

template <typename E>
__device__ __forceinline__ ConvPosition positionOf(const E& p, u32 pixel) {
  u32 rows = p.extent[2].divide(pixel), planes = p.extent[1].divide(rows), batch = p.extent[0].divide(planes);
  return {static_cast<i32>(batch), static_cast<i32>(planes - batch * p.extent[0].divisor),
          static_cast<i32>(rows - planes * p.extent[1].divisor),
          static_cast<i32>(pixel - rows * p.extent[2].divisor)};
}

template <typename E>
__device__ __forceinline__ i32 extraOffset(const E& p, int extra, const ConvPosition& at, u32 channel) {
  const i32* stride = p.stride[extra];
  return at.batch * stride[0] + static_cast<i32>(channel) * stride[1] + at.depth * stride[2] +
         at.height * stride[3] + at.width * stride[4];
}
