// SPDX-License-Identifier: Apache-2.0
// The builder, which makes an engine or a plan of a network.
#ifndef TENFOLD_BUILDER_BUILDER_H_
#define TENFOLD_BUILDER_BUILDER_H_

#include "../abi/builder.h"
#include "../legacy/builder_settings.h"
#include "../network/network_definition.h"
#include "../runtime/allocator.h"
#include "../runtime/runtime.h"
#include "builder_config.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

enum class NetworkDefinitionCreationFlag : int32_t {
  kEXPLICIT_BATCH TRT_DEPRECATED_ENUM = 0,
  kSTRONGLY_TYPED = 1,
  kPREFER_JIT_PYTHON_PLUGINS = 2,
  kPREFER_AOT_PYTHON_PLUGINS = 3,
};

template <>
constexpr inline int32_t EnumMax<NetworkDefinitionCreationFlag>() noexcept {
  return 4;
}

class IBuilder : public INoCopy {
 public:
  TRT_DEPRECATED bool platformHasFastFp16() const noexcept { return mImpl->platformHasFastFp16(); }

  TRT_DEPRECATED bool platformHasFastInt8() const noexcept { return mImpl->platformHasFastInt8(); }

  int32_t getMaxDLABatchSize() const noexcept { return mImpl->getMaxDLABatchSize(); }

  int32_t getNbDLACores() const noexcept { return mImpl->getNbDLACores(); }

  void setGpuAllocator(IGpuAllocator* allocator) noexcept { mImpl->setGpuAllocator(allocator); }

  IBuilderConfig* createBuilderConfig() noexcept { return mImpl->createBuilderConfig(); }

  INetworkDefinition* createNetworkV2(NetworkDefinitionCreationFlags flags) noexcept {
    return mImpl->createNetworkV2(flags);
  }

  IOptimizationProfile* createOptimizationProfile() noexcept { return mImpl->createOptimizationProfile(); }

  void setErrorRecorder(IErrorRecorder* recorder) noexcept { mImpl->setErrorRecorder(recorder); }

  IErrorRecorder* getErrorRecorder() const noexcept { return mImpl->getErrorRecorder(); }

  void reset() noexcept { mImpl->reset(); }

  TRT_DEPRECATED bool platformHasTf32() const noexcept { return mImpl->platformHasTf32(); }

  IHostMemory* buildSerializedNetwork(INetworkDefinition& network, IBuilderConfig& config) noexcept {
    return mImpl->buildSerializedNetwork(network, config);
  }

  bool buildSerializedNetworkToStream(INetworkDefinition& network, IBuilderConfig& config,
                                      IStreamWriter& writer) noexcept {
    return mImpl->buildSerializedNetworkToStream(network, config, writer);
  }

  IHostMemory* buildSerializedNetwork(INetworkDefinition& network, IBuilderConfig& config,
                                      IHostMemory*& kernelText) noexcept {
    return mImpl->buildSerializedNetworkWithKernelText(network, config, kernelText);
  }

  ICudaEngine* buildEngineWithConfig(INetworkDefinition& network, IBuilderConfig& config) noexcept {
    return mImpl->buildEngineWithConfig(network, config);
  }

  bool isNetworkSupported(const INetworkDefinition& network, const IBuilderConfig& config) const noexcept {
    return mImpl->isNetworkSupported(network, config);
  }

  ILogger* getLogger() const noexcept { return mImpl->getLogger(); }

  bool setMaxThreads(int32_t maxThreads) noexcept { return mImpl->setMaxThreads(maxThreads); }

  int32_t getMaxThreads() const noexcept { return mImpl->getMaxThreads(); }

  IPluginRegistry& getPluginRegistry() noexcept { return mImpl->getPluginRegistry(); }

  virtual ~IBuilder() noexcept = default;

  // What versions 7 and 8 had.
#include "../legacy/builder.inc"
#include "../legacy/destroy.inc"
 protected:
  apiv::VBuilder* mImpl{nullptr};
};

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_BUILDER_BUILDER_H_
