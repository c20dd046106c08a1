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

//! Follows a build and may end it. Phases are nested; methods may be called from several threads at once.
class IProgressMonitor : public IVersionedInterface {
 public:
  virtual ~IProgressMonitor() noexcept = default;

  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IProgressMonitor", 1, 0}; }

  //! A phase begins, inside `parentPhase` or, when null, at the top. It has nbSteps steps.
  virtual void phaseStart(const char* phaseName, const char* parentPhase, int32_t nbSteps) noexcept = 0;

  //! Step `step`, from 0, is done. Returns false to end the build.
  virtual bool stepComplete(const char* phaseName, int32_t step) noexcept = 0;

  //! A phase ends, whether all its steps were done or not.
  virtual void phaseFinish(const char* phaseName) noexcept = 0;

  IProgressMonitor() = default;
};

}  // namespace v_1_0

//! How an engine is to be built. Made by IBuilder::createBuilderConfig(); release with delete. Invalid
//! arguments are logged and change nothing.
class IBuilderConfig : public INoCopy {
 public:
  //! Sets how many runs of a tactic are averaged; 1 by default.
  virtual void setAvgTimingIterations(int32_t avgTiming) noexcept {
    mImpl->setAvgTimingIterations(avgTiming);
  }

  //! What setAvgTimingIterations() set; 1 by default.
  int32_t getAvgTimingIterations() const noexcept { return mImpl->getAvgTimingIterations(); }

  //! Sets what kind of runtime the engine must run on; kSTANDARD by default.
  void setEngineCapability(EngineCapability capability) noexcept { mImpl->setEngineCapability(capability); }

  //! What setEngineCapability() set; kSTANDARD by default.
  EngineCapability getEngineCapability() const noexcept { return mImpl->getEngineCapability(); }

  //! Sets the calibrator, which must outlive the build; null for none.
  TRT_DEPRECATED_BECAUSE("use quantization layers")
  void setInt8Calibrator(IInt8Calibrator* calibrator) noexcept { mImpl->setInt8Calibrator(calibrator); }

  //! What setInt8Calibrator() set.
  TRT_DEPRECATED_BECAUSE("use quantization layers") IInt8Calibrator* getInt8Calibrator() const noexcept {
    return mImpl->getInt8Calibrator();
  }

  //! Replaces all flags by a set of bits 1 << BuilderFlag.
  void setFlags(BuilderFlags builderFlags) noexcept { mImpl->setFlags(builderFlags); }

  //! All flags, as bits 1 << BuilderFlag; kTF32 by default.
  BuilderFlags getFlags() const noexcept { return mImpl->getFlags(); }

  //! Clears a flag.
  void clearFlag(BuilderFlag builderFlag) noexcept { mImpl->clearFlag(builderFlag); }

  //! Sets a flag.
  void setFlag(BuilderFlag builderFlag) noexcept { mImpl->setFlag(builderFlag); }

  //! Whether a flag is set.
  bool getFlag(BuilderFlag builderFlag) const noexcept { return mImpl->getFlag(builderFlag); }

  //! Sets the device that runs a layer.
  void setDeviceType(const ILayer* layer, DeviceType deviceType) noexcept {
    mImpl->setDeviceType(layer, deviceType);
  }

  //! The device that runs a layer.
  DeviceType getDeviceType(const ILayer* layer) const noexcept { return mImpl->getDeviceType(layer); }

  //! Whether a device was set for a layer.
  bool isDeviceTypeSet(const ILayer* layer) const noexcept { return mImpl->isDeviceTypeSet(layer); }

  //! Lets a layer run on the default device again.
  void resetDeviceType(const ILayer* layer) noexcept { mImpl->resetDeviceType(layer); }

  //! Whether DLA can run a layer.
  bool canRunOnDLA(const ILayer* layer) const noexcept { return mImpl->canRunOnDLA(layer); }

  //! Sets the DLA core that the engine is built for; -1 by default.
  void setDLACore(int32_t dlaCore) noexcept { mImpl->setDLACore(dlaCore); }

  //! What setDLACore() set; -1 by default.
  int32_t getDLACore() const noexcept { return mImpl->getDLACore(); }

  //! Sets the device of layers without one of their own; kGPU by default.
  void setDefaultDeviceType(DeviceType deviceType) noexcept { mImpl->setDefaultDeviceType(deviceType); }

  //! What setDefaultDeviceType() set; kGPU by default.
  DeviceType getDefaultDeviceType() const noexcept { return mImpl->getDefaultDeviceType(); }

  //! Puts back all defaults.
  void reset() noexcept { mImpl->reset(); }

  //! Sets the stream on which tactics are measured; null for the default one.
  void setProfileStream(const cudaStream_t stream) noexcept { mImpl->setProfileStream(stream); }

  //! What setProfileStream() set.
  cudaStream_t getProfileStream() const noexcept { return mImpl->getProfileStream(); }

  //! Adds a profile, which belongs to the builder and must be complete; its number, -1 on error. A network
  //! with dynamic inputs needs at least one.
  int32_t addOptimizationProfile(const IOptimizationProfile* profile) noexcept {
    return mImpl->addOptimizationProfile(profile);
  }

  //! Number of profiles added.
  int32_t getNbOptimizationProfiles() const noexcept { return mImpl->getNbOptimizationProfiles(); }

  //! Sets how much the engine tells about its layers; kLAYER_NAMES_ONLY by default.
  void setProfilingVerbosity(ProfilingVerbosity verbosity) noexcept {
    mImpl->setProfilingVerbosity(verbosity);
  }

  //! What setProfilingVerbosity() set; kLAYER_NAMES_ONLY by default.
  ProfilingVerbosity getProfilingVerbosity() const noexcept { return mImpl->getProfilingVerbosity(); }

  //! Sets who chooses how layers run; must outlive the build; null for the builder.
  TRT_DEPRECATED_BECAUSE("use an editable timing cache")
  void setAlgorithmSelector(IAlgorithmSelector* selector) noexcept { mImpl->setAlgorithmSelector(selector); }

  //! What setAlgorithmSelector() set.
  TRT_DEPRECATED_BECAUSE("use an editable timing cache")
  IAlgorithmSelector* getAlgorithmSelector() const noexcept { return mImpl->getAlgorithmSelector(); }

  //! Sets the profile whose best shapes calibration uses. True for success.
  TRT_DEPRECATED_BECAUSE("use quantization layers")
  bool setCalibrationProfile(const IOptimizationProfile* profile) noexcept {
    return mImpl->setCalibrationProfile(profile);
  }

  //! What setCalibrationProfile() set.
  TRT_DEPRECATED_BECAUSE("use quantization layers")
  const IOptimizationProfile* getCalibrationProfile() noexcept { return mImpl->getCalibrationProfile(); }

  //! Replaces all quantization flags by a set of bits 1 << QuantizationFlag.
  TRT_DEPRECATED_BECAUSE("use quantization layers")
  void setQuantizationFlags(QuantizationFlags flags) noexcept { mImpl->setQuantizationFlags(flags); }

  //! What setQuantizationFlags() set.
  TRT_DEPRECATED_BECAUSE("use quantization layers") QuantizationFlags getQuantizationFlags() const noexcept {
    return mImpl->getQuantizationFlags();
  }

  //! Clears a quantization flag.
  TRT_DEPRECATED_BECAUSE("use quantization layers")
  void clearQuantizationFlag(QuantizationFlag flag) noexcept { mImpl->clearQuantizationFlag(flag); }

  //! Sets a quantization flag.
  TRT_DEPRECATED_BECAUSE("use quantization layers") void setQuantizationFlag(QuantizationFlag flag) noexcept {
    mImpl->setQuantizationFlag(flag);
  }

  //! Whether a quantization flag is set.
  TRT_DEPRECATED_BECAUSE("use quantization layers")
  bool getQuantizationFlag(QuantizationFlag flag) const noexcept { return mImpl->getQuantizationFlag(flag); }

  //! Sets where tactics may come from, as bits 1 << TacticSource. False when a bit is unknown.
  bool setTacticSources(TacticSources tacticSources) noexcept {
    return mImpl->setTacticSources(tacticSources);
  }

  //! What setTacticSources() set.
  TacticSources getTacticSources() const noexcept { return mImpl->getTacticSources(); }

  //! Makes a timing cache of the bytes that ITimingCache::serialize() gave, or an empty one when size is 0;
  //! null on error. Release with delete.
  ITimingCache* createTimingCache(const void* blob, size_t size) const noexcept {
    return mImpl->createTimingCache(blob, size);
  }

  //! Uses a cache in this and later builds; it must outlive the configuration. False when it is of another
  //! device or version, unless ignoreMismatch.
  bool setTimingCache(const ITimingCache& cache, bool ignoreMismatch) noexcept {
    return mImpl->setTimingCache(cache, ignoreMismatch);
  }

  //! The cache in use; null when setTimingCache() set none.
  const ITimingCache* getTimingCache() const noexcept { return mImpl->getTimingCache(); }

  //! Limits the use of a kind of memory, in bytes.
  void setMemoryPoolLimit(MemoryPoolType pool, size_t poolSize) noexcept {
    mImpl->setMemoryPoolLimit(pool, poolSize);
  }

  //! The limit of a kind of memory, in bytes.
  size_t getMemoryPoolLimit(MemoryPoolType pool) const noexcept { return mImpl->getMemoryPoolLimit(pool); }

  //! Turns a feature on or off.
  void setPreviewFeature(PreviewFeature feature, bool enable) noexcept {
    mImpl->setPreviewFeature(feature, enable);
  }

  //! Whether a feature is on.
  bool getPreviewFeature(PreviewFeature feature) const noexcept { return mImpl->getPreviewFeature(feature); }

  //! Sets how long the builder searches for fast tactics, from 0, not at all, to 5; 3 by default.
  void setBuilderOptimizationLevel(int32_t level) noexcept { mImpl->setBuilderOptimizationLevel(level); }

  //! What setBuilderOptimizationLevel() set; 3 by default.
  int32_t getBuilderOptimizationLevel() noexcept { return mImpl->getBuilderOptimizationLevel(); }

  //! Sets which devices the engine must run on; kNONE by default.
  void setHardwareCompatibilityLevel(HardwareCompatibilityLevel hardwareCompatibilityLevel) noexcept {
    mImpl->setHardwareCompatibilityLevel(hardwareCompatibilityLevel);
  }

  //! What setHardwareCompatibilityLevel() set; kNONE by default.
  HardwareCompatibilityLevel getHardwareCompatibilityLevel() const noexcept {
    return mImpl->getHardwareCompatibilityLevel();
  }

  //! Sets the plugin libraries that are put into the plan. Paths are copied.
  void setPluginsToSerialize(const char* const* paths, int32_t nbPaths) noexcept {
    mImpl->setPluginsToSerialize(paths, nbPaths);
  }

  //! Path `index` of the libraries that are put into the plan; null when out of range.
  const char* getPluginToSerialize(int32_t index) const noexcept {
    return mImpl->getPluginToSerialize(index);
  }

  //! Number of libraries that are put into the plan.
  int32_t getNbPluginsToSerialize() const noexcept { return mImpl->getNbPluginsToSerialize(); }

  //! Limits the number of streams that an engine may use besides the main one; -1, the default, leaves it to
  //! the builder.
  void setMaxAuxStreams(int32_t nbStreams) noexcept { mImpl->setMaxAuxStreams(nbStreams); }

  //! What setMaxAuxStreams() set; -1 by default.
  int32_t getMaxAuxStreams() const noexcept { return mImpl->getMaxAuxStreams(); }

  //! Sets who follows the build; must outlive it; null for none.
  void setProgressMonitor(IProgressMonitor* monitor) noexcept { mImpl->setProgressMonitor(monitor); }

  //! What setProgressMonitor() set.
  IProgressMonitor* getProgressMonitor() const noexcept { return mImpl->getProgressMonitor(); }

  //! Sets the platform that the engine is built for; kSAME_AS_BUILD by default.
  void setRuntimePlatform(RuntimePlatform runtimePlatform) noexcept {
    mImpl->setRuntimePlatform(runtimePlatform);
  }

  //! What setRuntimePlatform() set; kSAME_AS_BUILD by default.
  RuntimePlatform getRuntimePlatform() const noexcept { return mImpl->getRuntimePlatform(); }

  //! Limits how many tactics are measured for a region; -1, the default, leaves it to the builder.
  void setMaxNbTactics(int32_t maxNbTactics) noexcept { mImpl->setMaxNbTactics(maxNbTactics); }

  //! What setMaxNbTactics() set; -1 by default.
  int32_t getMaxNbTactics() const noexcept { return mImpl->getMaxNbTactics(); }

  //! Sets how much time is spent on tiling across layers; kNONE by default. False on error.
  bool setTilingOptimizationLevel(TilingOptimizationLevel level) noexcept {
    return mImpl->setTilingOptimizationLevel(level);
  }

  //! What setTilingOptimizationLevel() set; kNONE by default.
  TilingOptimizationLevel getTilingOptimizationLevel() const noexcept {
    return mImpl->getTilingOptimizationLevel();
  }

  //! Sets the size of the cache that tiling may count on, in bytes. False on error.
  bool setL2LimitForTiling(int64_t size) noexcept { return mImpl->setL2LimitForTiling(size); }

  //! What setL2LimitForTiling() set; -1 when nothing was.
  int64_t getL2LimitForTiling() const noexcept { return mImpl->getL2LimitForTiling(); }

  //! Says on which other machine tactics are measured; the string is copied. False when it is not understood.
  bool setRemoteAutoTuningConfig(const char* config) noexcept {
    return mImpl->setRemoteAutoTuningConfig(config);
  }

  //! What setRemoteAutoTuningConfig() set; null by default.
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
