// SPDX-License-Identifier: Apache-2.0
// How an engine is to be built: precisions, limits, profiles and callbacks.
#ifndef TENFOLD_BUILDER_BUILDER_CONFIG_H_
#define TENFOLD_BUILDER_BUILDER_CONFIG_H_

#include "../abi/builder.h"
#include "algorithm.h"
#include "builder_flags.h"
#include "calibrator.h"
#include "timing_cache.h"

TENFOLD_BEGIN_DEPRECATED

namespace nvinfer1 {

namespace v_1_0 {

class IProgressMonitor : public IVersionedInterface {
 public:
  virtual ~IProgressMonitor() noexcept = default;

  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IProgressMonitor", 1, 0}; }

  virtual void phaseStart(const char* phaseName, const char* parentPhase, int32_t nbSteps) noexcept = 0;

  virtual bool stepComplete(const char* phaseName, int32_t step) noexcept = 0;

  virtual void phaseFinish(const char* phaseName) noexcept = 0;

  IProgressMonitor() = default;
};

}  // namespace v_1_0

class IBuilderConfig : public INoCopy {
 public:
  virtual void setAvgTimingIterations(int32_t avgTiming) noexcept {
    mImpl->setAvgTimingIterations(avgTiming);
  }

  int32_t getAvgTimingIterations() const noexcept { return mImpl->getAvgTimingIterations(); }

  void setEngineCapability(EngineCapability capability) noexcept { mImpl->setEngineCapability(capability); }

  EngineCapability getEngineCapability() const noexcept { return mImpl->getEngineCapability(); }

  TRT_DEPRECATED void setInt8Calibrator(IInt8Calibrator* calibrator) noexcept {
    mImpl->setInt8Calibrator(calibrator);
  }

  TRT_DEPRECATED IInt8Calibrator* getInt8Calibrator() const noexcept { return mImpl->getInt8Calibrator(); }

  void setFlags(BuilderFlags builderFlags) noexcept { mImpl->setFlags(builderFlags); }

  BuilderFlags getFlags() const noexcept { return mImpl->getFlags(); }

  void clearFlag(BuilderFlag builderFlag) noexcept { mImpl->clearFlag(builderFlag); }

  void setFlag(BuilderFlag builderFlag) noexcept { mImpl->setFlag(builderFlag); }

  bool getFlag(BuilderFlag builderFlag) const noexcept { return mImpl->getFlag(builderFlag); }

  void setDeviceType(const ILayer* layer, DeviceType deviceType) noexcept {
    mImpl->setDeviceType(layer, deviceType);
  }

  DeviceType getDeviceType(const ILayer* layer) const noexcept { return mImpl->getDeviceType(layer); }

  bool isDeviceTypeSet(const ILayer* layer) const noexcept { return mImpl->isDeviceTypeSet(layer); }

  void resetDeviceType(const ILayer* layer) noexcept { mImpl->resetDeviceType(layer); }

  bool canRunOnDLA(const ILayer* layer) const noexcept { return mImpl->canRunOnDLA(layer); }

  void setDLACore(int32_t dlaCore) noexcept { mImpl->setDLACore(dlaCore); }

  int32_t getDLACore() const noexcept { return mImpl->getDLACore(); }

  void setDefaultDeviceType(DeviceType deviceType) noexcept { mImpl->setDefaultDeviceType(deviceType); }

  DeviceType getDefaultDeviceType() const noexcept { return mImpl->getDefaultDeviceType(); }

  void reset() noexcept { mImpl->reset(); }

  void setProfileStream(const cudaStream_t stream) noexcept { mImpl->setProfileStream(stream); }

  cudaStream_t getProfileStream() const noexcept { return mImpl->getProfileStream(); }

  int32_t addOptimizationProfile(const IOptimizationProfile* profile) noexcept {
    return mImpl->addOptimizationProfile(profile);
  }

  int32_t getNbOptimizationProfiles() const noexcept { return mImpl->getNbOptimizationProfiles(); }

  void setProfilingVerbosity(ProfilingVerbosity verbosity) noexcept {
    mImpl->setProfilingVerbosity(verbosity);
  }

  ProfilingVerbosity getProfilingVerbosity() const noexcept { return mImpl->getProfilingVerbosity(); }

  TRT_DEPRECATED void setAlgorithmSelector(IAlgorithmSelector* selector) noexcept {
    mImpl->setAlgorithmSelector(selector);
  }

  TRT_DEPRECATED IAlgorithmSelector* getAlgorithmSelector() const noexcept {
    return mImpl->getAlgorithmSelector();
  }

  TRT_DEPRECATED bool setCalibrationProfile(const IOptimizationProfile* profile) noexcept {
    return mImpl->setCalibrationProfile(profile);
  }

  TRT_DEPRECATED const IOptimizationProfile* getCalibrationProfile() noexcept {
    return mImpl->getCalibrationProfile();
  }

  TRT_DEPRECATED void setQuantizationFlags(QuantizationFlags flags) noexcept {
    mImpl->setQuantizationFlags(flags);
  }

  TRT_DEPRECATED QuantizationFlags getQuantizationFlags() const noexcept {
    return mImpl->getQuantizationFlags();
  }

  TRT_DEPRECATED void clearQuantizationFlag(QuantizationFlag flag) noexcept {
    mImpl->clearQuantizationFlag(flag);
  }

  TRT_DEPRECATED void setQuantizationFlag(QuantizationFlag flag) noexcept {
    mImpl->setQuantizationFlag(flag);
  }

  TRT_DEPRECATED bool getQuantizationFlag(QuantizationFlag flag) const noexcept {
    return mImpl->getQuantizationFlag(flag);
  }

  bool setTacticSources(TacticSources tacticSources) noexcept {
    return mImpl->setTacticSources(tacticSources);
  }

  TacticSources getTacticSources() const noexcept { return mImpl->getTacticSources(); }

  ITimingCache* createTimingCache(const void* blob, size_t size) const noexcept {
    return mImpl->createTimingCache(blob, size);
  }

  bool setTimingCache(const ITimingCache& cache, bool ignoreMismatch) noexcept {
    return mImpl->setTimingCache(cache, ignoreMismatch);
  }

  const ITimingCache* getTimingCache() const noexcept { return mImpl->getTimingCache(); }

  void setMemoryPoolLimit(MemoryPoolType pool, size_t poolSize) noexcept {
    mImpl->setMemoryPoolLimit(pool, poolSize);
  }

  size_t getMemoryPoolLimit(MemoryPoolType pool) const noexcept { return mImpl->getMemoryPoolLimit(pool); }

  void setPreviewFeature(PreviewFeature feature, bool enable) noexcept {
    mImpl->setPreviewFeature(feature, enable);
  }

  bool getPreviewFeature(PreviewFeature feature) const noexcept { return mImpl->getPreviewFeature(feature); }

  void setBuilderOptimizationLevel(int32_t level) noexcept { mImpl->setBuilderOptimizationLevel(level); }

  int32_t getBuilderOptimizationLevel() noexcept { return mImpl->getBuilderOptimizationLevel(); }

  void setHardwareCompatibilityLevel(HardwareCompatibilityLevel hardwareCompatibilityLevel) noexcept {
    mImpl->setHardwareCompatibilityLevel(hardwareCompatibilityLevel);
  }

  HardwareCompatibilityLevel getHardwareCompatibilityLevel() const noexcept {
    return mImpl->getHardwareCompatibilityLevel();
  }

  void setPluginsToSerialize(const char* const* paths, int32_t nbPaths) noexcept {
    mImpl->setPluginsToSerialize(paths, nbPaths);
  }

  const char* getPluginToSerialize(int32_t index) const noexcept {
    return mImpl->getPluginToSerialize(index);
  }

  int32_t getNbPluginsToSerialize() const noexcept { return mImpl->getNbPluginsToSerialize(); }

  void setMaxAuxStreams(int32_t nbStreams) noexcept { mImpl->setMaxAuxStreams(nbStreams); }

  int32_t getMaxAuxStreams() const noexcept { return mImpl->getMaxAuxStreams(); }

  void setProgressMonitor(IProgressMonitor* monitor) noexcept { mImpl->setProgressMonitor(monitor); }

  IProgressMonitor* getProgressMonitor() const noexcept { return mImpl->getProgressMonitor(); }

  void setRuntimePlatform(RuntimePlatform runtimePlatform) noexcept {
    mImpl->setRuntimePlatform(runtimePlatform);
  }

  RuntimePlatform getRuntimePlatform() const noexcept { return mImpl->getRuntimePlatform(); }

  void setMaxNbTactics(int32_t maxNbTactics) noexcept { mImpl->setMaxNbTactics(maxNbTactics); }

  int32_t getMaxNbTactics() const noexcept { return mImpl->getMaxNbTactics(); }

  bool setTilingOptimizationLevel(TilingOptimizationLevel level) noexcept {
    return mImpl->setTilingOptimizationLevel(level);
  }

  TilingOptimizationLevel getTilingOptimizationLevel() const noexcept {
    return mImpl->getTilingOptimizationLevel();
  }

  bool setL2LimitForTiling(int64_t size) noexcept { return mImpl->setL2LimitForTiling(size); }

  int64_t getL2LimitForTiling() const noexcept { return mImpl->getL2LimitForTiling(); }

  bool setRemoteAutoTuningConfig(const char* config) noexcept {
    return mImpl->setRemoteAutoTuningConfig(config);
  }

  const char* getRemoteAutoTuningConfig() const noexcept { return mImpl->getRemoteAutoTuningConfig(); }

  virtual ~IBuilderConfig() noexcept = default;

  // What versions 7 and 8 had.
#include "../legacy/builder_config.inc"
#include "../legacy/destroy.inc"
 protected:
  apiv::VBuilderConfig* mImpl{nullptr};
};

}  // namespace nvinfer1

TENFOLD_END_DEPRECATED

#endif  // TENFOLD_BUILDER_BUILDER_CONFIG_H_
