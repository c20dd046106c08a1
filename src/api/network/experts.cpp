// IMoELayer and IDistCollectiveLayer: nodes with types and shapes, whose computation is not implemented.
#include "api/network/faces.h"

namespace tenfold {
namespace {

// Inputs of the layer, in the order of its setters.
enum Slot : size_t { kGate = 3, kUp, kDown, kGateBias, kUpBias, kDownBias, kScale, kDoubleScale };

class MoEFace final : public Layer<nv::IMoELayer, nv::apiv::VMoELayer> {
 public:
  using Layer::Layer;
  void setGatedWeights(nv::ITensor& gate, nv::ITensor& up, nv::ITensor& down,
                       nv::MoEActType activation) noexcept override {
    change("setGatedWeights", [&] {
      checkEnum(activation, "activation");
      place({{kGate, &gate}, {kUp, &up}, {kDown, &down}});
      node_->attrs.set("activation", static_cast<int64_t>(activation));
    });
  }
  void setGatedBiases(nv::ITensor& gate, nv::ITensor& up, nv::ITensor& down) noexcept override {
    change("setGatedBiases", [&] { place({{kGateBias, &gate}, {kUpBias, &up}, {kDownBias, &down}}); });
  }
  TENFOLD_ENUM_PROPERTY(nv::MoEActType, ActivationType, "activation", nv::MoEActType::kNONE)
  void setQuantizationStatic(nv::ITensor& scale, nv::DataType type) noexcept override {
    change("setQuantizationStatic", [&] {
      place({{kScale, &scale}});
      node_->attrs.setType("quantize_to", coreType(type));
    });
  }
  void setQuantizationDynamicDblQ(nv::ITensor& scale, nv::DataType type, const nv::Dims& blockShape,
                                  nv::DataType scaleType) noexcept override {
    change("setQuantizationDynamicDblQ", [&] {
      place({{kDoubleScale, &scale}});
      node_->attrs.setType("quantize_to", coreType(type));
      node_->attrs.set("block_shape", toInts(blockShape));
      node_->attrs.setType("scale_type", coreType(scaleType));
    });
  }
  void setQuantizationToType(nv::DataType type) noexcept override { setType("quantize_to", type); }
  nv::DataType getQuantizationToType() const noexcept override { return getType("quantize_to"); }
  void setQuantizationBlockShape(const nv::Dims& blockShape) noexcept override {
    change("setQuantizationBlockShape", [&] { node_->attrs.set("block_shape", toInts(blockShape)); });
  }
  nv::Dims getQuantizationBlockShape() const noexcept override { return dimsAttr("block_shape"); }
  void setDynQOutputScaleType(nv::DataType type) noexcept override { setType("scale_type", type); }
  nv::DataType getDynQOutputScaleType() const noexcept override { return getType("scale_type"); }
  void setSwigluParams(float limit, float alpha, float beta) noexcept override {
    setSwigluParamLimit(limit);
    setSwigluParamAlpha(alpha);
    setSwigluParamBeta(beta);
  }
  TENFOLD_REAL_PROPERTY(float, SwigluParamLimit, "limit", std::numeric_limits<float>::infinity())
  TENFOLD_REAL_PROPERTY(float, SwigluParamAlpha, "alpha", 1.0)
  TENFOLD_REAL_PROPERTY(float, SwigluParamBeta, "beta", 0.0)
  void setInput(int32_t index, nv::ITensor& tensor) noexcept override { LayerFace::setInput(index, tensor); }

 private:
  void place(std::initializer_list<std::pair<size_t, nv::ITensor*>> tensors) {
    for (auto [at, tensor] : tensors) network_.graph().setInput(node_, at, network_.valueOf(*tensor));
  }
  void setType(const char* attr, nv::DataType type) noexcept {
    change(attr, [&] { node_->attrs.setType(attr, coreType(type)); });
  }
  using LayerFace::getType;
  nv::DataType getType(const char* attr) const noexcept {
    return reporter().guard(attr, [&] { return apiType(attrs().type(attr, DataType::kFloat32)); });
  }
};

class DistCollectiveFace final : public Layer<nv::IDistCollectiveLayer, nv::apiv::VDistCollectiveLayer> {
 public:
  using Layer::Layer;
};

const FaceEntry kFaces[] = {{"MixtureOfExperts", nv::LayerType::kMOE, makeFaceOf<MoEFace>},
                            {"Collective", nv::LayerType::kDIST_COLLECTIVE, makeFaceOf<DistCollectiveFace>}};

}  // namespace

std::span<const FaceEntry> expertFaces() { return kFaces; }

nv::IMoELayer* Network::addMoE(nv::ITensor& hiddenStates, nv::ITensor& selectedExperts,
                               nv::ITensor& scores) noexcept {
  return addLayer<MoEFace>("addMoE", nv::LayerType::kMOE, [&] {
    return addNode("MixtureOfExperts", {&hiddenStates, &selectedExperts, &scores});
  });
}

nv::IDistCollectiveLayer* Network::addDistCollective(nv::ITensor& input, nv::CollectiveOperation operation,
                                                     nv::ReduceOperation reduceOp, int64_t root,
                                                     int64_t* groups, int64_t groupSize) noexcept {
  return addLayer<DistCollectiveFace>("addDistCollective", nv::LayerType::kDIST_COLLECTIVE, [&] {
    require(groupSize >= 0 && (groups || groupSize == 0), "the group has {} members, but no list of them",
            groupSize);
    Attributes attrs;
    attrs.set("operation", static_cast<int64_t>(checkEnum(operation, "collective operation")));
    attrs.set("reduction", static_cast<int64_t>(checkEnum(reduceOp, "reduce operation")));
    attrs.set("root", root);
    attrs.set("group", std::vector<int64_t>(groups, groups + groupSize));
    return addNode("Collective", {&input}, attrs);
  });
}

}  // namespace tenfold
