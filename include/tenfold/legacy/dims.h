// SPDX-License-Identifier: Apache-2.0
// Types of TensorRT 7 and 8 that have a counterpart today.
#ifndef TENFOLD_LEGACY_DIMS_H_
#define TENFOLD_LEGACY_DIMS_H_

#ifndef TENFOLD_NO_LEGACY_API

#include "../../NvInferLegacyDims.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

//! Three dimensions called channels, height and width.
class TRT_DEPRECATED_BECAUSE("use Dims3") DimsCHW : public Dims3 {
 public:
  //! All extents zero.
  DimsCHW() : Dims3() {}

  //! The given extents.
  DimsCHW(int64_t channels, int64_t height, int64_t width) : Dims3(channels, height, width) {}

  //! Channels, d[0].
  int64_t& c() { return d[0]; }

  //! Channels, d[0].
  int64_t c() const { return d[0]; }

  //! Height, d[1].
  int64_t& h() { return d[1]; }

  //! Height, d[1].
  int64_t h() const { return d[1]; }

  //! Width, d[2].
  int64_t& w() { return d[2]; }

  //! Width, d[2].
  int64_t w() const { return d[2]; }
};

//! Four dimensions called batch size, channels, height and width.
class TRT_DEPRECATED_BECAUSE("use Dims4") DimsNCHW : public Dims4 {
 public:
  //! All extents zero.
  DimsNCHW() : Dims4() {}

  //! The given extents.
  DimsNCHW(int64_t batchSize, int64_t channels, int64_t height, int64_t width)
      : Dims4(batchSize, channels, height, width) {}

  //! Batch size, d[0].
  int64_t& n() { return d[0]; }

  //! Batch size, d[0].
  int64_t n() const { return d[0]; }

  //! Channels, d[1].
  int64_t& c() { return d[1]; }

  //! Channels, d[1].
  int64_t c() const { return d[1]; }

  //! Height, d[2].
  int64_t& h() { return d[2]; }

  //! Height, d[2].
  int64_t h() const { return d[2]; }

  //! Width, d[3].
  int64_t& w() { return d[3]; }

  //! Width, d[3].
  int64_t w() const { return d[3]; }
};

enum class InterpolationMode : int32_t;
enum class SampleMode : int32_t;
class IConvolutionLayer;

//! The old name of InterpolationMode.
using ResizeMode TRT_DEPRECATED_BECAUSE("use InterpolationMode") = InterpolationMode;

//! The old name of SampleMode.
using SliceMode TRT_DEPRECATED_BECAUSE("use SampleMode") = SampleMode;

//! What INetworkDefinition::addFullyConnected() returns: a convolution whose kernel covers the whole image.
using IFullyConnectedLayer TRT_DEPRECATED_BECAUSE("use IMatrixMultiplyLayer") = IConvolutionLayer;

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_NO_LEGACY_API

#endif  // TENFOLD_LEGACY_DIMS_H_
