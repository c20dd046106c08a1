// SPDX-License-Identifier: Apache-2.0
// Weights, host memory and the small enumerations that runtime, network and builder share.
#ifndef TENFOLD_RUNTIME_WEIGHTS_H_
#define TENFOLD_RUNTIME_WEIGHTS_H_

#include "../abi/runtime.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

class INoCopy {
 protected:
  virtual ~INoCopy() = default;

  INoCopy() = default;
  INoCopy(const INoCopy& other) = delete;
  INoCopy& operator=(const INoCopy& other) = delete;
  INoCopy(INoCopy&& other) = delete;
  INoCopy& operator=(INoCopy&& other) = delete;
};

enum class EngineCapability : int32_t {
  kSTANDARD = 0,
  kSAFETY = 1,
  kDLA_STANDALONE = 2,

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

enum class TensorLocation : int32_t {
  kDEVICE = 0,
  kHOST = 1,
};

template <>
struct impl::EnumMaxImpl<TensorLocation> {
  static constexpr int32_t kVALUE = 2;
};

enum class DeviceType : int32_t {
  kGPU = 0,
  kDLA = 1,
};

template <>
constexpr inline int32_t EnumMax<DeviceType>() noexcept {
  return 2;
}

enum class WeightsRole : int32_t {
  kKERNEL = 0,
  kBIAS = 1,
  kSHIFT = 2,
  kSCALE = 3,
  kCONSTANT = 4,
  kANY = 5,
};

template <>
constexpr inline int32_t EnumMax<WeightsRole>() noexcept {
  return 6;
}

enum class TensorFormat : int32_t {
  kLINEAR = 0,
  kCHW2 = 1,
  kHWC8 = 2,
  kCHW4 = 3,
  kCHW16 = 4,
  kCHW32 = 5,
  kDHWC8 = 6,
  kCDHW32 = 7,
  kHWC = 8,
  kDLA_LINEAR = 9,
  kDLA_HWC4 = 10,
  kHWC16 = 11,
  kDHWC = 12,

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

class Weights {
 public:
  DataType type;
  const void* values;
  int64_t count;
};

class IHostMemory : public INoCopy {
 public:
  void* data() const noexcept { return mImpl->data(); }

  size_t size() const noexcept { return mImpl->size(); }

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
