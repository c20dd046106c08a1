// SPDX-License-Identifier: Apache-2.0
// The runtime, which turns a plan into an engine.
#ifndef TENFOLD_RUNTIME_RUNTIME_H_
#define TENFOLD_RUNTIME_RUNTIME_H_

#include "../abi/runtime.h"
#include "allocator.h"
#include "engine.h"
#include "logger.h"
#include "stream_io.h"

namespace nvinfer1 {

//! What files the runtime may make when it loads an engine that carries code.
enum class TempfileControlFlag : int32_t {
  kALLOW_IN_MEMORY_FILES = 0,  //!< files without a name
  kALLOW_TEMPORARY_FILES = 1,  //!< files in the temporary folder
};

template <>
constexpr inline int32_t EnumMax<TempfileControlFlag>() noexcept {
  return 2;
}

//! Turns plans into engines. Made by createInferRuntime(); may be used by several threads. Release with
//! delete, after its engines.
class IRuntime : public INoCopy {
 public:
  //! Chooses the DLA core of engines loaded from now on; -1 by default.
  void setDLACore(int32_t dlaCore) noexcept { mImpl->setDLACore(dlaCore); }

  //! The DLA core of engines loaded from now on; -1 when there is none.
  int32_t getDLACore() const noexcept { return mImpl->getDLACore(); }

  //! Number of DLA cores: 0 where there are none.
  int32_t getNbDLACores() const noexcept { return mImpl->getNbDLACores(); }

  //! Sets who allocates device memory of engines loaded from now on; null for the default. It must outlive
  //! them.
  void setGpuAllocator(IGpuAllocator* allocator) noexcept { mImpl->setGpuAllocator(allocator); }

  //! Sends errors to `recorder`, whose references are counted; null sends them to the logger only.
  void setErrorRecorder(IErrorRecorder* recorder) noexcept { mImpl->setErrorRecorder(recorder); }

  //! What setErrorRecorder() set; null by default.
  IErrorRecorder* getErrorRecorder() const noexcept { return mImpl->getErrorRecorder(); }

  //! Reads a plan of `size` bytes, which is not needed afterwards. Null when it is truncated, altered or of
  //! another version. Release with delete.
  ICudaEngine* deserializeCudaEngine(const void* blob, size_t size) noexcept {
    return mImpl->deserializeCudaEngine(blob, size);
  }

  //! Reads a plan from a stream; null on error. Release with delete.
  TRT_DEPRECATED_BECAUSE("use IStreamReaderV2")
  ICudaEngine* deserializeCudaEngine(IStreamReader& streamReader) {
    return mImpl->deserializeCudaEngine(streamReader);
  }

  //! Reads a plan from a stream with random access; null on error. Release with delete.
  ICudaEngine* deserializeCudaEngine(IStreamReaderV2& streamReader) {
    return mImpl->deserializeCudaEngineV2(streamReader);
  }

  //! The logger the runtime was made with.
  ILogger* getLogger() const noexcept { return mImpl->getLogger(); }

  //! Sets how many threads may work while an engine is loaded; 1 by default. False when less than 1.
  bool setMaxThreads(int32_t maxThreads) noexcept { return mImpl->setMaxThreads(maxThreads); }

  //! What setMaxThreads() set; 1 by default.
  int32_t getMaxThreads() const noexcept { return mImpl->getMaxThreads(); }

  //! Sets the folder of temporary files; null for the system's.
  void setTemporaryDirectory(const char* path) noexcept { mImpl->setTemporaryDirectory(path); }

  //! What setTemporaryDirectory() set.
  const char* getTemporaryDirectory() const noexcept { return mImpl->getTemporaryDirectory(); }

  //! Says what files may be made, as bits 1 << TempfileControlFlag; all by default.
  void setTempfileControlFlags(TempfileControlFlags flags) noexcept { mImpl->setTempfileControlFlags(flags); }

  //! What setTempfileControlFlags() set.
  TempfileControlFlags getTempfileControlFlags() const noexcept { return mImpl->getTempfileControlFlags(); }

  //! The registry of this runtime, whose parent is the process-wide one.
  IPluginRegistry& getPluginRegistry() noexcept { return mImpl->getPluginRegistry(); }

  //! Loads another version of the library and makes a runtime of it, to load plans of that version; null on
  //! error. Release with delete.
  IRuntime* loadRuntime(const char* path) noexcept { return mImpl->loadRuntime(path); }

  //! Says whether plans may be loaded that carry code to run on the host; false by default. Only for plans
  //! you trust.
  void setEngineHostCodeAllowed(bool allowed) noexcept { mImpl->setEngineHostCodeAllowed(allowed); }

  //! What setEngineHostCodeAllowed() set; false by default.
  bool getEngineHostCodeAllowed() const noexcept { return mImpl->getEngineHostCodeAllowed(); }

  virtual ~IRuntime() noexcept = default;

  // What versions 7 and 8 had.
#include "../legacy/destroy.inc"
#include "../legacy/runtime.inc"
 protected:
  apiv::VRuntime* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_RUNTIME_RUNTIME_H_
