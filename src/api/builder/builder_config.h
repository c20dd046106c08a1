// IBuilderConfig: keeps what the program sets; build_network.cpp reads it.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "NvInfer.h"
#include "api/builder/profile.h"
#include "api/builder/timing_cache.h"

namespace tenfold {

namespace nv = nvinfer1;

// The settings with their default values.
struct BuilderConfigState {
  uint32_t flags = 1u << static_cast<uint32_t>(nv::BuilderFlag::kTF32);
  uint32_t quantizationFlags = 0;
  // The first three sources are libraries of NVIDIA's that programs switch off; the default leaves them out.
  uint32_t tacticSources = (1u << static_cast<uint32_t>(nv::TacticSource::kEDGE_MASK_CONVOLUTIONS)) |
                           (1u << static_cast<uint32_t>(nv::TacticSource::kJIT_CONVOLUTIONS));
  bool hasTacticSources = false;  // the program set them
  uint32_t previewFeatures = 0;
  double errorBudget = 0;                                         // 0: none
  std::map<std::string, std::vector<uint8_t>> errorBudgetInputs;  // samples by input
  int32_t avgTimingIterations = 1, optimizationLevel = 3, maxAuxStreams = -1, maxTactics = -1, dlaCore = -1;
  int64_t l2LimitForTiling = 0;
  nv::EngineCapability capability = nv::EngineCapability::kSTANDARD;
  nv::ProfilingVerbosity verbosity = nv::ProfilingVerbosity::kLAYER_NAMES_ONLY;
  nv::HardwareCompatibilityLevel hardwareCompatibility = nv::HardwareCompatibilityLevel::kNONE;
  nv::RuntimePlatform platform = nv::RuntimePlatform::kSAME_AS_BUILD;
  nv::TilingOptimizationLevel tilingLevel = nv::TilingOptimizationLevel::kNONE;
  nv::DeviceType defaultDevice = nv::DeviceType::kGPU;
  std::map<const nv::ILayer*, nv::DeviceType> devices;
  nv::IInt8Calibrator* calibrator = nullptr;
  nv::IAlgorithmSelector* algorithmSelector = nullptr;
  nv::IProgressMonitor* monitor = nullptr;
  cudaStream_t stream = nullptr;
  std::vector<const ProfileFace*> profiles;
  const nv::IOptimizationProfile* calibrationProfile = nullptr;
  std::shared_ptr<TimingCache> timingCache;
  const nv::ITimingCache* timingCacheFace = nullptr;  // the program's own object
  std::map<nv::MemoryPoolType, size_t> pools;
  std::vector<std::string> plugins;
  std::string remoteTuning;
  bool hasRemoteTuning = false;

  bool flag(nv::BuilderFlag f) const { return (flags >> static_cast<uint32_t>(f)) & 1u; }
};

class BuilderConfigFace final : public nv::IBuilderConfig, public nv::apiv::VBuilderConfig {
 public:
  explicit BuilderConfigFace(const std::shared_ptr<const Reporter>& maker) : maker_(maker), reporter_(maker) {
    mImpl = this;
  }
  BuilderConfigState& state() { return state_; }
  // tenfold/error_budget.h.
  bool setErrorBudget(double budget) noexcept;
  bool setErrorBudgetInput(const char* name, const void* data, int64_t bytes) noexcept;
  Reporter& reporter() const { return reporter_; }

  void setAvgTimingIterations(int32_t n) noexcept override;
  int32_t getAvgTimingIterations() const noexcept override { return state_.avgTimingIterations; }
  void setEngineCapability(nv::EngineCapability capability) noexcept override;
  nv::EngineCapability getEngineCapability() const noexcept override { return state_.capability; }
  void setInt8Calibrator(nv::IInt8Calibrator* calibrator) noexcept override {
    state_.calibrator = calibrator;
  }
  nv::IInt8Calibrator* getInt8Calibrator() const noexcept override { return state_.calibrator; }
  void setFlags(nv::BuilderFlags flags) noexcept override { state_.flags = flags; }
  nv::BuilderFlags getFlags() const noexcept override { return state_.flags; }
  void clearFlag(nv::BuilderFlag flag) noexcept override;
  void setFlag(nv::BuilderFlag flag) noexcept override;
  bool getFlag(nv::BuilderFlag flag) const noexcept override;
  void setDeviceType(const nv::ILayer* layer, nv::DeviceType type) noexcept override;
  nv::DeviceType getDeviceType(const nv::ILayer* layer) const noexcept override;
  bool isDeviceTypeSet(const nv::ILayer* layer) const noexcept override {
    return state_.devices.count(layer) != 0;
  }
  void resetDeviceType(const nv::ILayer* layer) noexcept override { state_.devices.erase(layer); }
  // There are no DLA cores.
  bool canRunOnDLA(const nv::ILayer*) const noexcept override { return false; }
  void setDLACore(int32_t core) noexcept override { state_.dlaCore = core; }
  int32_t getDLACore() const noexcept override { return state_.dlaCore; }
  void setDefaultDeviceType(nv::DeviceType type) noexcept override;
  nv::DeviceType getDefaultDeviceType() const noexcept override { return state_.defaultDevice; }
  void reset() noexcept override { state_ = {}; }
  void setProfileStream(const cudaStream_t stream) noexcept override { state_.stream = stream; }
  cudaStream_t getProfileStream() const noexcept override { return state_.stream; }
  int32_t addOptimizationProfile(const nv::IOptimizationProfile* profile) noexcept override;
  int32_t getNbOptimizationProfiles() const noexcept override {
    return static_cast<int32_t>(state_.profiles.size());
  }
  void setProfilingVerbosity(nv::ProfilingVerbosity verbosity) noexcept override;
  nv::ProfilingVerbosity getProfilingVerbosity() const noexcept override { return state_.verbosity; }
  void setAlgorithmSelector(nv::IAlgorithmSelector* selector) noexcept override {
    state_.algorithmSelector = selector;
  }
  nv::IAlgorithmSelector* getAlgorithmSelector() const noexcept override { return state_.algorithmSelector; }
  bool setCalibrationProfile(const nv::IOptimizationProfile* profile) noexcept override;
  const nv::IOptimizationProfile* getCalibrationProfile() noexcept override {
    return state_.calibrationProfile;
  }
  void setQuantizationFlags(nv::QuantizationFlags flags) noexcept override {
    state_.quantizationFlags = flags;
  }
  nv::QuantizationFlags getQuantizationFlags() const noexcept override { return state_.quantizationFlags; }
  void clearQuantizationFlag(nv::QuantizationFlag flag) noexcept override;
  void setQuantizationFlag(nv::QuantizationFlag flag) noexcept override;
  bool getQuantizationFlag(nv::QuantizationFlag flag) const noexcept override;
  bool setTacticSources(nv::TacticSources sources) noexcept override;
  nv::TacticSources getTacticSources() const noexcept override { return state_.tacticSources; }
  nv::ITimingCache* createTimingCache(const void* blob, size_t size) const noexcept override;
  bool setTimingCache(const nv::ITimingCache& cache, bool ignoreMismatch) noexcept override;
  const nv::ITimingCache* getTimingCache() const noexcept override;
  void setMemoryPoolLimit(nv::MemoryPoolType pool, size_t size) noexcept override;
  size_t getMemoryPoolLimit(nv::MemoryPoolType pool) const noexcept override;
  void setPreviewFeature(nv::PreviewFeature feature, bool enable) noexcept override;
  bool getPreviewFeature(nv::PreviewFeature feature) const noexcept override;
  void setBuilderOptimizationLevel(int32_t level) noexcept override;
  int32_t getBuilderOptimizationLevel() const noexcept override { return state_.optimizationLevel; }
  void setHardwareCompatibilityLevel(nv::HardwareCompatibilityLevel level) noexcept override;
  nv::HardwareCompatibilityLevel getHardwareCompatibilityLevel() const noexcept override {
    return state_.hardwareCompatibility;
  }
  void setPluginsToSerialize(const char* const* paths, int32_t count) noexcept override;
  const char* getPluginToSerialize(int32_t index) const noexcept override;
  int32_t getNbPluginsToSerialize() const noexcept override {
    return static_cast<int32_t>(state_.plugins.size());
  }
  void setMaxAuxStreams(int32_t count) noexcept override;
  int32_t getMaxAuxStreams() const noexcept override { return state_.maxAuxStreams; }
  void setProgressMonitor(nv::IProgressMonitor* monitor) noexcept override { state_.monitor = monitor; }
  nv::IProgressMonitor* getProgressMonitor() const noexcept override { return state_.monitor; }
  void setRuntimePlatform(nv::RuntimePlatform platform) noexcept override;
  nv::RuntimePlatform getRuntimePlatform() const noexcept override { return state_.platform; }
  void setMaxNbTactics(int32_t count) noexcept override;
  int32_t getMaxNbTactics() const noexcept override { return state_.maxTactics; }
  bool setTilingOptimizationLevel(nv::TilingOptimizationLevel level) noexcept override;
  nv::TilingOptimizationLevel getTilingOptimizationLevel() const noexcept override {
    return state_.tilingLevel;
  }
  bool setL2LimitForTiling(int64_t size) noexcept override;
  int64_t getL2LimitForTiling() const noexcept override { return state_.l2LimitForTiling; }
  bool setRemoteAutoTuningConfig(const char* config) noexcept override;
  const char* getRemoteAutoTuningConfig() const noexcept override {
    return state_.hasRemoteTuning ? state_.remoteTuning.c_str() : nullptr;
  }

 private:
  std::shared_ptr<const Reporter> maker_;
  mutable Reporter reporter_;
  BuilderConfigState state_;
};

}  // namespace tenfold
