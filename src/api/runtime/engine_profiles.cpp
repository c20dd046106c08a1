// What an engine tells about its profiles, memory and how it was built.
#include "api/convert.h"
#include "api/facts.h"
#include "api/refusals.h"
#include "api/runtime/engine.h"

namespace tenfold {
namespace {

template <typename T>
const T& select(nv::OptProfileSelector selector, const T& min, const T& opt, const T& max) {
  const T* choices[] = {&min, &opt, &max};
  return *choices[static_cast<size_t>(checkEnum(selector, "OptProfileSelector"))];
}

// A number that the builder left, as an enumerator or set of bits.
template <typename T>
T fact(const EngineState& engine, const char* name, int64_t fallback) {
  return static_cast<T>(facts::number(*engine.plan, name, fallback));
}

}  // namespace

int32_t Engine::getNbOptimizationProfiles() const noexcept {
  return static_cast<int32_t>(state_->plan->profiles.size());
}

nv::Dims Engine::getProfileShape(const char* name, int32_t profile,
                                 nv::OptProfileSelector selector) const noexcept {
  return reporter().guard(
      "getProfileShape",
      [&] {
        const ProfileInput& p = state_->profile(profile).inputs[state_->input(name).index];
        return toDims(select(selector, p.min, p.opt, p.max));
      },
      nv::Dims{-1, {}});
}

const int64_t* Engine::getProfileTensorValuesV2(const char* name, int32_t profile,
                                                nv::OptProfileSelector selector) const noexcept {
  return reporter().guard("getProfileTensorValues", [&]() -> const int64_t* {
    const ProfileInput& p = state_->profile(profile).inputs[state_->input(name).index];
    const auto& values = select(selector, p.minValues, p.optValues, p.maxValues);
    return values.empty() ? nullptr : values.data();
  });
}

const int32_t* Engine::getProfileTensorValues(const char* name, int32_t profile,
                                              nv::OptProfileSelector selector) const noexcept {
  return reporter().guard("getProfileTensorValues", [&]() -> const int32_t* {
    state_->profile(profile);
    size_t input = state_->input(name).index, inputs = state_->graph().inputs.size();
    auto which = static_cast<size_t>(checkEnum(selector, "OptProfileSelector"));
    const auto& values = shapeValues32_[(static_cast<size_t>(profile) * inputs + input) * 3 + which];
    return values.empty() ? nullptr : values.data();
  });
}

size_t Engine::getDeviceMemorySize() const noexcept { return static_cast<size_t>(getDeviceMemorySizeV2()); }

size_t Engine::getDeviceMemorySizeForProfile(int32_t profile) const noexcept {
  return static_cast<size_t>(getDeviceMemorySizeForProfileV2(profile));
}

int64_t Engine::getDeviceMemorySizeV2() const noexcept {
  return reporter().guard("getDeviceMemorySize", [&] { return state_->maxContextBytes(); });
}

int32_t Engine::getNbAuxStreams() const noexcept {
  return reporter().guard("getNbAuxStreams", [&] { return state_->auxStreams(); });
}

int64_t Engine::getDeviceMemorySizeForProfileV2(int32_t profile) const noexcept {
  return reporter().guard("getDeviceMemorySizeForProfile", [&] { return state_->contextBytes(profile); });
}

bool Engine::isRefittable() const noexcept {
  return reporter().guard("isRefittable", [&] { return fact<bool>(*state_, facts::kRefittable, 0); });
}

nv::EngineCapability Engine::getEngineCapability() const noexcept {
  return reporter().guard("getEngineCapability",
                          [&] { return fact<nv::EngineCapability>(*state_, facts::kCapability, 0); });
}

nv::TacticSources Engine::getTacticSources() const noexcept {
  return reporter().guard("getTacticSources",
                          [&] { return fact<nv::TacticSources>(*state_, facts::kTacticSources, 0); });
}

nv::ProfilingVerbosity Engine::getProfilingVerbosity() const noexcept {
  return reporter().guard("getProfilingVerbosity", [&] {
    return fact<nv::ProfilingVerbosity>(*state_, facts::kProfilingVerbosity, 0);
  });
}

nv::HardwareCompatibilityLevel Engine::getHardwareCompatibilityLevel() const noexcept {
  return reporter().guard("getHardwareCompatibilityLevel", [&] {
    return fact<nv::HardwareCompatibilityLevel>(*state_, facts::kHardwareCompatibility, 0);
  });
}

int64_t Engine::getEngineStat(nv::EngineStat stat) const noexcept {
  return reporter().guard(
      "getEngineStat",
      [&]() -> int64_t {
        if (checkEnum(stat, "EngineStat") == nv::EngineStat::kSTRIPPED_WEIGHTS_SIZE) return 0;
        size_t bytes = 0;
        for (const Value* v : state_->graph().values())
          if (v->isConstant() && v->constant.data()) bytes += v->constant.bytes();
        auto add = [&](const CompiledKernel& kernel) {
          for (const Tensor& blob : kernel.blobs) bytes += blob.bytes();
        };
        for (const Step& step : state_->plan->steps) {
          add(step.compiled);
          for (const Variant& variant : step.variants) add(variant.compiled);
        }
        return static_cast<int64_t>(bytes);
      },
      -1);
}

bool Engine::setWeightStreamingBudget(int64_t budget) noexcept { return setWeightStreamingBudgetV2(budget); }

bool Engine::setWeightStreamingBudgetV2(int64_t) noexcept {
  return reporter().guard("setWeightStreamingBudget", []() -> bool { refuse(Refusal::kWeightStreaming); });
}

}  // namespace tenfold
