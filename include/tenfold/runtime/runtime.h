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

enum class TempfileControlFlag : int32_t {
  kALLOW_IN_MEMORY_FILES = 0,
  kALLOW_TEMPORARY_FILES = 1,
};

template <>
constexpr inline int32_t EnumMax<TempfileControlFlag>() noexcept {
  return 2;
}

class IRuntime : public INoCopy {
 public:
  void setDLACore(int32_t dlaCore) noexcept { mImpl->setDLACore(dlaCore); }

  int32_t getDLACore() const noexcept { return mImpl->getDLACore(); }

  int32_t getNbDLACores() const noexcept { return mImpl->getNbDLACores(); }

  void setGpuAllocator(IGpuAllocator* allocator) noexcept { mImpl->setGpuAllocator(allocator); }

  void setErrorRecorder(IErrorRecorder* recorder) noexcept { mImpl->setErrorRecorder(recorder); }

  IErrorRecorder* getErrorRecorder() const noexcept { return mImpl->getErrorRecorder(); }

  ICudaEngine* deserializeCudaEngine(const void* blob, size_t size) noexcept {
    return mImpl->deserializeCudaEngine(blob, size);
  }

  TRT_DEPRECATED ICudaEngine* deserializeCudaEngine(IStreamReader& streamReader) {
    return mImpl->deserializeCudaEngine(streamReader);
  }

  ICudaEngine* deserializeCudaEngine(IStreamReaderV2& streamReader) {
    return mImpl->deserializeCudaEngineV2(streamReader);
  }

  ILogger* getLogger() const noexcept { return mImpl->getLogger(); }

  bool setMaxThreads(int32_t maxThreads) noexcept { return mImpl->setMaxThreads(maxThreads); }

  int32_t getMaxThreads() const noexcept { return mImpl->getMaxThreads(); }

  void setTemporaryDirectory(const char* path) noexcept { mImpl->setTemporaryDirectory(path); }

  const char* getTemporaryDirectory() const noexcept { return mImpl->getTemporaryDirectory(); }

  void setTempfileControlFlags(TempfileControlFlags flags) noexcept { mImpl->setTempfileControlFlags(flags); }

  TempfileControlFlags getTempfileControlFlags() const noexcept { return mImpl->getTempfileControlFlags(); }

  IPluginRegistry& getPluginRegistry() noexcept { return mImpl->getPluginRegistry(); }

  IRuntime* loadRuntime(const char* path) noexcept { return mImpl->loadRuntime(path); }

  void setEngineHostCodeAllowed(bool allowed) noexcept { mImpl->setEngineHostCodeAllowed(allowed); }

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
