// Shapes of a context: given by the program, checked against the profile, resolved when first needed.
#include <algorithm>

#include "api/convert.h"
#include "api/runtime/bindings.h"
#include "api/runtime/execution.h"

namespace tenfold {

void Execution::resetShapes() {
  resolved_ = false;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const Value& v = *engine_->graph().inputs[i];
    inputs_[i].shape = v.shape ? constantShape(*v.shape) : std::nullopt;
    inputs_[i].values.clear();
  }
}

void Execution::setShape(const IoTensor& input, const nvinfer1::Dims& dims) {
  const ProfileInput& allowed = engine_->profile(profile_).inputs[input.index];
  require(dims.nbDims == allowed.min.rank(), "input '{}' has {} dimensions, {} were given: {}", input.name(),
          allowed.min.rank(), dims.nbDims, str(dims));
  for (int d = 0; d < dims.nbDims; ++d)
    require(allowed.min[d] <= dims.d[d] && dims.d[d] <= allowed.max[d],
            "input '{}': dimension {} of {} is {}, but profile {} allows {} to {}; build the engine with a "
            "profile that includes it",
            input.name(), d, str(dims), dims.d[d], profile_, allowed.min[d], allowed.max[d]);
  Shape shape(dims.d, dims.d + dims.nbDims);
  std::optional<Shape>& mine = inputs_[input.index].shape;
  if (mine && *mine == shape) return;
  mine = shape;
  resolved_ = false;
}

bool Execution::shapesGiven() const {
  return std::all_of(inputs_.begin(), inputs_.end(), [](const Input& i) { return i.shape.has_value(); });
}

bool Execution::valuesGiven() const {
  for (const IoTensor& t : engine_->tensors)
    if (t.isInput && t.isShape && !inputs_[t.index].address) return false;
  return true;
}

std::vector<const char*> Execution::missingInputs() const {
  std::vector<const char*> missing;
  for (const IoTensor& t : engine_->tensors)
    if (t.isInput && (!inputs_[t.index].shape || (t.isShape && !inputs_[t.index].address)))
      missing.push_back(t.name());
  return missing;
}

void Execution::checkValues(size_t input) const {
  const ProfileInput& allowed = engine_->profile(profile_).inputs[input];
  const std::vector<int64_t>& values = inputs_[input].values;
  for (size_t e = 0; e < values.size() && e < allowed.minValues.size() && e < allowed.maxValues.size(); ++e)
    require(allowed.minValues[e] <= values[e] && values[e] <= allowed.maxValues[e],
            "shape tensor '{}': element {} is {}, but profile {} allows {} to {}",
            engine_->graph().inputs[input]->name, e, values[e], profile_, allowed.minValues[e],
            allowed.maxValues[e]);
}

// Reads the shape tensors again; true where one has changed.
bool Execution::readShapeValues() {
  bool changed = false;
  for (const IoTensor& t : engine_->tensors) {
    if (!t.isInput || !t.isShape) continue;
    Input& input = inputs_[t.index];
    require(input.address,
            "shape tensor '{}' has no values: set its address in host memory with "
            "setInputTensorAddress",
            t.name());
    const size_t count = t.value->contents->size();
    const Tensor view(t.value->dtype, Shape{static_cast<int64_t>(count)}, const_cast<void*>(input.address));
    changed = changed || input.values.size() != count;
    input.values.resize(count);
    for (size_t e = 0; e < count; ++e) {
      int64_t value = view.getInt(static_cast<int64_t>(e));
      changed = changed || value != input.values[e];
      input.values[e] = value;
    }
    if (changed) checkValues(t.index);
  }
  return changed;
}

void Execution::resolve() {
  for (size_t i = 0; i < inputs_.size(); ++i)
    require(inputs_[i].shape.has_value(), "input '{}' has a dynamic shape {}: set it with setInputShape",
            engine_->graph().inputs[i]->name, str(*engine_->graph().inputs[i]->shape));
  if (!readShapeValues() && resolved_) return;
  finish();
  resolved_ = false;
  std::vector<Shape> shapes;
  std::vector<const int64_t*> values;
  for (const Input& input : inputs_) {
    shapes.push_back(*input.shape);
    values.push_back(input.values.empty() ? nullptr : input.values.data());
  }
  executor_->setInputs(shapes, values);
  resolved_ = true;
}

DimBindings Execution::bindings() const {
  std::vector<std::optional<Shape>> shapes;
  std::vector<std::vector<int64_t>> values;
  for (const Input& input : inputs_) {
    shapes.push_back(input.shape);
    values.push_back(input.values);
  }
  return bindInputs(engine_->graph(), shapes, values);
}

std::optional<std::vector<int64_t>> Execution::shapeOf(const IoTensor& tensor) {
  if (tensor.isInput) {
    const std::optional<Shape>& shape = inputs_[tensor.index].shape;
    if (shape) return std::vector<int64_t>(shape->begin(), shape->end());
    return extents(*tensor.value, {});
  }
  if (!missingInputs().empty()) return extents(*tensor.value, bindings());
  resolve();
  if (!engine_->loaded.hasStaticShape(*tensor.value)) finish();
  std::optional<Shape> shape = executor_->outputShape(tensor.index);
  if (shape) return std::vector<int64_t>(shape->begin(), shape->end());
  return extents(*tensor.value, bindings());
}

std::optional<int64_t> Execution::mostOutputBytes(const IoTensor& output) {
  resolve();
  return mostBytes(engine_->graph(), *output.value, bindings());
}

}  // namespace tenfold
