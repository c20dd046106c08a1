// IRuntime: reads plans.
#pragma once

#include <string>

#include "NvInferRuntime.h"
#include "api/errors.h"
#include "plugin/registry.h"

namespace tenfold {

namespace nv = nvinfer1;

class Runtime final : public nv::IRuntime, public nv::apiv::VRuntime {
 public:
  explicit Runtime(nv::ILogger& logger)
      : reporter_(std::make_shared<Reporter>(&logger)), registry_(&processPluginRegistry()) {
    mImpl = this;
  }

  nv::IRuntime* getPImpl() noexcept override { return this; }
  nv::ICudaEngine* deserializeCudaEngine(const void* blob, size_t size) noexcept override;
  nv::ICudaEngine* deserializeCudaEngine(nv::IStreamReader& reader) noexcept override;
  nv::ICudaEngine* deserializeCudaEngineV2(nv::IStreamReaderV2& reader) noexcept override;
  // There are no DLA cores to choose from.
  void setDLACore(int32_t core) noexcept override;
  int32_t getDLACore() const noexcept override { return -1; }
  int32_t getNbDLACores() const noexcept override { return 0; }
  void setGpuAllocator(nv::IGpuAllocator* allocator) noexcept override { allocator_ = allocator; }
  void setErrorRecorder(nv::IErrorRecorder* recorder) noexcept override { reporter_->setRecorder(recorder); }
  nv::IErrorRecorder* getErrorRecorder() const noexcept override { return reporter_->recorder(); }
  nv::ILogger* getLogger() const noexcept override { return reporter_->logger(); }
  bool setMaxThreads(int32_t threads) noexcept override;
  int32_t getMaxThreads() const noexcept override { return maxThreads_; }
  void setTemporaryDirectory(const char* path) noexcept override { temporaryDirectory_ = path ? path : ""; }
  const char* getTemporaryDirectory() const noexcept override;
  void setTempfileControlFlags(nv::TempfileControlFlags flags) noexcept override { tempfileFlags_ = flags; }
  nv::TempfileControlFlags getTempfileControlFlags() const noexcept override { return tempfileFlags_; }
  nv::IPluginRegistry& getPluginRegistry() noexcept override { return registry_; }
  void setPluginRegistryParent(nv::IPluginRegistry* parent) noexcept override { registry_.setParent(parent); }
  nv::IRuntime* loadRuntime(const char* path) noexcept override;
  void setEngineHostCodeAllowed(bool allowed) noexcept override { hostCodeAllowed_ = allowed; }
  bool getEngineHostCodeAllowed() const noexcept override { return hostCodeAllowed_; }

 private:
  std::shared_ptr<Reporter> reporter_;
  PluginRegistry registry_;
  nv::IGpuAllocator* allocator_ = nullptr;
  int32_t maxThreads_ = 1;
  std::string temporaryDirectory_;
  nv::TempfileControlFlags tempfileFlags_ = (1U << nv::EnumMax<nv::TempfileControlFlag>()) - 1;
  bool hostCodeAllowed_ = false;
};

}  // namespace tenfold
