// SPDX-License-Identifier: Apache-2.0
// The enumerations of the builder configuration.
#ifndef TENFOLD_BUILDER_BUILDER_FLAGS_H_
#define TENFOLD_BUILDER_BUILDER_FLAGS_H_

#include "../runtime/engine.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

//! Options of a build. In a strongly typed network the ones about precision have no effect.
enum class BuilderFlag : int32_t {
  kFP16 TRT_DEPRECATED_ENUM = 0,  //!< layers may compute in kHALF
  kINT8 TRT_DEPRECATED_ENUM = 1,  //!< layers may compute in kINT8
  kDEBUG = 2,                     //!< wait after each layer, to find the one that fails
  kGPU_FALLBACK = 3,              //!< layers that DLA cannot run may run on the GPU
  kREFIT = 4,                     //!< weights can be exchanged in the engine
  kDISABLE_TIMING_CACHE = 5,      //!< do not use the timing cache
  kTF32 = 6,                      //!< products of kFLOAT may be rounded to 10 mantissa bits; set by default
  kSPARSE_WEIGHTS = 7,            //!< use that of every 4 weights 2 are zero, where they are
  kSAFETY_SCOPE TRT_DEPRECATED_ENUM = 8,  //!< only what the safety runtime can do
  //! types asked for with setPrecision() are kept, or the build fails
  kOBEY_PRECISION_CONSTRAINTS TRT_DEPRECATED_ENUM = 9,
  //! types asked for with setPrecision() are kept where possible
  kPREFER_PRECISION_CONSTRAINTS TRT_DEPRECATED_ENUM = 10,
  //! no conversions of layout at inputs and outputs, or the build fails
  kDIRECT_IO TRT_DEPRECATED_ENUM = 11,
  //! the build fails when an IAlgorithmSelector chooses nothing
  kREJECT_EMPTY_ALGORITHMS TRT_DEPRECATED_ENUM = 12,
  kVERSION_COMPATIBLE = 13,                       //!< other versions of the library can load the plan
  kEXCLUDE_LEAN_RUNTIME = 14,                     //!< do not put a runtime into a version-compatible plan
  kFP8 TRT_DEPRECATED_ENUM = 15,                  //!< layers may compute in kFP8
  kERROR_ON_TIMING_CACHE_MISS = 16,               //!< the build fails when the timing cache lacks an entry
  kBF16 TRT_DEPRECATED_ENUM = 17,                 //!< layers may compute in kBF16
  kDISABLE_COMPILATION_CACHE = 18,                //!< do not keep compiled kernels for later builds
  kSTRIP_PLAN = 19,                               //!< leave refittable weights out of the plan
  kWEIGHTLESS TRT_DEPRECATED_ENUM = kSTRIP_PLAN,  //!< old name of kSTRIP_PLAN
  kREFIT_IDENTICAL = 20,                          //!< refitting only with the weights of the build
  kWEIGHT_STREAMING = 21,           //!< weights may stay in host memory; needs a strongly typed network
  kINT4 TRT_DEPRECATED_ENUM = 22,   //!< weights may be kINT4
  kREFIT_INDIVIDUAL = 23,           //!< weights that are marked so can be exchanged
  kSTRICT_NANS = 24,                //!< do not assume that there are no NaNs
  kMONITOR_MEMORY = 25,             //!< log memory while building
  kFP4 TRT_DEPRECATED_ENUM = 26,    //!< layers may compute in kFP4
  kEDITABLE_TIMING_CACHE = 27,      //!< ITimingCache::update() works, and its choices are obeyed
  kDISTRIBUTIVE_INDEPENDENCE = 28,  //!< results of an element do not depend on others in the batch

#ifndef TENFOLD_NO_LEGACY_API
  // Names of versions 7 and 8.
  kSTRICT_TYPES TRT_DEPRECATED_ENUM = kPREFER_PRECISION_CONSTRAINTS,
#endif
};

template <>
constexpr inline int32_t EnumMax<BuilderFlag>() noexcept {
  return 29;
}

//! Kinds of memory whose use can be limited.
enum class MemoryPoolType : int32_t {
  kWORKSPACE = 0,             //!< scratch memory of a layer; by default all of the device's
  kDLA_MANAGED_SRAM = 1,      //!< fast memory of a DLA core
  kDLA_LOCAL_DRAM = 2,        //!< DLA's memory for its intermediate tensors
  kDLA_GLOBAL_DRAM = 3,       //!< DLA's memory for weights
  kTACTIC_DRAM = 4,           //!< device memory that measuring a tactic may take
  kTACTIC_SHARED_MEMORY = 5,  //!< shared memory of a kernel
};

template <>
constexpr inline int32_t EnumMax<MemoryPoolType>() noexcept {
  return 6;
}

//! Features that may still change; off by default unless said.
enum class PreviewFeature : int32_t {
  kPROFILE_SHARING_0806 TRT_DEPRECATED_ENUM = 0,  //!< profiles share memory; always on, without effect
  kALIASED_PLUGIN_IO_10_03 = 1,                   //!< plugins whose outputs overwrite inputs
  kRUNTIME_ACTIVATION_RESIZE_10_10 = 2,           //!< updateDeviceMemorySizeForShapes() is exact
  kMULTIDEVICE_RUNTIME_10_16 = 3,                 //!< collective layers between devices

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

//! Which devices besides the present one an engine must run on.
enum class HardwareCompatibilityLevel : int32_t {
  kNONE = 0,                     //!< none
  kAMPERE_PLUS = 1,              //!< compute capability 8.0 and above
  kSAME_COMPUTE_CAPABILITY = 2,  //!< the same compute capability
};

template <>
struct impl::EnumMaxImpl<HardwareCompatibilityLevel> {
  static constexpr int32_t kVALUE = 3;
};

//! The platform that an engine is built for.
enum class RuntimePlatform : int32_t {
  kSAME_AS_BUILD = 0,  //!< the present one
  kWINDOWS_AMD64 = 1,  //!< 64-bit Windows: not available
};

template <>
struct impl::EnumMaxImpl<RuntimePlatform> {
  static constexpr int32_t kVALUE = 2;
};

//! How much time is spent on keeping data in the cache from layer to layer.
enum class TilingOptimizationLevel : int32_t {
  kNONE = 0,      //!< none
  kFAST = 1,      //!< a fast estimate
  kMODERATE = 2,  //!< some search
  kFULL = 3,      //!< a long search
};

template <>
struct impl::EnumMaxImpl<TilingOptimizationLevel> {
  static constexpr int32_t kVALUE = 4;
};

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_BUILDER_BUILDER_FLAGS_H_
