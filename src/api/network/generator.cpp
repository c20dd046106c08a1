// IConstantLayer, IFillLayer and IAssertionLayer.
#include "api/network/faces.h"

namespace tenfold {
namespace {

// A constant has no node: this is the face of its value.
class ConstantFace final : public Layer<nv::IConstantLayer, nv::apiv::VConstantLayer> {
 public:
  ConstantFace(Network& network, Node*, nv::LayerType type) : Layer(network, nullptr, type) {}
  void hold(Value* value) { value_ = value; }

  void setWeights(nv::Weights weights) noexcept override {
    reporter().guard("setWeights", [&] { replace(weights, value_->constant.shape()); });
  }
  nv::Weights getWeights() const noexcept override { return weightsOf(value_); }
  void setDimensions(const nv::Dims& dimensions) noexcept override {
    reporter().guard("setDimensions", [&] { replace(getWeights(), toShape(dimensions)); });
  }
  nv::Dims getDimensions() const noexcept override {
    return reporter().guard(
        "getDimensions", [&] { return toDims(value_->constant.shape()); }, unknownDims());
  }

 protected:
  std::vector<Value*> outputs() const override { return {value_}; }

 private:
  void replace(const nv::Weights& weights, const Shape& shape) {
    Value* other = network_.addWeights(weights, shape);
    value_->dtype = other->dtype;
    value_->shape = other->shape;
    value_->constant = other->constant;
    network_.updateReaders(value_);
  }
  Value* value_ = nullptr;
};

// By FillOperation.
constexpr const char* kOperations[] = {"linspace", "random_uniform", "random_normal"};
constexpr size_t kShape = 0, kAlpha = 1, kBeta = 2;

class FillFace final : public Layer<nv::IFillLayer, nv::apiv::VFillLayer> {
 public:
  using Layer::Layer;
  void setDimensions(const nv::Dims& dimensions) noexcept override {
    change("setDimensions", [&] {
      Shape shape = toShape(dimensions);
      setConstantInput(kShape, {shape.begin(), shape.end()});
    });
  }
  nv::Dims getDimensions() const noexcept override {
    const Value* v = node_->input(kShape);
    if (!v || !v->isConstant()) return unknownDims();
    return reporter().guard(
        "getDimensions", [&] { return toDims(knownInts(kShape)); }, unknownDims());
  }
  TENFOLD_TEXT_PROPERTY(nv::FillOperation, Operation, "operation", kOperations, nv::FillOperation::kLINSPACE)
  void setAlpha(double alpha) noexcept override { put("setAlpha", kAlpha, DataType::kFloat64, alpha); }
  double getAlpha() const noexcept override { return number(kAlpha, 0); }
  void setBeta(double beta) noexcept override { put("setBeta", kBeta, DataType::kFloat64, beta); }
  double getBeta() const noexcept override { return number(kBeta, 1); }
  void setAlphaInt64(int64_t alpha) noexcept override { put("setAlphaInt64", kAlpha, alpha); }
  int64_t getAlphaInt64() const noexcept override { return integer(kAlpha, 0); }
  void setBetaInt64(int64_t beta) noexcept override { put("setBetaInt64", kBeta, beta); }
  int64_t getBetaInt64() const noexcept override { return integer(kBeta, 1); }
  bool isAlphaBetaInt64() const noexcept override {
    for (size_t i : {kAlpha, kBeta})
      if (const Value* v = node_->input(i); v && v->isConstant() && v->dtype == DataType::kInt64) return true;
    return false;
  }
  nv::DataType getToType() const noexcept override {
    return reporter().guard("getToType", [&] { return apiType(attrs().type("dtype", DataType::kFloat32)); });
  }
  void setToType(nv::DataType type) noexcept override {
    change("setToType", [&] { node_->attrs.setType("dtype", coreType(type)); });
  }

 protected:
  // Constants are parameters, not inputs.
  size_t inputCount() const override {
    size_t count = 0;
    for (size_t i = 0; i < node_->inputs.size(); ++i)
      if (node_->hasInput(i) && !node_->inputs[i]->isConstant()) count = i + 1;
    return count;
  }

 private:
  void put(const char* entry, size_t at, DataType type, double value) noexcept {
    change(entry, [&] { network_.graph().setInput(node_, at, network_.scalar(type, value)); });
  }
  void put(const char* entry, size_t at, int64_t value) noexcept {
    change(entry, [&] {
      Tensor t(DataType::kInt64, Shape{});
      t.setInt(0, value);
      network_.graph().setInput(node_, at, network_.graph().addConstant(t));
    });
  }
  double number(size_t at, double fallback) const {
    const Value* v = node_->input(at);
    return v && v->isConstant() && v->constant.numel() ? v->constant.getDouble(0) : fallback;
  }
  int64_t integer(size_t at, int64_t fallback) const {
    const Value* v = node_->input(at);
    return v && v->isConstant() && v->constant.numel() ? v->constant.getInt(0) : fallback;
  }
};

class AssertionFace final : public Layer<nv::IAssertionLayer, nv::apiv::VAssertionLayer> {
 public:
  using Layer::Layer;
  void setMessage(const char* message) noexcept override {
    change("setMessage", [&] { node_->attrs.set("message", std::string(&needed(message, "the message"))); });
  }
  const char* getMessage() const noexcept override {
    return reporter().guard("getMessage", [&]() -> const char* {
      auto it = attrs().all().find("message");
      return it == attrs().all().end() ? "" : std::get<std::string>(it->second).c_str();
    });
  }

 protected:
  // The node passes its condition on; the layer has no outputs.
  std::vector<Value*> outputs() const override { return {}; }
};

const FaceEntry kFaces[] = {{"Fill", nv::LayerType::kFILL, makeFaceOf<FillFace>},
                            {"Assertion", nv::LayerType::kASSERTION, makeFaceOf<AssertionFace>}};

}  // namespace

std::span<const FaceEntry> generatorFaces() { return kFaces; }

nv::IConstantLayer* Network::addConstant(const nv::Dims& dimensions, nv::Weights weights) noexcept {
  return reporter_.guard("addConstant", [&]() -> nv::IConstantLayer* {
    sync();
    Value* value = addWeights(weights, toShape(dimensions));
    auto face = std::make_unique<ConstantFace>(*this, nullptr, nv::LayerType::kCONSTANT);
    face->hold(value);
    ConstantFace* added = face.get();
    keep(std::move(face));
    return added;
  });
}

nv::IFillLayer* Network::addFill(const nv::Dims& dimensions, nv::FillOperation op) noexcept {
  return addFillV2(dimensions, op, nv::DataType::kFLOAT);
}

nv::IFillLayer* Network::addFillV2(const nv::Dims& dimensions, nv::FillOperation op,
                                   nv::DataType outputType) noexcept {
  // The shape may still come from a tensor.
  return addLayer<FillFace>(
      "addFill", nv::LayerType::kFILL,
      [&] {
        Attributes attrs;
        attrs.set("operation",
                  std::string(kOperations[static_cast<size_t>(checkEnum(op, "fill operation"))]));
        attrs.setType("dtype", coreType(outputType));
        Shape shape = toShape(dimensions);
        return graph_->addNode("Fill",
                               {ints({shape.begin(), shape.end()}), scalar(DataType::kFloat64, 0),
                                scalar(DataType::kFloat64, 1)},
                               attrs);
      },
      true);
}

nv::IAssertionLayer* Network::addAssertion(nv::ITensor& condition, const char* message) noexcept {
  return addLayer<AssertionFace>("addAssertion", nv::LayerType::kASSERTION, [&] {
    const Value* value = valueOf(condition);
    require(value->dtype == DataType::kBool, "the condition '{}' is {}, expected booleans", value->name,
            value->typeStr());
    Attributes attrs;
    attrs.set("message", std::string(&needed(message, "the message")));
    return addNode("Assertion", {&condition}, attrs);
  });
}

}  // namespace tenfold
