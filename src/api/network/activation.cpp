// IActivationLayer and IParametricReLULayer.
#include "api/network/faces.h"

namespace tenfold {
namespace {

using Type = nv::ActivationType;

// Where the parameters alpha and beta of each function are: in attributes of its operator. Functions without
// a parameter keep what a program set under the same names.
struct Function {
  Type type;
  const char* op;
  const char* alpha = "layer.alpha";
  const char* beta = "layer.beta";
};
const Function kFunctions[] = {{Type::kRELU, "Relu"},
                               {Type::kSIGMOID, "Sigmoid"},
                               {Type::kTANH, "Tanh"},
                               {Type::kLEAKY_RELU, "LeakyRelu", "alpha"},
                               {Type::kELU, "Elu", "alpha"},
                               {Type::kSELU, "Selu", "alpha", "gamma"},
                               {Type::kSOFTSIGN, "Softsign"},
                               {Type::kSOFTPLUS, "ScaledSoftplus", "alpha", "beta"},
                               {Type::kCLIP, "ClipBetween", "alpha", "beta"},
                               {Type::kHARD_SIGMOID, "HardSigmoid", "alpha", "beta"},
                               {Type::kSCALED_TANH, "ScaledTanh", "alpha", "beta"},
                               {Type::kTHRESHOLDED_RELU, "ThresholdedRelu", "alpha"},
                               {Type::kGELU_ERF, "Gelu"},
                               {Type::kGELU_TANH, "Gelu"}};

const Function& function(Type type) {
  return kFunctions[static_cast<size_t>(checkEnum(type, "activation type"))];
}

// ONNX's own operators with the parameters' default values where a node has none.
struct Default {
  const char* op;
  Type type;
  double alpha, beta;
};
const Default kDefaults[] = {{"LeakyRelu", Type::kLEAKY_RELU, 0.01, 0},
                             {"Elu", Type::kELU, 1, 0},
                             {"Selu", Type::kSELU, 1.67326319217681884765625, 1.05070102214813232421875},
                             {"Softplus", Type::kSOFTPLUS, 1, 1},
                             {"HardSigmoid", Type::kHARD_SIGMOID, 0.2, 0.5},
                             {"ThresholdedRelu", Type::kTHRESHOLDED_RELU, 1, 0},
                             {"Clip", Type::kCLIP, -3.4028234663852886e38, 3.4028234663852886e38}};

class ActivationFace final : public Layer<nv::IActivationLayer, nv::apiv::VActivationLayer> {
 public:
  using Layer::Layer;

  void setActivationType(Type type) noexcept override {
    change("setActivationType", [&] {
      const Function& f = function(type);
      float alpha = getAlpha(), beta = getBeta();
      setOp(f.op);
      node_->attrs.set(f.alpha, static_cast<double>(alpha));
      node_->attrs.set(f.beta, static_cast<double>(beta));
      if (node_->is("Gelu")) node_->attrs.set("approximate", type == Type::kGELU_TANH ? "tanh" : "none");
    });
  }
  Type getActivationType() const noexcept override {
    return reporter().guard("getActivationType", [&] {
      if (node_->is("Gelu"))
        return attrs().text("approximate", "none") == "tanh" ? Type::kGELU_TANH : Type::kGELU_ERF;
      for (const Default& d : kDefaults)
        if (node_->is(d.op)) return d.type;
      for (const Function& f : kFunctions)
        if (node_->is(f.op)) return f.type;
      return Type::kRELU;
    });
  }
  void setAlpha(float alpha) noexcept override { setAttr("setAlpha", names().alpha, double{alpha}); }
  void setBeta(float beta) noexcept override { setAttr("setBeta", names().beta, double{beta}); }
  float getAlpha() const noexcept override {
    return static_cast<float>(realAttr(names().alpha, bound(1, fallback().alpha)));
  }
  float getBeta() const noexcept override {
    return static_cast<float>(realAttr(names().beta, bound(2, fallback().beta)));
  }

 protected:
  // The bounds of ONNX's Clip are parameters here.
  size_t inputCount() const override { return 1; }
  size_t mostInputs() const override { return 1; }

 private:
  const Function& names() const { return kFunctions[static_cast<size_t>(getActivationType())]; }
  Default fallback() const {
    for (const Default& d : kDefaults)
      if (node_->is(d.op)) return d;
    return {"", Type::kRELU, 0, 0};
  }
  double bound(size_t slot, double otherwise) const {
    const Value* v = node_->is("Clip") ? node_->input(slot) : nullptr;
    return v && v->isConstant() ? v->constant.getDouble(0) : otherwise;
  }
};

class ParametricReLUFace final : public Layer<nv::IParametricReLULayer, nv::apiv::VParametricReLULayer> {
 public:
  using Layer::Layer;
};

constexpr auto kActivation = nv::LayerType::kACTIVATION;
const FaceEntry kFaces[] = {{"Relu", kActivation, makeFaceOf<ActivationFace>},
                            {"Sigmoid", kActivation, makeFaceOf<ActivationFace>},
                            {"Tanh", kActivation, makeFaceOf<ActivationFace>},
                            {"LeakyRelu", kActivation, makeFaceOf<ActivationFace>},
                            {"Elu", kActivation, makeFaceOf<ActivationFace>},
                            {"Selu", kActivation, makeFaceOf<ActivationFace>},
                            {"Softsign", kActivation, makeFaceOf<ActivationFace>},
                            {"Softplus", kActivation, makeFaceOf<ActivationFace>},
                            {"ScaledSoftplus", kActivation, makeFaceOf<ActivationFace>},
                            {"Clip", kActivation, makeFaceOf<ActivationFace>},
                            {"ClipBetween", kActivation, makeFaceOf<ActivationFace>},
                            {"HardSigmoid", kActivation, makeFaceOf<ActivationFace>},
                            {"ScaledTanh", kActivation, makeFaceOf<ActivationFace>},
                            {"ThresholdedRelu", kActivation, makeFaceOf<ActivationFace>},
                            {"Gelu", kActivation, makeFaceOf<ActivationFace>},
                            {"PRelu", nv::LayerType::kPARAMETRIC_RELU, makeFaceOf<ParametricReLUFace>}};

}  // namespace

std::span<const FaceEntry> activationFaces() { return kFaces; }

nv::IActivationLayer* Network::addActivation(nv::ITensor& input, Type type) noexcept {
  return addLayer<ActivationFace>("addActivation", kActivation, [&] {
    const Function& f = function(type);
    Attributes attrs;
    attrs.set(f.alpha, 0.0);
    attrs.set(f.beta, 0.0);
    if (type == Type::kGELU_TANH) attrs.set("approximate", "tanh");
    return addNode(f.op, {&input}, attrs);
  });
}

nv::IParametricReLULayer* Network::addParametricReLU(nv::ITensor& input, nv::ITensor& slope) noexcept {
  return addLayer<ParametricReLUFace>("addParametricReLU", nv::LayerType::kPARAMETRIC_RELU, [&] {
    return addNode("PRelu", {&input, &slope});
  });
}

}  // namespace tenfold
