#include "api/runtime/refitter.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "api/convert.h"
#include "api/library.h"
#include "api/refusals.h"

namespace tenfold {
namespace {

bool hasOnlyNumbers(const Tensor& t) {
  for (int64_t i = 0; isFloat(t.dtype()) && i < t.numel(); ++i)
    if (!std::isfinite(t.getDouble(i))) return false;
  return true;
}

}  // namespace

Refitter::Refitter(Engine& engine, nv::ILogger& logger)
    : engine_(engine), reporter_(&logger), origin_(readOrigin(*engine.state()->plan)) {
  mImpl = this;
  reporter_.setRecorder(engine.getErrorRecorder());
}

const RefittableWeights& Refitter::named(const char* name) const {
  needed(name, "the name of the weights");
  for (const RefittableWeights& w : origin_.weights)
    if (!w.name.empty() && w.name == name) return w;
  fail("the engine has no weights named '{}' that can be refitted; getAllWeights() lists {}", name,
       origin_.weights.size());
}

void Refitter::give(const RefittableWeights& which, const nv::Weights& weights, nv::TensorLocation location) {
  const Tensor& old = origin_.graph->valueById(which.value)->constant;
  const std::string& what = which.name.empty() ? which.layer : which.name;
  require(weights.values != nullptr, "the values of '{}' must not be null", what);
  require(coreType(weights.type) == old.dtype() && weights.count == old.numel(),
          "'{}' has {} elements of type {}, {} of type {} were given", what, old.numel(),
          typeName(old.dtype()), weights.count, typeName(coreType(weights.type)));
  require(location == nv::TensorLocation::kHOST || engine_.state()->target.hostAccessible() ||
              location == nv::TensorLocation::kDEVICE,
          "location {} does not exist", static_cast<int>(location));
  given_[which.value] = {weights, location};
}

bool Refitter::setNamedWeightsWithLocation(const char* name, nv::Weights weights,
                                           nv::TensorLocation location) noexcept {
  return reporter_.guard("setNamedWeights", [&] {
    give(named(name), weights, location);
    return true;
  });
}

bool Refitter::setWeights(const char* layer, nv::WeightsRole role, const nv::Weights weights) noexcept {
  return reporter_.guard("setWeights", [&] {
    needed(layer, "the name of the layer");
    for (const RefittableWeights& w : origin_.weights) {
      bool fits = w.layer == layer && (w.role == role || role == nv::WeightsRole::kANY);
      if (!fits) continue;
      give(w, weights, nv::TensorLocation::kHOST);
      return true;
    }
    fail("the engine has no layer '{}' with weights of role {} that can be refitted; getAll() lists them",
         layer, static_cast<int>(role));
  });
}

nv::Weights Refitter::getNamedWeights(const char* name) const noexcept {
  nv::Weights none{nv::DataType::kFLOAT, nullptr, 0};
  return reporter_.guard(
      "getNamedWeights",
      [&] {
        auto it = given_.find(named(name).value);
        return it == given_.end() ? none : it->second.weights;
      },
      none);
}

nv::TensorLocation Refitter::getWeightsLocation(const char* name) const noexcept {
  return reporter_.guard(
      "getWeightsLocation",
      [&] {
        auto it = given_.find(named(name).value);
        return it == given_.end() ? nv::TensorLocation::kHOST : it->second.location;
      },
      nv::TensorLocation::kHOST);
}

bool Refitter::unsetNamedWeights(const char* name) noexcept {
  return reporter_.guard("unsetNamedWeights", [&] { return given_.erase(named(name).value) != 0; });
}

nv::Weights Refitter::getWeightsPrototype(const char* name) const noexcept {
  nv::Weights none{nv::DataType::kFLOAT, nullptr, -1};
  return reporter_.guard(
      "getWeightsPrototype",
      [&] {
        const Tensor& t = origin_.graph->valueById(named(name).value)->constant;
        return nv::Weights{apiType(t.dtype()), nullptr, t.numel()};
      },
      none);
}

int32_t Refitter::getAll(int32_t size, const char** layers, nv::WeightsRole* roles) noexcept {
  int32_t count = 0;
  for (const RefittableWeights& w : origin_.weights) {
    if (w.layer.empty()) continue;
    if (count < size && layers) layers[count] = w.layer.c_str();
    if (count < size && roles) roles[count] = w.role;
    ++count;
  }
  return count;
}

int32_t Refitter::getAllWeights(int32_t size, const char** names) noexcept {
  int32_t count = 0;
  for (const RefittableWeights& w : origin_.weights) {
    if (w.name.empty()) continue;
    if (count < size && names) names[count] = w.name.c_str();
    ++count;
  }
  return count;
}

Tensor Refitter::tensorOf(int value, const Given& given) const {
  Target& target = engine_.state()->target;
  const Tensor& old = origin_.graph->valueById(value)->constant;
  Tensor fresh(old.dtype(), old.shape());
  if (given.location == nv::TensorLocation::kHOST || target.hostAccessible()) {
    std::memcpy(fresh.data(), given.weights.values, fresh.bytes());
  } else {
    target.copy(fresh.data(), given.weights.values, fresh.bytes(), nullptr);
    target.synchronize(nullptr);
  }
  require(!validation_ || hasOnlyNumbers(fresh) || !hasOnlyNumbers(old),
          "the new weights of '{}' have infinities or NaNs, which the old ones have not; "
          "setWeightsValidation(false) lets them pass",
          origin_.graph->valueById(value)->name);
  return fresh;
}

bool Refitter::refitCudaEngine() noexcept {
  return reporter_.guard("refitCudaEngine", [&] {
    std::map<int, Tensor> constants;
    for (const auto& [value, given] : given_) constants[value] = tensorOf(value, given);
    engine_.refit(rebuildPlan(*engine_.state()->plan, constants, engine_.state()->target));
    given_.clear();
    return true;
  });
}

bool Refitter::refitCudaEngineAsync(cudaStream_t stream) noexcept {
  return reporter_.guard("refitCudaEngineAsync", [&] {
    engine_.state()->target.synchronize(stream);
    return refitCudaEngine();
  });
}

bool Refitter::setDynamicRange(const char*, float, float) noexcept {
  return reporter_.guard("setDynamicRange", []() -> bool { refuse(Refusal::kTensorRange); });
}

float Refitter::getDynamicRangeMin(const char*) const noexcept {
  return std::numeric_limits<float>::quiet_NaN();
}
float Refitter::getDynamicRangeMax(const char*) const noexcept {
  return std::numeric_limits<float>::quiet_NaN();
}

bool Refitter::setMaxThreads(int32_t threads) noexcept {
  return reporter_.guard("setMaxThreads", [&] {
    require(threads >= 1, "at least 1 thread is needed, found {}", threads);
    threads_ = threads;
    return true;
  });
}

}  // namespace tenfold

void* createInferRefitter_INTERNAL(void* engine, void* logger, int32_t version) noexcept {
  using namespace tenfold;
  auto* log = static_cast<nvinfer1::ILogger*>(logger);
  if (!acceptCaller(log, version) || !engine) return nullptr;
  return Reporter(log).guard("createInferRefitter", [&]() -> void* {
    auto* ours = dynamic_cast<Engine*>(static_cast<nvinfer1::ICudaEngine*>(engine));
    require(ours != nullptr, "the engine was not made by this library");
    return static_cast<nvinfer1::IRefitter*>(new Refitter(*ours, *log));
  });
}
