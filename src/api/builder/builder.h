// IBuilder.
#pragma once

#include <memory>
#include <vector>

#include "api/builder/builder_config.h"
#include "plan/plan.h"

namespace tenfold {

class BuilderFace final : public nv::IBuilder, public nv::apiv::VBuilder {
 public:
  explicit BuilderFace(nv::ILogger& logger);
  // Keeps what IBuilder's old options set; never null.
  nv::IBuilderConfig* ownConfig() { return &ownConfig_; }

  bool platformHasFastFp16() const noexcept override;
  bool platformHasFastInt8() const noexcept override;
  int32_t getMaxDLABatchSize() const noexcept override { return 0; }
  int32_t getNbDLACores() const noexcept override { return 0; }
  void setGpuAllocator(nv::IGpuAllocator* allocator) noexcept override { allocator_ = allocator; }
  nv::IBuilderConfig* createBuilderConfig() noexcept override;
  nv::INetworkDefinition* createNetworkV2(nv::NetworkDefinitionCreationFlags flags) noexcept override;
  nv::IOptimizationProfile* createOptimizationProfile() noexcept override;
  void setErrorRecorder(nv::IErrorRecorder* recorder) noexcept override { reporter_->setRecorder(recorder); }
  nv::IErrorRecorder* getErrorRecorder() const noexcept override { return reporter_->recorder(); }
  void reset() noexcept override;
  bool platformHasTf32() const noexcept override;
  nv::IHostMemory* buildSerializedNetwork(nv::INetworkDefinition& network,
                                          nv::IBuilderConfig& config) noexcept override;
  bool isNetworkSupported(const nv::INetworkDefinition& network,
                          const nv::IBuilderConfig& config) const noexcept override;
  nv::ILogger* getLogger() const noexcept override { return reporter_->logger(); }
  bool setMaxThreads(int32_t threads) noexcept override;
  int32_t getMaxThreads() const noexcept override { return threads_; }
  nv::IPluginRegistry& getPluginRegistry() noexcept override;
  nv::ICudaEngine* buildEngineWithConfig(nv::INetworkDefinition& network,
                                         nv::IBuilderConfig& config) noexcept override;
  bool buildSerializedNetworkToStream(nv::INetworkDefinition& network, nv::IBuilderConfig& config,
                                      nv::IStreamWriter& writer) noexcept override;
  nv::IHostMemory* buildSerializedNetworkWithKernelText(nv::INetworkDefinition& network,
                                                        nv::IBuilderConfig& config,
                                                        nv::IHostMemory*& kernelText) noexcept override;

 private:
  std::unique_ptr<Plan> build(nv::INetworkDefinition& network, nv::IBuilderConfig& config) const;
  std::shared_ptr<Reporter> reporter_;
  BuilderConfigFace ownConfig_;
  std::vector<std::unique_ptr<ProfileFace>> profiles_;
  nv::IGpuAllocator* allocator_ = nullptr;
  int32_t threads_ = 1;
};

}  // namespace tenfold
