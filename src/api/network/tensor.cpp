#include "api/network/tensor.h"

#include "api/convert.h"
#include "api/network/network.h"

namespace tenfold {

Dim TensorFace::ownSymbol(size_t axis) const {
  const std::string& name = dimensionNames_[axis];
  return Dim::symbol(name.empty() ? fmt::format("{}.{}", value_->name, axis) : name);
}

void TensorFace::setName(const char* name) noexcept {
  network_.reporter().guard("ITensor::setName", [&] {
    std::string text = &needed(name, "the name");
    if (isNetworkInput() && value_->shape) {
      // Dimensions without a name are called after the tensor.
      SymShape shape = *value_->shape;
      for (size_t i = 0; i < shape.size(); ++i)
        if (shape[i] == Dim::symbol(fmt::format("{}.{}", value_->name, i)))
          shape[i] = Dim::symbol(fmt::format("{}.{}", text, i));
      value_->shape = shape;
      network_.updateReaders(value_);
    }
    value_->name = text;
  });
}

void TensorFace::setDimensions(const nv::Dims& dimensions) noexcept {
  network_.reporter().guard("ITensor::setDimensions", [&] {
    require(isNetworkInput(), "tensor '{}' is no network input: its dimensions follow from its layer",
            value_->name);
    std::vector<int64_t> wanted = toInts(dimensions);
    const std::optional<SymShape> former = value_->shape;
    SymShape shape;
    for (size_t i = 0; i < wanted.size(); ++i) {
      require(wanted[i] >= -1, "dimension {} of '{}' is {}; expected -1 (dynamic) or more", i, value_->name,
              wanted[i]);
      bool keeps = former && former->size() == wanted.size() && !(*former)[i].isConstant();
      shape.push_back(wanted[i] >= 0 ? Dim(wanted[i]) : keeps ? (*former)[i] : ownSymbol(i));
    }
    value_->shape = shape;
    network_.updateReaders(value_);
  });
}

nv::Dims TensorFace::getDimensions() const noexcept {
  return network_.reporter().guard(
      "ITensor::getDimensions",
      [&] {
        if (value_->shape) return toDims(*value_->shape);
        std::string reason = network_.complaint(value_);
        require(reason.empty(), "the dimensions of '{}' are not known: {}", value_->name, reason);
        return unknownDims();
      },
      unknownDims());
}

void TensorFace::setType(nv::DataType type) noexcept {
  network_.reporter().guard("ITensor::setType", [&] {
    DataType wanted = coreType(type);
    bool isInput = isNetworkInput();
    require(isInput || isNetworkOutput(),
            "tensor '{}' is neither input nor output: its type follows from its layer", value_->name);
    require(isInput || !network_.getFlag(nv::NetworkDefinitionCreationFlag::kSTRONGLY_TYPED),
            "in a strongly typed network the type of '{}' follows from its layer", value_->name);
    // Layers that are there already go on in the type that they were made for.
    bool converts = isInput && !value_->uses.empty() && isFloat(wanted) && isFloat(value_->dtype) &&
                    !network_.getFlag(nv::NetworkDefinitionCreationFlag::kSTRONGLY_TYPED);
    if (!isInput || converts) return wantType(wanted);
    wantType(DataType::kUndefined);
    value_->dtype = wanted;
    network_.updateReaders(value_);
  });
}

nv::DataType TensorFace::getType() const noexcept {
  return network_.reporter().guard(
      "ITensor::getType",
      [&] {
        if (wantedType_ != DataType::kUndefined) return apiType(wantedType_);
        std::string reason = value_->dtype == DataType::kUndefined ? network_.complaint(value_) : "";
        require(value_->dtype != DataType::kUndefined, "the type of '{}' is not known{}{}", value_->name,
                reason.empty() ? "" : ": ", reason);
        return apiType(value_->dtype);
      },
      nv::DataType::kFLOAT);
}

bool TensorFace::setDynamicRange(float min, float max) noexcept {
  return network_.reporter().guard("ITensor::setDynamicRange", [&] {
    require(min <= max, "the range from {} to {} is empty", min, max);
    rangeMin_ = min;
    rangeMax_ = max;
    return true;
  });
}

bool TensorFace::isNetworkInput() const noexcept {
  const Graph& graph = network_.graph();
  for (const Value* v : graph.inputs)
    if (v == value_) return true;
  return false;
}
bool TensorFace::isNetworkOutput() const noexcept { return network_.graph().isOutput(value_); }

nv::TensorLocation TensorFace::getLocation() const noexcept {
  return network_.reporter().guard("ITensor::getLocation", [&] {
    bool isShape = isNetworkOutput() ? network_.isShapeOutput(value_)
                                     : isNetworkInput() && network_.isShapeTensor(value_);
    return isShape ? nv::TensorLocation::kHOST : location_;
  });
}

void TensorFace::setLocation(nv::TensorLocation location) noexcept {
  network_.reporter().guard("ITensor::setLocation", [&] { location_ = checkEnum(location, "location"); });
}

bool TensorFace::isShapeTensor() const noexcept {
  return network_.reporter().guard("ITensor::isShapeTensor", [&] { return network_.isShapeTensor(value_); });
}

bool TensorFace::isExecutionTensor() const noexcept {
  return network_.reporter().guard("ITensor::isExecutionTensor", [&] {
    return !network_.isShapeTensor(value_) || (isNetworkOutput() && !network_.isShapeOutput(value_));
  });
}

void TensorFace::setDimensionName(int32_t index, const char* name) noexcept {
  network_.reporter().guard("ITensor::setDimensionName", [&] {
    std::string text = &needed(name, "the name");
    require(isNetworkInput() && value_->shape, "tensor '{}' is no network input", value_->name);
    size_t axis = checkIndex(index, dimensionNames_.size(), "dimension");
    dimensionNames_[axis] = text;
    if (axis >= value_->shape->size() || (*value_->shape)[axis].isConstant()) return;
    (*value_->shape)[axis] = ownSymbol(axis);
    network_.updateReaders(value_);
  });
}

const char* TensorFace::getDimensionName(int32_t index) const noexcept {
  return network_.reporter().guard("ITensor::getDimensionName", [&]() -> const char* {
    size_t axis = checkIndex(index, dimensionNames_.size(), "dimension");
    if (!dimensionNames_[axis].empty()) return dimensionNames_[axis].c_str();
    // A name that came with an ONNX model is the symbol itself.
    if (!isNetworkInput() || !value_->shape || axis >= value_->shape->size()) return nullptr;
    const Dim& d = (*value_->shape)[axis];
    bool hasName = d.isSymbol() && !(d == Dim::symbol(fmt::format("{}.{}", value_->name, axis)));
    return hasName ? d.key().c_str() : nullptr;
  });
}

}  // namespace tenfold
