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

//! Properties of a network definition, given when it is made.
enum class NetworkDefinitionCreationFlag : int32_t {
  //! without effect: every network has its batch in the dimensions
  kEXPLICIT_BATCH TRT_DEPRECATED_ENUM = 0,
  kSTRONGLY_TYPED = 1,             //!< types follow from the inputs' types and the layers alone
  kPREFER_JIT_PYTHON_PLUGINS = 2,  //!< Python plugins run as they are where they can
  kPREFER_AOT_PYTHON_PLUGINS = 3,  //!< Python plugins are compiled where they can
};

template <>
constexpr inline int32_t EnumMax<NetworkDefinitionCreationFlag>() noexcept {
  return 4;
}

//! Makes networks, configurations and engines. Made by createInferBuilder(); release with delete, after what
//! it made. One build at a time.
class IBuilder : public INoCopy {
 public:
  //! Whether kHALF is fast on the device.
  TRT_DEPRECATED_BECAUSE("ask for the device's properties") bool platformHasFastFp16() const noexcept {
    return mImpl->platformHasFastFp16();
  }

  //! Whether kINT8 is fast on the device.
  TRT_DEPRECATED_BECAUSE("ask for the device's properties") bool platformHasFastInt8() const noexcept {
    return mImpl->platformHasFastInt8();
  }

  //! The greatest batch that DLA supports; 0 where there is none.
  int32_t getMaxDLABatchSize() const noexcept { return mImpl->getMaxDLABatchSize(); }

  //! Number of DLA cores; 0 where there are none.
  int32_t getNbDLACores() const noexcept { return mImpl->getNbDLACores(); }

  //! Sets who allocates device memory while building; must outlive what is built; null for the default.
  void setGpuAllocator(IGpuAllocator* allocator) noexcept { mImpl->setGpuAllocator(allocator); }

  //! Makes a configuration with all defaults; null on error. Release with delete.
  IBuilderConfig* createBuilderConfig() noexcept { return mImpl->createBuilderConfig(); }

  //! Makes an empty network with the flags given as bits 1 << NetworkDefinitionCreationFlag; null when a bit
  //! is unknown. Release with delete.
  INetworkDefinition* createNetworkV2(NetworkDefinitionCreationFlags flags) noexcept {
    return mImpl->createNetworkV2(flags);
  }

  //! Makes an empty profile, which belongs to the builder.
  IOptimizationProfile* createOptimizationProfile() noexcept { return mImpl->createOptimizationProfile(); }

  //! Sends errors to `recorder`, whose references are counted; null sends them to the logger only.
  void setErrorRecorder(IErrorRecorder* recorder) noexcept { mImpl->setErrorRecorder(recorder); }

  //! What setErrorRecorder() set; null by default.
  IErrorRecorder* getErrorRecorder() const noexcept { return mImpl->getErrorRecorder(); }

  //! Puts back all defaults of the builder.
  void reset() noexcept { mImpl->reset(); }

  //! Whether kFLOAT products with 10 mantissa bits are fast on the device.
  TRT_DEPRECATED_BECAUSE("ask for the device's properties") bool platformHasTf32() const noexcept {
    return mImpl->platformHasTf32();
  }

  //! Builds an engine and gives it as a plan; null on error. Release with delete.
  IHostMemory* buildSerializedNetwork(INetworkDefinition& network, IBuilderConfig& config) noexcept {
    return mImpl->buildSerializedNetwork(network, config);
  }

  //! Builds an engine and writes its plan to `writer`; false on error.
  bool buildSerializedNetworkToStream(INetworkDefinition& network, IBuilderConfig& config,
                                      IStreamWriter& writer) noexcept {
    return mImpl->buildSerializedNetworkToStream(network, config, writer);
  }

  //! As above; kernelText becomes the source of generated kernels, null when there is none. Release both with
  //! delete.
  IHostMemory* buildSerializedNetwork(INetworkDefinition& network, IBuilderConfig& config,
                                      IHostMemory*& kernelText) noexcept {
    return mImpl->buildSerializedNetworkWithKernelText(network, config, kernelText);
  }

  //! Builds an engine that can run at once; null on error. Release with delete.
  ICudaEngine* buildEngineWithConfig(INetworkDefinition& network, IBuilderConfig& config) noexcept {
    return mImpl->buildEngineWithConfig(network, config);
  }

  //! Whether an engine can be built, without building it; reasons against it are logged.
  bool isNetworkSupported(const INetworkDefinition& network, const IBuilderConfig& config) const noexcept {
    return mImpl->isNetworkSupported(network, config);
  }

  //! The logger the builder was made with.
  ILogger* getLogger() const noexcept { return mImpl->getLogger(); }

  //! Sets how many threads may work; by default as many as there are processors. False when less than 1.
  bool setMaxThreads(int32_t maxThreads) noexcept { return mImpl->setMaxThreads(maxThreads); }

  //! How many threads may work.
  int32_t getMaxThreads() const noexcept { return mImpl->getMaxThreads(); }

  //! The registry of this builder, whose parent is the process-wide one.
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
