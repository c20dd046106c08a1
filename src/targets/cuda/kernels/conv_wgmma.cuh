// Convolutions in channels-last layout as the matrix products of gemm_wgmma.cuh, gemm_boxes.cuh and
// gemm_quick.cuh: rows are output pixels, columns output channels, and a step of K is 128 bytes of channels
// seen through one tap of the kernel. The copy engine walks over the image as the convolution does, so that
// the left operand's tiles come as one copy each; zeros stand for what lies outside of the image, and for
// channels that do not fill a step.
#pragma once

#include "gemm_boxes.cuh"
#include "gemm_quick.cuh"

struct ConvProduct {
  Gemm gemm;                      // K is a multiple of a step's, lda and ldb are not used
  Divisor width, height;          // of the result
  Divisor channelSteps, kernelX;  // steps of a tap, taps of a row
  i32 strideX, strideY, left, top;
  u32 dilationX, dilationY;
  __device__ __forceinline__ operator const Gemm&() const { return gemm; }
};

struct ConvWgmma {
  ConvProduct product;
  TensorMap image, weights;   // weights: channels, filters, taps
  TensorMap operand, result;  // of boxes: filters, pixels
};

template <class C>
struct PixelProducer {
  typedef ConvProduct Problem;
  const Maps& maps;
  const ConvProduct& p;
  i32 x, y, image, filter;  // where the kernel lies for the first pixel

  __device__ __forceinline__ PixelProducer(const Maps& m, const ConvProduct& problem, const Place& place)
      : maps(m), p(problem), filter(place.n * C::kN) {
    u32 pixel = place.m * C::kM, row = p.width.divide(pixel), above = p.height.divide(row);
    image = above;
    y = static_cast<i32>(row - above * p.height.divisor) * p.strideY - p.top;
    x = static_cast<i32>(pixel - row * p.width.divisor) * p.strideX - p.left;
  }
  __device__ __forceinline__ void copyA(u32 stage, u32 barrier, u32 step) const {
    u32 tap = p.channelSteps.divide(step), dy = p.kernelX.divide(tap), dx = tap - dy * p.kernelX.divisor;
    copyPixels(stage, maps.a, barrier, channelOf(step, tap), x, y, image, static_cast<u16>(dx * p.dilationX),
               static_cast<u16>(dy * p.dilationY));
  }
  __device__ __forceinline__ void copyB(u32 stage, u32 barrier, u32 step) const {
    u32 tap = p.channelSteps.divide(step);
    copyBox(stage, maps.b, barrier, channelOf(step, tap), filter, tap);
  }
  __device__ __forceinline__ void prefetchB(u32 step) const {
    u32 tap = p.channelSteps.divide(step);
    prefetchBox(maps.b, channelOf(step, tap), filter, tap);
  }

 private:
  __device__ __forceinline__ i32 channelOf(u32 step, u32 tap) const {
    return (step - tap * p.channelSteps.divisor) * C::kK;
  }
};

template <class C, class Region, class E>
__device__ __forceinline__ void convWgmma(const ConvWgmma& c, const E& e) {
  wgmmaTiles<C, Region, PixelProducer<C>>(Maps{c.image, c.weights}, c.product, e, c.product.gemm.allTiles);
}
template <class C, class Region, class E>
__device__ __forceinline__ void convBoxes(const ConvWgmma& c, const E& e) {
  boxTiles<C, Region, PixelProducer<C>>(Maps{c.image, c.weights}, BoxMaps{c.operand, c.result}, c.product,
                                        c.product.gemm.allTiles, e);
}
template <class C, class Region, class E>
__device__ __forceinline__ void convQuick(const ConvWgmma& c, const E& e) {
  quickTile<C, Region, PixelProducer<C>>(Maps{c.image, c.weights}, c.product, c.product.gemm.allTiles, e);
}
