// SPDX-License-Identifier: Apache-2.0
// Dimensions of a fixed rank, as conveniences on top of Dims.
#ifndef NV_INFER_LEGACY_DIMS_H
#define NV_INFER_LEGACY_DIMS_H

#define NV_INFER_INTERNAL_INCLUDE 1
#include "NvInferRuntimeBase.h"
#undef NV_INFER_INTERNAL_INCLUDE

namespace nvinfer1 {

//! Two dimensions.
class Dims2 : public Dims64 {
 public:
  //! Both extents zero.
  Dims2() : Dims2(0, 0) {}

  //! The given extents.
  Dims2(int64_t d0, int64_t d1) : Dims{2, {d0, d1}} {}
};

//! Two dimensions called height and width.
class DimsHW : public Dims2 {
 public:
  //! Both extents zero.
  DimsHW() {}

  //! The given extents.
  DimsHW(int64_t height, int64_t width) : Dims2(height, width) {}

  //! Height, d[0].
  int64_t& h() { return d[0]; }

  //! Height, d[0].
  int64_t h() const { return d[0]; }

  //! Width, d[1].
  int64_t& w() { return d[1]; }

  //! Width, d[1].
  int64_t w() const { return d[1]; }
};

//! Three dimensions.
class Dims3 : public Dims2 {
 public:
  //! All extents zero.
  Dims3() : Dims3(0, 0, 0) {}

  //! The given extents.
  Dims3(int64_t d0, int64_t d1, int64_t d2) : Dims2(d0, d1) {
    nbDims = 3;
    d[2] = d2;
  }
};

//! Four dimensions.
class Dims4 : public Dims3 {
 public:
  //! All extents zero.
  Dims4() : Dims4(0, 0, 0, 0) {}

  //! The given extents.
  Dims4(int64_t d0, int64_t d1, int64_t d2, int64_t d3) : Dims3(d0, d1, d2) {
    nbDims = 4;
    d[3] = d3;
  }
};

}  // namespace nvinfer1

#endif  // NV_INFER_LEGACY_DIMS_H
