// IUnaryLayer, IElementWiseLayer, IScaleLayer, ISelectLayer, IIdentityLayer and ICastLayer.
#include "api/network/faces.h"

namespace tenfold {
namespace {

// Operators by enumerator.
constexpr const char* kUnary[] = {"Exp",   "Log",   "Sqrt",  "Reciprocal", "Abs",   "Neg",  "Sin",
                                  "Cos",   "Tan",   "Sinh",  "Cosh",       "Asin",  "Acos", "Atan",
                                  "Asinh", "Acosh", "Atanh", "Ceil",       "Floor", "Erf",  "Not",
                                  "Sign",  "Round", "IsInf", "IsNaN"};
static_assert(std::size(kUnary) == static_cast<size_t>(nv::EnumMax<nv::UnaryOperation>()));
constexpr const char* kBinary[] = {"Add",      "Mul", "Max", "Min", "Sub",   "Div",     "Pow",
                                   "FloorDiv", "And", "Or",  "Xor", "Equal", "Greater", "Less"};
static_assert(std::size(kBinary) == static_cast<size_t>(nv::EnumMax<nv::ElementWiseOperation>()));

template <typename Enum, size_t N>
Enum find(const char* const (&ops)[N], const Node& node) {
  for (size_t i = 0; i < N; ++i)
    if (node.is(ops[i])) return static_cast<Enum>(i);
  return static_cast<Enum>(0);
}

class UnaryFace final : public Layer<nv::IUnaryLayer, nv::apiv::VUnaryLayer> {
 public:
  using Layer::Layer;
  void setOperation(nv::UnaryOperation op) noexcept override {
    change("setOperation", [&] { setOp(kUnary[static_cast<size_t>(checkEnum(op, "unary operation"))]); });
  }
  nv::UnaryOperation getOperation() const noexcept override {
    return find<nv::UnaryOperation>(kUnary, *node_);
  }
};

class ElementWiseFace final : public Layer<nv::IElementWiseLayer, nv::apiv::VElementWiseLayer> {
 public:
  using Layer::Layer;
  void setOperation(nv::ElementWiseOperation op) noexcept override {
    change("setOperation",
           [&] { setOp(kBinary[static_cast<size_t>(checkEnum(op, "elementwise operation"))]); });
  }
  nv::ElementWiseOperation getOperation() const noexcept override {
    return find<nv::ElementWiseOperation>(kBinary, *node_);
  }

 protected:
  size_t mostInputs() const override { return 2; }
};

constexpr const char* kScaleModes[] = {"uniform", "channel", "elementwise"};

class ScaleFace final : public Layer<nv::IScaleLayer, nv::apiv::VScaleLayer> {
 public:
  static constexpr size_t kShift = 1, kScale = 2, kPower = 3;
  using Layer::Layer;
  TENFOLD_TEXT_PROPERTY(nv::ScaleMode, Mode, "mode", kScaleModes, nv::ScaleMode::kUNIFORM)
  void setShift(nv::Weights w) noexcept override { put("setShift", kShift, w); }
  nv::Weights getShift() const noexcept override { return weights(kShift); }
  void setScale(nv::Weights w) noexcept override { put("setScale", kScale, w); }
  nv::Weights getScale() const noexcept override { return weights(kScale); }
  void setPower(nv::Weights w) noexcept override { put("setPower", kPower, w); }
  nv::Weights getPower() const noexcept override { return weights(kPower); }
  TENFOLD_INT_PROPERTY(int32_t, ChannelAxis, "axis", 1)

  void place(size_t slot, const nv::Weights& w) {
    Value* value = w.count ? network_.addWeights(w, Shape{w.count}, node_->inputs[0]->dtype) : nullptr;
    network_.graph().setInput(node_, slot, value);
  }

 protected:
  size_t inputCount() const override { return 1; }
  size_t mostInputs() const override { return 1; }

 private:
  void put(const char* entry, size_t slot, const nv::Weights& w) {
    change(entry, [&] { place(slot, w); });
  }
  nv::Weights weights(size_t slot) const { return weightsOf(node_->input(slot)); }
};

class SelectFace final : public Layer<nv::ISelectLayer, nv::apiv::VSelectLayer> {
 public:
  using Layer::Layer;
};

class IdentityFace final : public Layer<nv::IIdentityLayer, nv::apiv::VIdentityLayer> {
 public:
  using Layer::Layer;
};

class CastFace final : public Layer<nv::ICastLayer, nv::apiv::VCastLayer> {
 public:
  using Layer::Layer;
  void setToType(nv::DataType type) noexcept override {
    change("setToType", [&] { node_->attrs.setType("to", coreType(type)); });
  }
  nv::DataType getToType() const noexcept override { return LayerFace::getOutputType(0); }
};

std::vector<FaceEntry> makeFaces() {
  std::vector<FaceEntry> all{{"Scale", nv::LayerType::kSCALE, makeFaceOf<ScaleFace>},
                             {"Where", nv::LayerType::kSELECT, makeFaceOf<SelectFace>},
                             {"Identity", nv::LayerType::kIDENTITY, makeFaceOf<IdentityFace>},
                             {"Cast", nv::LayerType::kCAST, makeFaceOf<CastFace>}};
  for (const char* op : kUnary) all.push_back({op, nv::LayerType::kUNARY, makeFaceOf<UnaryFace>});
  for (const char* op : kBinary)
    all.push_back({op, nv::LayerType::kELEMENTWISE, makeFaceOf<ElementWiseFace>});
  return all;
}

}  // namespace

std::span<const FaceEntry> elementwiseFaces() {
  static const std::vector<FaceEntry> faces = makeFaces();
  return faces;
}

nv::IUnaryLayer* Network::addUnary(nv::ITensor& input, nv::UnaryOperation operation) noexcept {
  return addLayer<UnaryFace>("addUnary", nv::LayerType::kUNARY, [&] {
    return addNode(kUnary[static_cast<size_t>(checkEnum(operation, "unary operation"))], {&input});
  });
}

nv::IElementWiseLayer* Network::addElementWise(nv::ITensor& input1, nv::ITensor& input2,
                                               nv::ElementWiseOperation op) noexcept {
  return addLayer<ElementWiseFace>("addElementWise", nv::LayerType::kELEMENTWISE, [&] {
    const Value *a = valueOf(input1), *b = valueOf(input2);
    require(a->rank() == b->rank() || a->rank() < 0 || b->rank() < 0,
            "'{}' is {} and '{}' is {}: both must have the same rank", a->name, a->typeStr(), b->name,
            b->typeStr());
    return addNode(kBinary[static_cast<size_t>(checkEnum(op, "elementwise operation"))], {&input1, &input2});
  });
}

nv::IScaleLayer* Network::addScale(nv::ITensor& input, nv::ScaleMode mode, nv::Weights shift,
                                   nv::Weights scale, nv::Weights power) noexcept {
  return addScaleNd(input, mode, shift, scale, power, 1);
}

nv::IScaleLayer* Network::addScaleNd(nv::ITensor& input, nv::ScaleMode mode, nv::Weights shift,
                                     nv::Weights scale, nv::Weights power, int32_t channelAxis) noexcept {
  return addLayer<ScaleFace>("addScale", nv::LayerType::kSCALE, [&] {
    Attributes attrs;
    attrs.set("mode", kScaleModes[static_cast<size_t>(checkEnum(mode, "scale mode"))]);
    attrs.set("axis", static_cast<int64_t>(channelAxis));
    Value* x = valueOf(input);
    auto list = [&](const nv::Weights& w) {
      return w.count ? addWeights(w, Shape{w.count}, x->dtype) : nullptr;
    };
    return graph_->addNode("Scale", {x, list(shift), list(scale), list(power)}, attrs);
  });
}

nv::ISelectLayer* Network::addSelect(nv::ITensor& condition, nv::ITensor& thenInput,
                                     nv::ITensor& elseInput) noexcept {
  return addLayer<SelectFace>("addSelect", nv::LayerType::kSELECT, [&] {
    return addNode("Where", {&condition, &thenInput, &elseInput});
  });
}

nv::IIdentityLayer* Network::addIdentity(nv::ITensor& input) noexcept {
  return addLayer<IdentityFace>("addIdentity", nv::LayerType::kIDENTITY,
                                [&] { return addNode("Identity", {&input}); });
}

nv::ICastLayer* Network::addCast(nv::ITensor& input, nv::DataType toType) noexcept {
  return addLayer<CastFace>("addCast", nv::LayerType::kCAST, [&] {
    Attributes attrs;
    attrs.setType("to", coreType(toType));
    return addNode("Cast", {&input}, attrs);
  });
}

}  // namespace tenfold
