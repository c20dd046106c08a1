#include "api/network/layer.h"

#include "graph/ops/op_def.h"

namespace tenfold {

void LayerFace::setName(const char* name) noexcept {
  reporter().guard("ILayer::setName", [&] {
    std::string text = &needed(name, "the name");
    (node_ ? node_->name : name_) = text;
  });
}

int32_t LayerFace::getNbInputs() const noexcept { return static_cast<int32_t>(inputCount()); }

size_t LayerFace::mostInputs() const {
  if (!node_) return 0;
  int most = node_->op->maxInputs;
  return most < 0 ? std::max<size_t>(node_->inputs.size(), 1) : static_cast<size_t>(most);
}

nv::ITensor* LayerFace::getInput(int32_t index) const noexcept {
  return reporter().guard("ILayer::getInput", [&]() -> nv::ITensor* {
    size_t i = checkIndex(index, std::max(inputCount(), mostInputs()), "input");
    return node_ ? network_.faceOf(node_->input(slot(i))) : nullptr;
  });
}

std::vector<Value*> LayerFace::outputs() const { return node_ ? node_->outputs : std::vector<Value*>{}; }

int32_t LayerFace::getNbOutputs() const noexcept {
  return reporter().guard("ILayer::getNbOutputs", [&] { return static_cast<int32_t>(outputs().size()); });
}

nv::ITensor* LayerFace::getOutput(int32_t index) const noexcept {
  return reporter().guard("ILayer::getOutput", [&]() -> nv::ITensor* {
    std::vector<Value*> all = outputs();
    return network_.faceOf(all[checkIndex(index, all.size(), "output")]);
  });
}

void LayerFace::setInput(int32_t index, nv::ITensor& tensor) noexcept {
  reporter().guard("ILayer::setInput", [&] {
    Value* value = network_.valueOf(tensor);
    require(node_ != nullptr, "layer '{}' has no inputs", getName());
    size_t at = slot(checkIndex(index, std::max(inputCount(), mostInputs()), "input"));
    Value* former = node_->input(at);
    network_.graph().setInput(node_, at, value);
    try {
      inputChanged(at);
      network_.update(node_);
    } catch (...) {
      // A layer that would read its own result stays as it was.
      network_.graph().setInput(node_, at, former);
      throw;
    }
  });
}

void LayerFace::setPrecision(nv::DataType type) noexcept {
  reporter().guard("ILayer::setPrecision", [&] { precision_ = coreType(type); });
}

nv::DataType LayerFace::getPrecision() const noexcept {
  return reporter().guard(
      "ILayer::getPrecision", [&] { return precisionIsSet() ? apiType(precision_) : nv::DataType::kFLOAT; },
      nv::DataType::kFLOAT);
}

void LayerFace::setOutputType(int32_t index, nv::DataType type) noexcept {
  reporter().guard("ILayer::setOutputType", [&] {
    std::vector<Value*> all = outputs();
    TensorFace* face = network_.faceOf(all[checkIndex(index, all.size(), "output")]);
    require(face != nullptr, "output {} is not used", index);
    face->wantType(coreType(type));
  });
}

nv::DataType LayerFace::getOutputType(int32_t index) const noexcept {
  nv::ITensor* tensor = getOutput(index);
  return tensor ? tensor->getType() : nv::DataType::kFLOAT;
}

bool LayerFace::outputTypeIsSet(int32_t index) const noexcept {
  auto* face = dynamic_cast<TensorFace*>(getOutput(index));
  return face && face->wantedType() != DataType::kUndefined;
}

void LayerFace::resetOutputType(int32_t index) noexcept {
  if (auto* face = dynamic_cast<TensorFace*>(getOutput(index))) face->wantType(DataType::kUndefined);
}

void LayerFace::setMetadata(const char* text) noexcept {
  reporter().guard("ILayer::setMetadata", [&] { metadata_ = &needed(text, "the metadata"); });
}

bool LayerFace::setNbRanks(int32_t ranks) noexcept {
  return reporter().guard("ILayer::setNbRanks", [&] {
    require(ranks >= 1, "the number of ranks is {}, expected 1 or more", ranks);
    ranks_ = ranks;
    return true;
  });
}

size_t LayerFace::textAttr(const char* name, std::span<const char* const> names,
                           size_t fallback) const noexcept {
  return reporter().guard(
      name,
      [&] {
        std::string text = attrs().text(name, "");
        for (size_t i = 0; i < names.size(); ++i)
          if (text == names[i]) return i;
        return fallback;
      },
      fallback);
}

nv::Dims LayerFace::dimsAttr(const char* name) const noexcept {
  return reporter().guard(
      name, [&] { return attrs().has(name) ? toDims(attrs().integers(name)) : unknownDims(); },
      unknownDims());
}

std::vector<int64_t> LayerFace::knownInts(size_t at) const {
  const Value* v = node_->input(at);
  if (!v) return {};
  if (v->isConstant()) return v->constant.ints();
  std::vector<int64_t> values;
  if (v->contents)
    for (const Dim& d : *v->contents) values.push_back(d.tryConstant().value_or(-1));
  return values;
}

void LayerFace::setConstantInput(size_t at, const std::vector<int64_t>& values) {
  network_.graph().setInput(node_, at, network_.ints(values));
}

void LayerFace::setOp(std::string_view op) { node_->op = &opDef(op); }

void requireIndexType(nv::DataType type) {
  require(type == nv::DataType::kINT32 || type == nv::DataType::kINT64,
          "indices of data type {} are not possible; kINT32 and kINT64 are", static_cast<int>(type));
}

nv::Weights weightsOf(const Value* value) {
  if (!value || !value->isConstant()) return {nv::DataType::kFLOAT, nullptr, 0};
  return {toApi(value->dtype).value_or(nv::DataType::kFLOAT), value->constant.data(),
          value->constant.numel()};
}

std::vector<int64_t> axesOfMask(uint32_t mask) {
  std::vector<int64_t> axes;
  for (int64_t i = 0; i < 32; ++i)
    if ((mask >> i) & 1u) axes.push_back(i);
  return axes;
}

uint32_t maskOfAxes(const std::vector<int64_t>& axes, int rank) {
  uint32_t mask = 0;
  for (int64_t a : axes)
    mask |= 1u << static_cast<uint32_t>(rank > 0 ? normalizeAxis(a, rank) : std::max<int64_t>(a, 0));
  return mask;
}

int64_t axisOfMask(uint32_t mask) {
  std::vector<int64_t> axes = axesOfMask(mask);
  require(axes.size() == 1, "the axes are {:#x}; exactly one bit 1 << axis is expected", mask);
  return axes[0];
}

}  // namespace tenfold
