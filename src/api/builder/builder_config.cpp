#include "api/builder/builder_config.h"

namespace tenfold {
namespace {

template <typename Flag>
uint32_t bit(Flag flag) {
  return 1u << static_cast<uint32_t>(checkEnum(flag, "flag"));
}

}  // namespace

// A setter whose value is an enumerator.
#define TENFOLD_ENUM_SETTER(NAME, TYPE, FIELD)                               \
  void BuilderConfigFace::NAME(nv::TYPE value) noexcept {                    \
    reporter_.guard(#NAME, [&] { state_.FIELD = checkEnum(value, #TYPE); }); \
  }
TENFOLD_ENUM_SETTER(setEngineCapability, EngineCapability, capability)
TENFOLD_ENUM_SETTER(setProfilingVerbosity, ProfilingVerbosity, verbosity)
TENFOLD_ENUM_SETTER(setHardwareCompatibilityLevel, HardwareCompatibilityLevel, hardwareCompatibility)
TENFOLD_ENUM_SETTER(setRuntimePlatform, RuntimePlatform, platform)
TENFOLD_ENUM_SETTER(setDefaultDeviceType, DeviceType, defaultDevice)
#undef TENFOLD_ENUM_SETTER

void BuilderConfigFace::setAvgTimingIterations(int32_t n) noexcept {
  reporter_.guard("setAvgTimingIterations", [&] {
    require(n >= 1, "the number of timing iterations is {}, expected 1 or more", n);
    state_.avgTimingIterations = n;
  });
}

void BuilderConfigFace::clearFlag(nv::BuilderFlag flag) noexcept {
  reporter_.guard("clearFlag", [&] { state_.flags &= ~bit(flag); });
}
void BuilderConfigFace::setFlag(nv::BuilderFlag flag) noexcept {
  reporter_.guard("setFlag", [&] { state_.flags |= bit(flag); });
}
bool BuilderConfigFace::getFlag(nv::BuilderFlag flag) const noexcept {
  return reporter_.guard("getFlag", [&] { return (state_.flags & bit(flag)) != 0; });
}

void BuilderConfigFace::clearQuantizationFlag(nv::QuantizationFlag flag) noexcept {
  reporter_.guard("clearQuantizationFlag", [&] { state_.quantizationFlags &= ~bit(flag); });
}
void BuilderConfigFace::setQuantizationFlag(nv::QuantizationFlag flag) noexcept {
  reporter_.guard("setQuantizationFlag", [&] { state_.quantizationFlags |= bit(flag); });
}
bool BuilderConfigFace::getQuantizationFlag(nv::QuantizationFlag flag) const noexcept {
  return reporter_.guard("getQuantizationFlag", [&] { return (state_.quantizationFlags & bit(flag)) != 0; });
}

void BuilderConfigFace::setPreviewFeature(nv::PreviewFeature feature, bool enable) noexcept {
  reporter_.guard("setPreviewFeature", [&] {
    state_.previewFeatures =
        enable ? state_.previewFeatures | bit(feature) : state_.previewFeatures & ~bit(feature);
  });
}
bool BuilderConfigFace::getPreviewFeature(nv::PreviewFeature feature) const noexcept {
  return reporter_.guard("getPreviewFeature", [&] { return (state_.previewFeatures & bit(feature)) != 0; });
}

void BuilderConfigFace::setDeviceType(const nv::ILayer* layer, nv::DeviceType type) noexcept {
  reporter_.guard("setDeviceType",
                  [&] { state_.devices[&needed(layer, "the layer")] = checkEnum(type, "device type"); });
}
nv::DeviceType BuilderConfigFace::getDeviceType(const nv::ILayer* layer) const noexcept {
  auto it = state_.devices.find(layer);
  return it == state_.devices.end() ? state_.defaultDevice : it->second;
}

int32_t BuilderConfigFace::addOptimizationProfile(const nv::IOptimizationProfile* profile) noexcept {
  return reporter_.guard(
      "addOptimizationProfile",
      [&] {
        const auto* face = dynamic_cast<const ProfileFace*>(&needed(profile, "the profile"));
        require(face != nullptr, "the profile was not made by this library's builder");
        require(face->isValid(),
                "the profile is not valid: for every input, minimum <= optimum <= maximum must be set");
        state_.profiles.push_back(face);
        return static_cast<int32_t>(state_.profiles.size()) - 1;
      },
      -1);
}

bool BuilderConfigFace::setCalibrationProfile(const nv::IOptimizationProfile* profile) noexcept {
  return reporter_.guard("setCalibrationProfile", [&] {
    state_.calibrationProfile = &needed(profile, "the profile");
    return true;
  });
}

bool BuilderConfigFace::setTacticSources(nv::TacticSources sources) noexcept {
  return reporter_.guard("setTacticSources", [&] {
    require(sources >> static_cast<uint32_t>(nv::EnumMax<nv::TacticSource>()) == 0,
            "the sources {:#x} have bits that stand for none", sources);
    state_.tacticSources = sources;
    state_.hasTacticSources = true;
    return true;
  });
}

nv::ITimingCache* BuilderConfigFace::createTimingCache(const void* blob, size_t size) const noexcept {
  return reporter_.guard("createTimingCache", [&]() -> nv::ITimingCache* {
    require(blob || size == 0, "the bytes must not be null where their number is {}", size);
    return new TimingCacheFace(maker_, std::make_shared<TimingCache>(TimingCache::parse(blob, size)));
  });
}

bool BuilderConfigFace::setTimingCache(const nv::ITimingCache& cache, bool) noexcept {
  return reporter_.guard("setTimingCache", [&] {
    const auto* face = dynamic_cast<const TimingCacheFace*>(&cache);
    require(face != nullptr, "the cache was not made by this library");
    // Shared: the build's measurements are in the program's cache afterwards.
    state_.timingCache = face->cache();
    state_.timingCacheFace = &cache;
    return true;
  });
}
const nv::ITimingCache* BuilderConfigFace::getTimingCache() const noexcept { return state_.timingCacheFace; }

void BuilderConfigFace::setMemoryPoolLimit(nv::MemoryPoolType pool, size_t size) noexcept {
  reporter_.guard("setMemoryPoolLimit", [&] { state_.pools[checkEnum(pool, "memory pool")] = size; });
}
size_t BuilderConfigFace::getMemoryPoolLimit(nv::MemoryPoolType pool) const noexcept {
  return reporter_.guard("getMemoryPoolLimit", [&]() -> size_t {
    auto it = state_.pools.find(checkEnum(pool, "memory pool"));
    if (it != state_.pools.end()) return it->second;
    // Without a limit a layer may take all memory; there is no DLA.
    bool isDla = pool == nv::MemoryPoolType::kDLA_MANAGED_SRAM ||
                 pool == nv::MemoryPoolType::kDLA_LOCAL_DRAM || pool == nv::MemoryPoolType::kDLA_GLOBAL_DRAM;
    return isDla ? 0 : SIZE_MAX;
  });
}

void BuilderConfigFace::setBuilderOptimizationLevel(int32_t level) noexcept {
  reporter_.guard("setBuilderOptimizationLevel", [&] {
    require(level >= 0 && level <= 5, "the optimization level is {}, expected 0 to 5", level);
    state_.optimizationLevel = level;
  });
}

void BuilderConfigFace::setPluginsToSerialize(const char* const* paths, int32_t count) noexcept {
  reporter_.guard("setPluginsToSerialize", [&] {
    require(count >= 0 && (paths || count == 0), "there must be a list of {} paths", count);
    std::vector<std::string> plugins;
    plugins.reserve(static_cast<size_t>(count));
    for (int32_t i = 0; i < count; ++i) plugins.push_back(&needed(paths[i], "a path"));
    state_.plugins = std::move(plugins);
  });
}
const char* BuilderConfigFace::getPluginToSerialize(int32_t index) const noexcept {
  return reporter_.guard("getPluginToSerialize", [&] {
    return state_.plugins[checkIndex(index, state_.plugins.size(), "plugin")].c_str();
  });
}

void BuilderConfigFace::setMaxAuxStreams(int32_t count) noexcept {
  reporter_.guard("setMaxAuxStreams", [&] {
    require(count >= -1, "the number of streams is {}, expected 0 or more, or -1", count);
    state_.maxAuxStreams = count;
  });
}

void BuilderConfigFace::setMaxNbTactics(int32_t count) noexcept {
  reporter_.guard("setMaxNbTactics", [&] {
    require(count >= -1, "the number of tactics is {}, expected 0 or more, or -1", count);
    state_.maxTactics = count;
  });
}

bool BuilderConfigFace::setTilingOptimizationLevel(nv::TilingOptimizationLevel level) noexcept {
  return reporter_.guard("setTilingOptimizationLevel", [&] {
    state_.tilingLevel = checkEnum(level, "tiling level");
    return true;
  });
}

bool BuilderConfigFace::setL2LimitForTiling(int64_t size) noexcept {
  return reporter_.guard("setL2LimitForTiling", [&] {
    require(size >= 0, "the limit is {}, expected 0 or more", size);
    state_.l2LimitForTiling = size;
    return true;
  });
}

bool BuilderConfigFace::setErrorBudget(double budget) noexcept {
  return reporter_.guard("tenfoldSetErrorBudget", [&] {
    require(budget >= 0, "the error budget is {}, expected 0 (none) or more", budget);
    state_.errorBudget = budget;
    return true;
  });
}

bool BuilderConfigFace::setErrorBudgetInput(const char* name, const void* data, int64_t bytes) noexcept {
  return reporter_.guard("tenfoldSetErrorBudgetInput", [&] {
    std::string input = &needed(name, "the name");
    require(bytes >= 0 && (data || bytes == 0), "there must be {} bytes", bytes);
    const auto* from = static_cast<const uint8_t*>(data);
    state_.errorBudgetInputs[input].assign(from, from + bytes);
    return true;
  });
}

bool BuilderConfigFace::setRemoteAutoTuningConfig(const char* config) noexcept {
  return reporter_.guard("setRemoteAutoTuningConfig", [&] {
    state_.remoteTuning = &needed(config, "the configuration");
    state_.hasRemoteTuning = true;
    return true;
  });
}

}  // namespace tenfold
