// SPDX-License-Identifier: Apache-2.0
// The enumerations of the builder configuration.
#ifndef TENFOLD_BUILDER_BUILDER_FLAGS_H_
#define TENFOLD_BUILDER_BUILDER_FLAGS_H_

#include "../runtime/engine.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

enum class BuilderFlag : int32_t {
  kFP16 TRT_DEPRECATED_ENUM = 0,
  kINT8 TRT_DEPRECATED_ENUM = 1,
  kDEBUG = 2,
  kGPU_FALLBACK = 3,
  kREFIT = 4,
  kDISABLE_TIMING_CACHE = 5,
  kTF32 = 6,
  kSPARSE_WEIGHTS = 7,
  kSAFETY_SCOPE TRT_DEPRECATED_ENUM = 8,
  kOBEY_PRECISION_CONSTRAINTS TRT_DEPRECATED_ENUM = 9,
  kPREFER_PRECISION_CONSTRAINTS TRT_DEPRECATED_ENUM = 10,
  kDIRECT_IO TRT_DEPRECATED_ENUM = 11,
  kREJECT_EMPTY_ALGORITHMS TRT_DEPRECATED_ENUM = 12,
  kVERSION_COMPATIBLE = 13,
  kEXCLUDE_LEAN_RUNTIME = 14,
  kFP8 TRT_DEPRECATED_ENUM = 15,
  kERROR_ON_TIMING_CACHE_MISS = 16,
  kBF16 TRT_DEPRECATED_ENUM = 17,
  kDISABLE_COMPILATION_CACHE = 18,
  kSTRIP_PLAN = 19,
  kWEIGHTLESS TRT_DEPRECATED_ENUM = kSTRIP_PLAN,
  kREFIT_IDENTICAL = 20,
  kWEIGHT_STREAMING = 21,
  kINT4 TRT_DEPRECATED_ENUM = 22,
  kREFIT_INDIVIDUAL = 23,
  kSTRICT_NANS = 24,
  kMONITOR_MEMORY = 25,
  kFP4 TRT_DEPRECATED_ENUM = 26,
  kEDITABLE_TIMING_CACHE = 27,
  kDISTRIBUTIVE_INDEPENDENCE = 28,

#ifndef TENFOLD_NO_LEGACY_API
  // Names of versions 7 and 8.
  kSTRICT_TYPES TRT_DEPRECATED_ENUM = kPREFER_PRECISION_CONSTRAINTS,
#endif
};

template <>
constexpr inline int32_t EnumMax<BuilderFlag>() noexcept {
  return 29;
}

enum class MemoryPoolType : int32_t {
  kWORKSPACE = 0,
  kDLA_MANAGED_SRAM = 1,
  kDLA_LOCAL_DRAM = 2,
  kDLA_GLOBAL_DRAM = 3,
  kTACTIC_DRAM = 4,
  kTACTIC_SHARED_MEMORY = 5,
};

template <>
constexpr inline int32_t EnumMax<MemoryPoolType>() noexcept {
  return 6;
}

enum class PreviewFeature : int32_t {
  kPROFILE_SHARING_0806 TRT_DEPRECATED_ENUM = 0,
  kALIASED_PLUGIN_IO_10_03 = 1,
  kRUNTIME_ACTIVATION_RESIZE_10_10 = 2,
  kMULTIDEVICE_RUNTIME_10_16 = 3,

#ifndef TENFOLD_NO_LEGACY_API
  // Names of versions 7 and 8.
  kFASTER_DYNAMIC_SHAPES_0805 TRT_DEPRECATED_ENUM = kPROFILE_SHARING_0806,
  kDISABLE_EXTERNAL_TACTIC_SOURCES_FOR_CORE_0805 TRT_DEPRECATED_ENUM = kPROFILE_SHARING_0806,
#endif
};

template <>
struct impl::EnumMaxImpl<PreviewFeature> {
  static constexpr int32_t kVALUE = 4;
};

enum class HardwareCompatibilityLevel : int32_t {
  kNONE = 0,
  kAMPERE_PLUS = 1,
  kSAME_COMPUTE_CAPABILITY = 2,
};

template <>
struct impl::EnumMaxImpl<HardwareCompatibilityLevel> {
  static constexpr int32_t kVALUE = 3;
};

enum class RuntimePlatform : int32_t {
  kSAME_AS_BUILD = 0,
  kWINDOWS_AMD64 = 1,
};

template <>
struct impl::EnumMaxImpl<RuntimePlatform> {
  static constexpr int32_t kVALUE = 2;
};

enum class TilingOptimizationLevel : int32_t {
  kNONE = 0,
  kFAST = 1,
  kMODERATE = 2,
  kFULL = 3,
};

template <>
struct impl::EnumMaxImpl<TilingOptimizationLevel> {
  static constexpr int32_t kVALUE = 4;
};

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_BUILDER_BUILDER_FLAGS_H_
