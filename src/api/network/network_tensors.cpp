// The network's own methods: inputs, outputs, debug tensors, names of weights.
#include <algorithm>
#include <cstring>

#include "api/convert.h"
#include "api/network/attention.h"
#include "api/network/conditional.h"
#include "api/network/layer.h"
#include "api/network/loop.h"
#include "api/network/network.h"

namespace tenfold {

nv::ITensor* Network::addInput(const char* name, nv::DataType type, const nv::Dims& dimensions) noexcept {
  return reporter_.guard("addInput", [&]() -> nv::ITensor* {
    std::string text = &needed(name, "the name");
    require(!text.empty(), "the name must not be empty");
    for (const Value* v : graph_->inputs) require(v->name != text, "there is an input '{}' already", text);
    DataType dtype = coreType(type);
    for (int64_t d : toInts(dimensions))
      require(d >= -1, "input '{}': dimensions {} must be -1 (dynamic) or more", text, str(dimensions));
    Value* value = graph_->addInput(text, dtype, SymShape{});
    TensorFace* face = faceOf(value);
    face->setDimensions(dimensions);
    return face;
  });
}

void Network::markOutput(nv::ITensor& tensor) noexcept {
  reporter_.guard("markOutput", [&] {
    Value* value = valueOf(tensor);
    if (!graph_->isOutput(value)) graph_->outputs.push_back(value);
    shapeOutputs_.erase(value);
  });
}

void Network::unmarkOutput(nv::ITensor& tensor) noexcept {
  reporter_.guard("unmarkOutput", [&] {
    Value* value = valueOf(tensor);
    require(graph_->isOutput(value), "tensor '{}' is no output", value->name);
    std::erase(graph_->outputs, value);
    shapeOutputs_.erase(value);
  });
}

bool Network::markOutputForShapes(nv::ITensor& tensor) noexcept {
  return reporter_.guard("markOutputForShapes", [&] {
    Value* value = valueOf(tensor);
    require(value->rank() <= 1 && (isInteger(value->dtype) || value->dtype == DataType::kBool),
            "tensor '{}' is {}; only integers or booleans of rank 0 or 1 can serve as a shape", value->name,
            value->typeStr());
    if (!graph_->isOutput(value)) graph_->outputs.push_back(value);
    shapeOutputs_.insert(value);
    return true;
  });
}

bool Network::unmarkOutputForShapes(nv::ITensor& tensor) noexcept {
  return reporter_.guard("unmarkOutputForShapes", [&] {
    Value* value = valueOf(tensor);
    require(shapeOutputs_.erase(value) != 0, "tensor '{}' is no output for shapes", value->name);
    std::erase(graph_->outputs, value);
    return true;
  });
}

void Network::removeTensor(nv::ITensor& tensor) noexcept {
  reporter_.guard("removeTensor", [&] {
    Value* value = valueOf(tensor);
    require(value->uses.empty(), "tensor '{}' is an input of layer '{}'; only unused tensors can be removed",
            value->name, value->uses.empty() ? "" : value->uses[0]->name);
    std::erase(graph_->inputs, value);
    std::erase(graph_->outputs, value);
    shapeOutputs_.erase(value);
    debugValues_.erase(value);
  });
}

int32_t Network::getNbLayers() const noexcept {
  return reporter_.guard("getNbLayers",
                         [&] { return static_cast<int32_t>(const_cast<Network*>(this)->layers().size()); });
}

nv::ILayer* Network::getLayer(int32_t index) const noexcept {
  return reporter_.guard("getLayer", [&] {
    const auto& all = const_cast<Network*>(this)->layers();
    return all[checkIndex(index, all.size(), "layer")]->handle();
  });
}

int32_t Network::getNbInputs() const noexcept { return static_cast<int32_t>(graph_->inputs.size()); }

nv::ITensor* Network::getInput(int32_t index) const noexcept {
  return reporter_.guard("getInput", [&]() -> nv::ITensor* {
    return const_cast<Network*>(this)->faceOf(
        graph_->inputs[checkIndex(index, graph_->inputs.size(), "input")]);
  });
}

int32_t Network::getNbOutputs() const noexcept {
  return static_cast<int32_t>(graph_->outputs.size() - shapeOutputs_.size());
}

nv::ITensor* Network::getOutput(int32_t index) const noexcept {
  return reporter_.guard("getOutput", [&]() -> nv::ITensor* {
    std::vector<Value*> outputs = graph_->outputs;
    std::erase_if(outputs, [&](const Value* v) { return isShapeOutput(v); });
    return const_cast<Network*>(this)->faceOf(outputs[checkIndex(index, outputs.size(), "output")]);
  });
}

void Network::setName(const char* name) noexcept {
  reporter_.guard("setName", [&] { graph_->name = &needed(name, "the name"); });
}
const char* Network::getName() const noexcept { return graph_->name.c_str(); }

bool Network::hasImplicitBatchDimension() const noexcept { return false; }
nv::IBuilder& Network::getBuilder() const noexcept { return builder_; }
nv::NetworkDefinitionCreationFlags Network::getFlags() const noexcept { return flags_; }
bool Network::getFlag(nv::NetworkDefinitionCreationFlag flag) const noexcept {
  return reporter_.guard(
      "getFlag", [&] { return ((flags_ >> static_cast<uint32_t>(checkEnum(flag, "flag"))) & 1u) != 0; });
}

void Network::setErrorRecorder(nv::IErrorRecorder* recorder) noexcept { reporter_.setRecorder(recorder); }
nv::IErrorRecorder* Network::getErrorRecorder() const noexcept { return reporter_.recorder(); }

// ----------------------------------------------------------------------------------- debug tensors

bool Network::markDebug(nv::ITensor& tensor) noexcept {
  return reporter_.guard("markDebug", [&] {
    debugValues_.insert(valueOf(tensor));
    return true;
  });
}
bool Network::unmarkDebug(nv::ITensor& tensor) noexcept {
  return reporter_.guard("unmarkDebug", [&] { return debugValues_.erase(valueOf(tensor)) != 0; });
}
bool Network::isDebugTensor(const nv::ITensor& tensor) const noexcept {
  return reporter_.guard("isDebugTensor",
                         [&] { return isDebugValue(valueOf(const_cast<nv::ITensor&>(tensor))); });
}
bool Network::markUnfusedTensorsAsDebugTensors() noexcept { return unfusedAreDebug_ = true; }
bool Network::unmarkUnfusedTensorsAsDebugTensors() noexcept {
  unfusedAreDebug_ = false;
  return true;
}

// ---------------------------------------------------------------------------------- names of weights

bool Network::setWeightsName(nv::Weights weights, const char* name) noexcept {
  return reporter_.guard("setWeightsName", [&] {
    std::string text = &needed(name, "the name");
    require(weights.values != nullptr, "the weights' values must not be null");
    for (const Value* v : graph_->values())
      if (v->isConstant() && v->constant.data() == weights.values) {
        weightNames_[v] = text;
        return true;
      }
    fail("no layer of the network has weights at this address");
  });
}

bool Network::markWeightsRefittable(const char* name) noexcept {
  return reporter_.guard("markWeightsRefittable", [&] {
    std::string text = &needed(name, "the name");
    bool known = std::any_of(weightNames_.begin(), weightNames_.end(),
                             [&](const auto& entry) { return entry.second == text; });
    for (const Value* v : graph_->values()) known = known || (v->isConstant() && v->name == text);
    require(known, "there are no weights named '{}'; name them with setWeightsName()", text);
    refittable_.insert(text);
    return true;
  });
}
bool Network::unmarkWeightsRefittable(const char* name) noexcept {
  return reporter_.guard("unmarkWeightsRefittable",
                         [&] { return refittable_.erase(&needed(name, "the name")) != 0; });
}
bool Network::areWeightsMarkedRefittable(const char* name) const noexcept {
  return reporter_.guard("areWeightsMarkedRefittable",
                         [&] { return refittable_.count(&needed(name, "the name")) != 0; });
}

// ----------------------------------------------------------------------------------- shape tensors

namespace {

// Inputs of operators that decide shapes, by their place.
struct ShapeInputs {
  const char* op;
  std::initializer_list<size_t> slots;
};
const ShapeInputs kShapeInputs[] = {{"Reshape", {1}},         {"Expand", {1}},       {"Slice", {1, 2, 3, 4}},
                                    {"TrtSlice", {1, 2, 3}},  {"Shuffle", {1}},      {"Fill", {0}},
                                    {"ConstantOfShape", {0}}, {"Tile", {1}},         {"Pad", {1, 3}},
                                    {"Resize", {2, 3}},       {"TopK", {1}},         {"TypedTopK", {1}},
                                    {"Range", {0, 1, 2}},     {"Split", {1}},        {"Squeeze", {1}},
                                    {"Unsqueeze", {1}},       {"OneHot", {1}},       {"LoopTripLimit", {0}},
                                    {"LoopOutput", {1}},      {"CenterCropPad", {1}}};

bool decidesShape(const Node& node, const Value* value) {
  for (const ShapeInputs& entry : kShapeInputs)
    if (node.is(entry.op))
      for (size_t slot : entry.slots)
        if (node.input(slot) == value) return true;
  return false;
}

}  // namespace

bool Network::isShapeTensor(const Value* value) const {
  std::set<const Value*> seen;
  std::vector<const Value*> pending{value};
  while (!pending.empty()) {
    const Value* v = pending.back();
    pending.pop_back();
    // Past data of any size there are no shapes any more.
    bool couldBe = v->rank() <= 1 && v->rank() >= 0 && (isInteger(v->dtype) || v->dtype == DataType::kBool);
    if (!couldBe || !seen.insert(v).second) continue;
    if (isShapeOutput(v)) return true;
    for (const Node* n : v->uses) {
      if (decidesShape(*n, v)) return true;
      for (const Value* out : n->outputs)
        if (out) pending.push_back(out);
    }
  }
  return false;
}

}  // namespace tenfold
