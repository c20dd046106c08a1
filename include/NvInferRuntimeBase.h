// SPDX-License-Identifier: Apache-2.0
// What every other header builds on: macros, element types, dimensions, versioned interfaces, error recorder.
// Not for direct inclusion: include NvInfer.h or NvInferRuntime.h.
#ifndef NV_INFER_RUNTIME_BASE_H
#define NV_INFER_RUNTIME_BASE_H

#ifndef NV_INFER_INTERNAL_INCLUDE
static_assert(false,
              "Include NvInfer.h, NvInferRuntime.h or NvInferRuntimePlugin.h, not NvInferRuntimeBase.h");
#endif

#include <cstddef>
#include <cstdint>

#include "NvInferVersion.h"
#include "tenfold/cuda_types.h"
#include "tenfold/legacy/macros.h"
#include "tenfold/macros.h"

// ---------------------------------------------------------------------------------------- version

//! One number of three parts: 10000 * major + 100 * minor + patch.
#define NV_TENSORRT_VERSION_INT(major, minor, patch) ((major)*10000L + (minor)*100L + (patch)*1L)

//! The version of these headers. The factories pass it on, so that a library can refuse a program that was
//! compiled for another major version.
#define NV_TENSORRT_VERSION NV_TENSORRT_VERSION_INT(NV_TENSORRT_MAJOR, NV_TENSORRT_MINOR, NV_TENSORRT_PATCH)

//! The interface of NVIDIA TensorRT 10.16. Names beginning with I are classes of the interface: those that
//! the library hands out, and those that an application derives from (loggers, allocators, plugins).
namespace nvinfer1 {

//! A character of the interface: one byte.
using char_t = char;

//! A character of a string that must be ASCII, zero-terminated.
using AsciiChar = char_t;

namespace v_1_0 {
class IErrorRecorder;
}  // namespace v_1_0
using IErrorRecorder = v_1_0::IErrorRecorder;

// ------------------------------------------------------------------------------ counting enumerators

namespace impl {
//! Holds as kVALUE the number of values of the enumeration T, whose values run from 0.
template <typename T>
struct EnumMaxImpl;
}  // namespace impl

//! Number of values of the enumeration T: its values are 0 ... EnumMax<T>() - 1.
template <typename T>
constexpr int32_t EnumMax() noexcept {
  return impl::EnumMaxImpl<T>::kVALUE;
}

// -------------------------------------------------------------------------- element types, dimensions

enum class DataType : int32_t {
  kFLOAT = 0,
  kHALF = 1,
  kINT8 = 2,
  kINT32 = 3,
  kBOOL = 4,
  kUINT8 = 5,
  kFP8 = 6,
  kBF16 = 7,
  kINT64 = 8,
  kINT4 = 9,
  kFP4 = 10,
  kE8M0 = 11,
};

template <>
struct impl::EnumMaxImpl<DataType> {
  static constexpr int32_t kVALUE = 12;
};

class Dims64 {
 public:
  static constexpr int32_t MAX_DIMS = 8;

  int32_t nbDims;
  int64_t d[MAX_DIMS];
};

using Dims = Dims64;

// ------------------------------------------------------------------------------ versioned interfaces

using InterfaceKind = const char*;

class InterfaceInfo {
 public:
  InterfaceKind kind;
  int32_t major;
  int32_t minor;
};

enum class APILanguage : int32_t {
  kCPP = 0,
  kPYTHON = 1,
};

template <>
struct impl::EnumMaxImpl<APILanguage> {
  static constexpr int32_t kVALUE = 2;
};

class IVersionedInterface {
 public:
  virtual APILanguage getAPILanguage() const noexcept { return APILanguage::kCPP; }

  virtual InterfaceInfo getInterfaceInfo() const noexcept = 0;

  virtual ~IVersionedInterface() noexcept = default;

 protected:
  IVersionedInterface() = default;
  IVersionedInterface(const IVersionedInterface&) = default;
  IVersionedInterface(IVersionedInterface&&) = default;
  IVersionedInterface& operator=(const IVersionedInterface&) & = default;
  IVersionedInterface& operator=(IVersionedInterface&&) & = default;
};

// -------------------------------------------------------------------------------------------- errors

enum class ErrorCode : int32_t {
  kSUCCESS = 0,
  kUNSPECIFIED_ERROR = 1,
  kINTERNAL_ERROR = 2,
  kINVALID_ARGUMENT = 3,
  kINVALID_CONFIG = 4,
  kFAILED_ALLOCATION = 5,
  kFAILED_INITIALIZATION = 6,
  kFAILED_EXECUTION = 7,
  kFAILED_COMPUTATION = 8,
  kINVALID_STATE = 9,
  kUNSUPPORTED_STATE = 10,
};

template <>
struct impl::EnumMaxImpl<ErrorCode> {
  static constexpr int32_t kVALUE = 11;
};

namespace v_1_0 {

class IErrorRecorder : public IVersionedInterface {
 public:
  using ErrorDesc = const char*;

  using RefCount = int32_t;

  static constexpr size_t kMAX_DESC_LENGTH = 127U;

  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IErrorRecorder", 1, 0}; }

  virtual int32_t getNbErrors() const noexcept = 0;

  virtual ErrorCode getErrorCode(int32_t errorIdx) const noexcept = 0;

  virtual ErrorDesc getErrorDesc(int32_t errorIdx) const noexcept = 0;

  virtual bool hasOverflowed() const noexcept = 0;

  virtual void clear() noexcept = 0;

  virtual bool reportError(ErrorCode val, ErrorDesc desc) noexcept = 0;

  virtual RefCount incRefCount() noexcept = 0;

  virtual RefCount decRefCount() noexcept = 0;

  IErrorRecorder() = default;
  ~IErrorRecorder() noexcept override = default;

 protected:
  IErrorRecorder(const IErrorRecorder&) = default;
  IErrorRecorder(IErrorRecorder&&) = default;
  IErrorRecorder& operator=(const IErrorRecorder&) & = default;
  IErrorRecorder& operator=(IErrorRecorder&&) & = default;
};

}  // namespace v_1_0

// ----------------------------------------------------------------------------------- engine tensors

enum class TensorIOMode : int32_t {
  kNONE = 0,
  kINPUT = 1,
  kOUTPUT = 2,
};

template <>
struct impl::EnumMaxImpl<TensorIOMode> {
  static constexpr int32_t kVALUE = 3;
};

}  // namespace nvinfer1

//! Version of the library that is loaded, as NV_TENSORRT_VERSION_INT of its parts.
extern "C" TENSORRTAPI int32_t getInferLibVersion() noexcept;

#endif  // NV_INFER_RUNTIME_BASE_H
