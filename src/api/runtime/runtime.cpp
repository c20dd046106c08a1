#include "api/runtime/runtime.h"

#include <algorithm>
#include <cstring>

#include "api/library.h"
#include "api/refusals.h"
#include "api/runtime/engine.h"
#include "plan/format/file.h"
#include "plan/format/header.h"
#include "plugin/creation.h"

namespace tenfold {
namespace {

nv::ICudaEngine* load(std::unique_ptr<Plan> plan, std::shared_ptr<const Reporter> reporter,
                      nv::IGpuAllocator* allocator, nv::IPluginRegistry& plugins) {
  PluginRegistryScope scope(plugins);
  return new Engine(std::make_shared<EngineState>(std::move(plan), std::move(reporter), allocator));
}

// A whole plan from a reader: `read(to, bytes)` gives how many it wrote. The header tells how long it is, so
// that nothing behind the plan is consumed.
template <typename Read>
std::vector<uint8_t> readAll(Read read) {
  constexpr size_t kStep = size_t{64} << 20;  // memory is taken as bytes come: the length may be a lie
  std::vector<uint8_t> bytes(sizeof(PlanHeader));
  auto fill = [&](size_t from) {
    while (from < bytes.size()) {
      int64_t got = read(bytes.data() + from, static_cast<int64_t>(bytes.size() - from));
      if (got <= 0 || static_cast<size_t>(got) > bytes.size() - from)
        fail(ErrorKind::kInvalidPlan, "the stream ended after {} bytes of the plan", from);
      from += static_cast<size_t>(got);
    }
  };
  fill(0);
  PlanHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.magic, kPlanMagic, sizeof kPlanMagic) != 0)
    fail(ErrorKind::kInvalidPlan, "the stream holds no plan of Tenfold");
  while (bytes.size() < header.fileBytes) {
    size_t have = bytes.size();
    bytes.resize(have + std::min<size_t>(kStep, header.fileBytes - have));
    fill(have);
  }
  return bytes;
}

}  // namespace

nv::ICudaEngine* Runtime::deserializeCudaEngine(const void* blob, size_t size) noexcept {
  return reporter_->guard("deserializeCudaEngine", [&] {
    require(blob != nullptr, "the plan must not be null");
    return load(readPlanCopy({static_cast<const uint8_t*>(blob), size}), reporter_, allocator_, registry_);
  });
}

nv::ICudaEngine* Runtime::deserializeCudaEngine(nv::IStreamReader& reader) noexcept {
  return reporter_->guard("deserializeCudaEngine", [&] {
    auto bytes = readAll([&](void* to, int64_t count) { return reader.read(to, count); });
    return load(readPlanCopy(bytes), reporter_, allocator_, registry_);
  });
}

nv::ICudaEngine* Runtime::deserializeCudaEngineV2(nv::IStreamReaderV2& reader) noexcept {
  return reporter_->guard("deserializeCudaEngine", [&] {
    auto bytes = readAll([&](void* to, int64_t count) { return reader.read(to, count, nullptr); });
    return load(readPlanCopy(bytes), reporter_, allocator_, registry_);
  });
}

void Runtime::setDLACore(int32_t core) noexcept {
  reporter_->guard("setDLACore", [&] { require(core < 0, "there is no DLA core {}", core); });
}

bool Runtime::setMaxThreads(int32_t threads) noexcept {
  return reporter_->guard("setMaxThreads", [&] {
    require(threads >= 1, "at least 1 thread is needed, found {}", threads);
    maxThreads_ = threads;
    return true;
  });
}

const char* Runtime::getTemporaryDirectory() const noexcept {
  return temporaryDirectory_.empty() ? nullptr : temporaryDirectory_.c_str();
}

nv::IRuntime* Runtime::loadRuntime(const char*) noexcept {
  return reporter_->guard("loadRuntime", []() -> nv::IRuntime* { refuse(Refusal::kOtherRuntime); });
}

}  // namespace tenfold

void* createInferRuntime_INTERNAL(void* logger, int32_t version) noexcept {
  auto* log = static_cast<nvinfer1::ILogger*>(logger);
  if (!tenfold::acceptCaller(log, version)) return nullptr;
  return tenfold::Reporter(log).guard("createInferRuntime", [&]() -> void* {
    return static_cast<nvinfer1::IRuntime*>(new tenfold::Runtime(*log));
  });
}
