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

//! The type of a tensor's or a set of weights' elements. Types narrower than a byte are packed, the first
//! element in the low bits.
enum class DataType : int32_t {
  kFLOAT = 0,  //!< 32-bit IEEE floating point
  kHALF = 1,   //!< 16-bit IEEE floating point
  kINT8 = 2,   //!< signed 8-bit integer; in quantized networks q stands for q * scale
  kINT32 = 3,  //!< signed 32-bit integer
  kBOOL = 4,   //!< one byte, 0 or 1
  kUINT8 = 5,  //!< unsigned 8-bit integer; for network inputs and outputs only, convert with ICastLayer
  kFP8 = 6,    //!< 8-bit floating point, 4 exponent and 3 mantissa bits
  kBF16 = 7,   //!< 16-bit floating point with the exponent of kFLOAT
  kINT64 = 8,  //!< signed 64-bit integer
  kINT4 = 9,   //!< signed 4-bit integer, two to a byte
  kFP4 = 10,   //!< 4-bit floating point, 2 exponent and 1 mantissa bits, two to a byte
  kE8M0 = 11,  //!< 8-bit power of two without sign, a scale of block quantization
};

template <>
struct impl::EnumMaxImpl<DataType> {
  static constexpr int32_t kVALUE = 12;
};

//! Dimensions of a tensor. A tensor's shape has -1 where an extent is known only at run time; nbDims is -1
//! where not even the rank is known, or on error.
class Dims64 {
 public:
  //! The most dimensions a tensor can have.
  static constexpr int32_t MAX_DIMS = 8;

  //! Number of dimensions, 0 for a scalar.
  int32_t nbDims;
  //! Extent of each dimension; those from nbDims on mean nothing.
  int64_t d[MAX_DIMS];
};

//! The dimensions type of the whole interface.
using Dims = Dims64;

// ------------------------------------------------------------------------------ versioned interfaces

//! Name of a versioned interface.
using InterfaceKind = const char*;

//! Says which interface, in which version, an object implements, so that the library can use it as such.
class InterfaceInfo {
 public:
  //! Name of the interface.
  InterfaceKind kind;
  //! Raised by changes that older callers cannot handle.
  int32_t major;
  //! Raised by additions at the end.
  int32_t minor;
};

//! The language in which an interface is implemented.
enum class APILanguage : int32_t {
  kCPP = 0,     //!< C++
  kPYTHON = 1,  //!< Python
};

template <>
struct impl::EnumMaxImpl<APILanguage> {
  static constexpr int32_t kVALUE = 2;
};

//! Base of the interfaces that applications implement and whose versions are counted.
class IVersionedInterface {
 public:
  //! Language of the implementation. Do not override.
  virtual APILanguage getAPILanguage() const noexcept { return APILanguage::kCPP; }

  //! Name and version of the interface that this object implements.
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

//! Kinds of errors that are reported to an IErrorRecorder.
enum class ErrorCode : int32_t {
  kSUCCESS = 0,                //!< no error
  kUNSPECIFIED_ERROR = 1,      //!< none of the others
  kINTERNAL_ERROR = 2,         //!< a broken invariant: a bug of the library
  kINVALID_ARGUMENT = 3,       //!< a parameter is null, out of range or inconsistent
  kINVALID_CONFIG = 4,         //!< the settings contradict each other or the network
  kFAILED_ALLOCATION = 5,      //!< not enough memory
  kFAILED_INITIALIZATION = 6,  //!< a part of the library could not start
  kFAILED_EXECUTION = 7,       //!< an engine could not run
  kFAILED_COMPUTATION = 8,     //!< an engine ran but a result is invalid
  kINVALID_STATE = 9,          //!< a call came at the wrong time
  kUNSUPPORTED_STATE = 10,     //!< allowed, but not supported here
};

template <>
struct impl::EnumMaxImpl<ErrorCode> {
  static constexpr int32_t kVALUE = 11;
};

namespace v_1_0 {

//! Collects errors in the order in which they arise. An application derives from it and gives the object to
//! setErrorRecorder() of any class; methods must be safe to call from several threads.
class IErrorRecorder : public IVersionedInterface {
 public:
  //! Description of an error, zero-terminated.
  using ErrorDesc = const char*;

  //! A reference count.
  using RefCount = int32_t;

  //! The most characters of a description that must be kept, without the final zero.
  static constexpr size_t kMAX_DESC_LENGTH = 127U;

  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IErrorRecorder", 1, 0}; }

  //! Number of errors kept; 0 when none has been reported since clear().
  virtual int32_t getNbErrors() const noexcept = 0;

  //! Kind of the error `errorIdx`, counted from the oldest; kSUCCESS when there is none.
  virtual ErrorCode getErrorCode(int32_t errorIdx) const noexcept = 0;

  //! Description of the error `errorIdx`, valid until clear(); "" when there is none.
  virtual ErrorDesc getErrorDesc(int32_t errorIdx) const noexcept = 0;

  //! Whether errors were dropped because there was no room.
  virtual bool hasOverflowed() const noexcept = 0;

  //! Forgets all errors and the overflow.
  virtual void clear() noexcept = 0;

  //! Takes an error. Called by the library. Returns true when the error must end the operation in progress.
  virtual bool reportError(ErrorCode val, ErrorDesc desc) noexcept = 0;

  //! Counts one more user of this object and returns the new count.
  virtual RefCount incRefCount() noexcept = 0;

  //! Counts one user less and returns the new count.
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

//! What a tensor is to an engine.
enum class TensorIOMode : int32_t {
  kNONE = 0,    //!< neither: not a tensor that the application sees
  kINPUT = 1,   //!< the application provides its values
  kOUTPUT = 2,  //!< the engine computes its values
};

template <>
struct impl::EnumMaxImpl<TensorIOMode> {
  static constexpr int32_t kVALUE = 3;
};

}  // namespace nvinfer1

//! Version of the library that is loaded, as NV_TENSORRT_VERSION_INT of its parts.
extern "C" TENSORRTAPI int32_t getInferLibVersion() noexcept;

#endif  // NV_INFER_RUNTIME_BASE_H
