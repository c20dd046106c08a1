#include "api/builder/builder.h"

#include "api/build_network.h"
#include "api/library.h"
#include "api/network/network.h"
#include "api/serialize.h"
#include "plugin/registry.h"
#include "targets/target.h"
#include "tenfold/error_budget.h"

namespace tenfold {
namespace {

Network& ours(nv::INetworkDefinition& network) {
  auto* face = dynamic_cast<Network*>(&network);
  require(face != nullptr, "the network was not made by this library's builder");
  return *face;
}

BuilderConfigFace& ours(nv::IBuilderConfig& config) {
  auto* face = dynamic_cast<BuilderConfigFace*>(&config);
  require(face != nullptr, "the configuration was not made by this library's builder");
  return *face;
}

bool isOnGpu() { return target().name() == "cuda"; }

}  // namespace

BuilderFace::BuilderFace(nv::ILogger& logger)
    : reporter_(std::make_shared<Reporter>(&logger)), ownConfig_(reporter_) {
  mImpl = this;
}

bool BuilderFace::platformHasFastFp16() const noexcept {
  return reporter_->guard("platformHasFastFp16", [] { return isOnGpu(); });
}
bool BuilderFace::platformHasTf32() const noexcept {
  return reporter_->guard("platformHasTf32", [] { return isOnGpu(); });
}
bool BuilderFace::platformHasFastInt8() const noexcept {
  return reporter_->guard("platformHasFastInt8",
                          [] { return isOnGpu() || __builtin_cpu_supports("avx512vnni") != 0; });
}

nv::IBuilderConfig* BuilderFace::createBuilderConfig() noexcept {
  return reporter_->guard("createBuilderConfig",
                          [&]() -> nv::IBuilderConfig* { return new BuilderConfigFace(reporter_); });
}

nv::INetworkDefinition* BuilderFace::createNetworkV2(nv::NetworkDefinitionCreationFlags flags) noexcept {
  return reporter_->guard("createNetworkV2", [&]() -> nv::INetworkDefinition* {
    require(flags >> static_cast<uint32_t>(nv::EnumMax<nv::NetworkDefinitionCreationFlag>()) == 0,
            "the flags {:#x} have bits that stand for nothing", flags);
    return new Network(*this, reporter_, flags);
  });
}

nv::IOptimizationProfile* BuilderFace::createOptimizationProfile() noexcept {
  return reporter_->guard("createOptimizationProfile", [&]() -> nv::IOptimizationProfile* {
    profiles_.push_back(std::make_unique<ProfileFace>(reporter_));
    return profiles_.back().get();
  });
}

void BuilderFace::reset() noexcept {
  ownConfig_.reset();
  allocator_ = nullptr;
  threads_ = 1;
}

bool BuilderFace::setMaxThreads(int32_t threads) noexcept {
  return reporter_->guard("setMaxThreads", [&] {
    require(threads >= 1, "the number of threads is {}, expected 1 or more", threads);
    threads_ = threads;
    return true;
  });
}

nv::IPluginRegistry& BuilderFace::getPluginRegistry() noexcept { return processPluginRegistry(); }

std::unique_ptr<Plan> BuilderFace::build(nv::INetworkDefinition& network, nv::IBuilderConfig& config) const {
  return buildFromNetwork(ours(network), ours(config).state(), target(), *reporter_);
}

bool BuilderFace::isNetworkSupported(const nv::INetworkDefinition& network,
                                     const nv::IBuilderConfig& config) const noexcept {
  return reporter_->guard("isNetworkSupported", [&] {
    checkNetwork(ours(const_cast<nv::INetworkDefinition&>(network)),
                 ours(const_cast<nv::IBuilderConfig&>(config)).state());
    return true;
  });
}

nv::IHostMemory* BuilderFace::buildSerializedNetwork(nv::INetworkDefinition& network,
                                                     nv::IBuilderConfig& config) noexcept {
  return reporter_->guard("buildSerializedNetwork", [&] { return serializePlan(*build(network, config)); });
}

nv::ICudaEngine* BuilderFace::buildEngineWithConfig(nv::INetworkDefinition& network,
                                                    nv::IBuilderConfig& config) noexcept {
  return reporter_->guard("buildEngineWithConfig",
                          [&] { return makeEngine(build(network, config), *reporter_->logger()); });
}

bool BuilderFace::buildSerializedNetworkToStream(nv::INetworkDefinition& network, nv::IBuilderConfig& config,
                                                 nv::IStreamWriter& writer) noexcept {
  return reporter_->guard("buildSerializedNetworkToStream", [&] {
    std::unique_ptr<nv::IHostMemory> memory(serializePlan(*build(network, config)));
    const auto* bytes = static_cast<const char*>(memory->data());
    for (int64_t left = static_cast<int64_t>(memory->size()); left > 0;) {
      int64_t written = writer.write(bytes, left);
      require(written > 0, "the writer took {} of {} bytes", written, left);
      bytes += written;
      left -= written;
    }
    return true;
  });
}

nv::IHostMemory* BuilderFace::buildSerializedNetworkWithKernelText(nv::INetworkDefinition& network,
                                                                   nv::IBuilderConfig& config,
                                                                   nv::IHostMemory*& kernelText) noexcept {
  // No target writes its kernels as text yet: there is none to give.
  kernelText = nullptr;
  return buildSerializedNetwork(network, config);
}

}  // namespace tenfold

extern "C" void* createInferBuilder_INTERNAL(void* logger, int32_t version) noexcept {
  auto* log = static_cast<nvinfer1::ILogger*>(logger);
  if (!tenfold::acceptCaller(log, version)) return nullptr;
  return tenfold::Reporter(log).guard("createInferBuilder", [&]() -> void* {
    return static_cast<nvinfer1::IBuilder*>(new tenfold::BuilderFace(*log));
  });
}

extern "C" bool tenfoldSetErrorBudget(nvinfer1::IBuilderConfig* config, double budget) noexcept {
  using namespace tenfold;
  auto* face = dynamic_cast<BuilderConfigFace*>(config);
  return face && face->setErrorBudget(budget);
}

extern "C" bool tenfoldSetErrorBudgetInput(nvinfer1::IBuilderConfig* config, const char* name,
                                           const void* data, int64_t bytes) noexcept {
  using namespace tenfold;
  auto* face = dynamic_cast<BuilderConfigFace*>(config);
  return face && face->setErrorBudgetInput(name, data, bytes);
}

extern "C" nvinfer1::IBuilderConfig* tenfoldGetBuilderConfig(nvinfer1::IBuilder* builder) noexcept {
  return static_cast<tenfold::BuilderFace*>(builder)->ownConfig();
}
