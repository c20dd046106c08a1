#include "api/library.h"

#include <atomic>
#include <cstdio>

#include "NvInfer.h"
#include "plugin/registry.h"

namespace {

std::atomic<nvinfer1::ILogger*> processLogger{nullptr};

}  // namespace

bool tenfold::acceptCaller(nvinfer1::ILogger* logger, int32_t version) noexcept {
  if (!logger) return false;
  nvinfer1::ILogger* none = nullptr;
  processLogger.compare_exchange_strong(none, logger);
  if (version / 100 == NV_TENSORRT_VERSION / 100) return true;
  char text[160];
  std::snprintf(text, sizeof text,
                "the program was compiled for version %d.%d.%d of the interface, this library has %d.%d.x; "
                "compile it again with this library's headers",
                version / 10000, version / 100 % 100, version % 100, NV_TENSORRT_MAJOR, NV_TENSORRT_MINOR);
  logger->log(nvinfer1::ILogger::Severity::kERROR, text);
  return false;
}

nvinfer1::ILogger* getLogger() noexcept { return processLogger; }
int32_t getInferLibMajorVersion() noexcept { return NV_TENSORRT_MAJOR; }
int32_t getInferLibMinorVersion() noexcept { return NV_TENSORRT_MINOR; }
int32_t getInferLibPatchVersion() noexcept { return NV_TENSORRT_PATCH; }
int32_t getInferLibBuildVersion() noexcept { return NV_TENSORRT_BUILD; }
int32_t getInferLibVersion() noexcept { return NV_TENSORRT_VERSION; }

nvinfer1::IPluginRegistry* getPluginRegistry() noexcept { return &tenfold::processPluginRegistry(); }

namespace nvinfer1 {

IPluginRegistry* getBuilderPluginRegistry(EngineCapability capability) noexcept {
  return capability == EngineCapability::kSTANDARD ? getPluginRegistry() : nullptr;
}

// There is no safety runtime.
safe::IPluginRegistry* getBuilderSafePluginRegistry(EngineCapability) noexcept { return nullptr; }

// The library loads no files of its own from a folder: every path is as good as another.
bool setInternalLibraryPath(const AsciiChar* path) noexcept { return path != nullptr; }

}  // namespace nvinfer1
