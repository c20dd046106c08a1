// SPDX-License-Identifier: Apache-2.0
// Weights, host memory and the small enumerations that runtime, network and builder share.
#ifndef TENFOLD_RUNTIME_WEIGHTS_H_
#define TENFOLD_RUNTIME_WEIGHTS_H_

#include "../abi/runtime.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

//! Base of the objects that the library hands out: they cannot be copied or moved.
class INoCopy {
 protected:
  virtual ~INoCopy() = default;

  INoCopy() = default;
  INoCopy(const INoCopy& other) = delete;
  INoCopy& operator=(const INoCopy& other) = delete;
  INoCopy(INoCopy&& other) = delete;
  INoCopy& operator=(INoCopy&& other) = delete;
};

//! What kind of runtime an engine must be able to run on.
enum class EngineCapability : int32_t {
  kSTANDARD = 0,        //!< this library, without restrictions
  kSAFETY = 1,          //!< the safety runtime: not available
  kDLA_STANDALONE = 2,  //!< a DLA loadable without this runtime: not available

#ifndef TENFOLD_NO_LEGACY_API
  // Names of versions 7 and 8.
  kDEFAULT TRT_DEPRECATED_ENUM = kSTANDARD,
  kSAFE_GPU TRT_DEPRECATED_ENUM = kSAFETY,
  kSAFE_DLA TRT_DEPRECATED_ENUM = kDLA_STANDALONE,
#endif
};

template <>
struct impl::EnumMaxImpl<EngineCapability> {
  static constexpr int32_t kVALUE = 3;
};

//! Where the memory of a tensor or of weights is.
enum class TensorLocation : int32_t {
  kDEVICE = 0,  //!< the device's memory; on the CPU target, ordinary memory
  kHOST = 1,    //!< memory of the host
};

template <>
struct impl::EnumMaxImpl<TensorLocation> {
  static constexpr int32_t kVALUE = 2;
};

//! The kind of processor that runs a layer.
enum class DeviceType : int32_t {
  kGPU = 0,  //!< the device of the engine
  kDLA = 1,  //!< a deep-learning accelerator core
};

template <>
constexpr inline int32_t EnumMax<DeviceType>() noexcept {
  return 2;
}

//! Which of a layer's weights are meant.
enum class WeightsRole : int32_t {
  kKERNEL = 0,    //!< kernel of a convolution or deconvolution
  kBIAS = 1,      //!< bias of a convolution or deconvolution
  kSHIFT = 2,     //!< shift of IScaleLayer
  kSCALE = 3,     //!< scale of IScaleLayer
  kCONSTANT = 4,  //!< values of IConstantLayer
  kANY = 5,       //!< any role
};

template <>
constexpr inline int32_t EnumMax<WeightsRole>() noexcept {
  return 6;
}

//! Layout of a tensor in memory. Dimensions are named from the last: W, H, D, then C; packed formats group C
//! and round it up to whole groups.
enum class TensorFormat : int32_t {
  kLINEAR = 0,      //!< row-major, nothing packed
  kCHW2 = 1,        //!< pairs of channels innermost, C/2 x H x W x 2
  kHWC8 = 2,        //!< channels innermost, rounded up to 8
  kCHW4 = 3,        //!< groups of 4 channels innermost, C/4 x H x W x 4
  kCHW16 = 4,       //!< groups of 16 channels innermost, C/16 x H x W x 16
  kCHW32 = 5,       //!< groups of 32 channels innermost, C/32 x H x W x 32
  kDHWC8 = 6,       //!< as kHWC8, with a depth dimension
  kCDHW32 = 7,      //!< as kCHW32, with a depth dimension
  kHWC = 8,         //!< channels innermost, not rounded up
  kDLA_LINEAR = 9,  //!< DLA's planar layout
  kDLA_HWC4 = 10,   //!< DLA's layout of images
  kHWC16 = 11,      //!< channels innermost, rounded up to 16
  kDHWC = 12,       //!< as kHWC, with a depth dimension

#ifndef TENFOLD_NO_LEGACY_API
  // Names of versions 7 and 8.
  kNCHW TRT_DEPRECATED_ENUM = kLINEAR,
  kNC2HW2 TRT_DEPRECATED_ENUM = kCHW2,
  kNHWC8 TRT_DEPRECATED_ENUM = kHWC8,
#endif
};

template <>
struct impl::EnumMaxImpl<TensorFormat> {
  static constexpr int32_t kVALUE = 13;
};

//! A view of weights in host memory; the values must stay valid until the engine is built. Empty weights have
//! count 0 and values null.
class Weights {
 public:
  //! Type of the elements.
  DataType type;
  //! The elements, contiguous.
  const void* values;
  //! Number of elements.
  int64_t count;
};

//! A block of host memory owned by the library: a plan or a timing cache. Release with delete.
class IHostMemory : public INoCopy {
 public:
  //! The first byte.
  void* data() const noexcept { return mImpl->data(); }

  //! Number of bytes.
  size_t size() const noexcept { return mImpl->size(); }

  //! Type of the elements; kINT8 for plans.
  DataType type() const noexcept { return mImpl->type(); }

  virtual ~IHostMemory() noexcept = default;

  // What versions 7 and 8 had.
#include "../legacy/destroy.inc"
 protected:
  apiv::VHostMemory* mImpl{nullptr};
};

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_RUNTIME_WEIGHTS_H_
