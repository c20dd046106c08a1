// What an engine tells about its inputs and outputs.
#include <algorithm>

#include "api/convert.h"
#include "api/runtime/engine.h"

namespace tenfold {
namespace {

// A tensor's layout is the same for every profile.
nv::TensorFormat formatOf(const Value& v) {
  if (v.layout == Layout::kPlain) return nv::TensorFormat::kLINEAR;
  return v.rank() == 5 ? nv::TensorFormat::kDHWC : nv::TensorFormat::kHWC;
}

const char* describe(nv::TensorFormat format) {
  switch (format) {
    case nv::TensorFormat::kHWC:
      return "Channels last, not packed (kHWC)";
    case nv::TensorFormat::kDHWC:
      return "Channels last with depth, not packed (kDHWC)";
    default:
      return "Row major, linear (kLINEAR)";
  }
}

}  // namespace

const char* Engine::getIOTensorName(int32_t index) const noexcept {
  return reporter().guard("getIOTensorName",
                          [&] { return names_[checkIndex(index, names_.size(), "tensor")].c_str(); });
}

nv::Dims Engine::getTensorShape(const char* name) const noexcept {
  return reporter().guard(
      "getTensorShape",
      [&] {
        const Value& v = *state_->tensor(name).value;
        return v.shape ? toDims(*v.shape) : unknownDims();
      },
      nv::Dims{-1, {}});
}

nv::DataType Engine::getTensorDataType(const char* name) const noexcept {
  return reporter().guard(
      "getTensorDataType", [&] { return apiType(state_->tensor(name).value->dtype); }, nv::DataType::kFLOAT);
}

nv::TensorLocation Engine::getTensorLocation(const char* name) const noexcept {
  return reporter().guard(
      "getTensorLocation",
      [&] { return state_->tensor(name).isShape ? nv::TensorLocation::kHOST : nv::TensorLocation::kDEVICE; },
      nv::TensorLocation::kDEVICE);
}

bool Engine::isShapeInferenceIO(const char* name) const noexcept {
  return reporter().guard("isShapeInferenceIO", [&] { return state_->tensor(name).isShape; });
}

// A name that is neither is an answer here, not an error.
nv::TensorIOMode Engine::getTensorIOMode(const char* name) const noexcept {
  if (name)
    for (const IoTensor& t : state_->tensors)
      if (t.value->name == name) return t.isInput ? nv::TensorIOMode::kINPUT : nv::TensorIOMode::kOUTPUT;
  return nv::TensorIOMode::kNONE;
}

const char* Engine::getAliasedInputTensor(const char* name) const noexcept {
  return reporter().guard("getAliasedInputTensor", [&]() -> const char* {
    state_->tensor(name);
    return nullptr;
  });
}

int32_t Engine::getTensorBytesPerComponent(const char* name) const noexcept {
  return getTensorBytesPerComponentV2(name, 0);
}
int32_t Engine::getTensorComponentsPerElement(const char* name) const noexcept {
  return getTensorComponentsPerElementV2(name, 0);
}
nv::TensorFormat Engine::getTensorFormat(const char* name) const noexcept {
  return getTensorFormatV2(name, 0);
}
const char* Engine::getTensorFormatDesc(const char* name) const noexcept {
  return getTensorFormatDescV2(name, 0);
}
int32_t Engine::getTensorVectorizedDim(const char* name) const noexcept {
  return getTensorVectorizedDimV2(name, 0);
}

// No format packs components.
int32_t Engine::getTensorBytesPerComponentV2(const char* name, int32_t profile) const noexcept {
  return reporter().guard(
      "getTensorBytesPerComponent", [&] { return state_->tensor(name), state_->profile(profile), -1; }, -1);
}
int32_t Engine::getTensorComponentsPerElementV2(const char* name, int32_t profile) const noexcept {
  return reporter().guard(
      "getTensorComponentsPerElement", [&] { return state_->tensor(name), state_->profile(profile), -1; },
      -1);
}
int32_t Engine::getTensorVectorizedDimV2(const char* name, int32_t profile) const noexcept {
  return reporter().guard(
      "getTensorVectorizedDim", [&] { return state_->tensor(name), state_->profile(profile), -1; }, -1);
}

nv::TensorFormat Engine::getTensorFormatV2(const char* name, int32_t profile) const noexcept {
  return reporter().guard(
      "getTensorFormat", [&] { return state_->profile(profile), formatOf(*state_->tensor(name).value); },
      nv::TensorFormat::kLINEAR);
}

const char* Engine::getTensorFormatDescV2(const char* name, int32_t profile) const noexcept {
  return reporter().guard(
      "getTensorFormatDesc",
      [&] { return state_->profile(profile), describe(formatOf(*state_->tensor(name).value)); }, "");
}

bool Engine::isDebugTensor(const char* name) const noexcept {
  return reporter().guard("isDebugTensor", [&] {
    needed(name, "the name of a tensor");
    return std::find(state_->debugTensors.begin(), state_->debugTensors.end(), name) !=
           state_->debugTensors.end();
  });
}

}  // namespace tenfold
