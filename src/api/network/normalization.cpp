// ISoftMaxLayer, IRaggedSoftMaxLayer, ILRNLayer and INormalizationLayer.
#include "api/network/faces.h"

namespace tenfold {
namespace {

class SoftMaxFace final : public Layer<nv::ISoftMaxLayer, nv::apiv::VSoftMaxLayer> {
 public:
  using Layer::Layer;
  void setAxes(uint32_t axes) noexcept override {
    change("setAxes", [&] { node_->attrs.set("axis", axisOfMask(axes)); });
  }
  uint32_t getAxes() const noexcept override {
    return reporter().guard(
        "getAxes", [&] { return maskOfAxes({attrs().integer("axis", -1)}, node_->inputs[0]->rank()); });
  }
};

class RaggedSoftMaxFace final : public Layer<nv::IRaggedSoftMaxLayer, nv::apiv::VRaggedSoftMaxLayer> {
 public:
  using Layer::Layer;
};

class LrnFace final : public Layer<nv::ILRNLayer, nv::apiv::VLRNLayer> {
 public:
  using Layer::Layer;
  TENFOLD_INT_PROPERTY(int64_t, WindowSize, "size", 0)
  TENFOLD_REAL_PROPERTY(float, Alpha, "alpha", 0.0001)
  TENFOLD_REAL_PROPERTY(float, Beta, "beta", 0.75)
  TENFOLD_REAL_PROPERTY(float, K, "bias", 1.0)
};

class NormalizationFace final : public Layer<nv::INormalizationLayer, nv::apiv::VNormalizationLayer> {
 public:
  using Layer::Layer;
  TENFOLD_REAL_PROPERTY(float, Epsilon, "epsilon", 1e-5)
  void setAxes(uint32_t mask) noexcept override {
    change("setAxes", [&] { node_->attrs.set("axes", axesOfMask(mask)); });
  }
  // ONNX's operators normalize from the attribute axis on, or all spatial dimensions.
  uint32_t getAxes() const noexcept override {
    return reporter().guard("getAxes", [&] {
      int rank = node_->inputs[0]->rank();
      if (attrs().has("axes")) return maskOfAxes(attrs().integers("axes"), rank);
      std::vector<int64_t> axes;
      bool isLayer = node_->is("LayerNormalization");
      for (int64_t i = isLayer ? normalizeAxis(attrs().integer("axis", -1), rank) : 2; i < rank; ++i)
        axes.push_back(i);
      return maskOfAxes(axes, rank);
    });
  }
  TENFOLD_INT_PROPERTY(int64_t, NbGroups, node_->is("GroupNormalization") ? "num_groups" : "groups", 1)
  void setComputePrecision(nv::DataType type) noexcept override {
    change("setComputePrecision", [&] {
      require(type == nv::DataType::kFLOAT || type == nv::DataType::kHALF,
              "the precision to compute in must be kFLOAT or kHALF");
      node_->attrs.setType("compute_type", coreType(type));
    });
  }
  nv::DataType getComputePrecision() const noexcept override {
    return reporter().guard("getComputePrecision",
                            [&] { return apiType(attrs().type("compute_type", DataType::kFloat32)); });
  }
  bool isV2() const noexcept override { return intAttr("layer.v2", 0) != 0; }
};

constexpr auto kNormalization = nv::LayerType::kNORMALIZATION;
const FaceEntry kFaces[] = {{"Softmax", nv::LayerType::kSOFTMAX, makeFaceOf<SoftMaxFace>},
                            {"RaggedSoftMax", nv::LayerType::kRAGGED_SOFTMAX, makeFaceOf<RaggedSoftMaxFace>},
                            {"LRN", nv::LayerType::kLRN, makeFaceOf<LrnFace>},
                            {"Normalization", kNormalization, makeFaceOf<NormalizationFace>},
                            {"LayerNormalization", kNormalization, makeFaceOf<NormalizationFace>},
                            {"GroupNormalization", kNormalization, makeFaceOf<NormalizationFace>},
                            {"InstanceNormalization", kNormalization, makeFaceOf<NormalizationFace>}};

}  // namespace

std::span<const FaceEntry> normalizationFaces() { return kFaces; }

nv::ISoftMaxLayer* Network::addSoftMax(nv::ITensor& input) noexcept {
  return addLayer<SoftMaxFace>("addSoftMax", nv::LayerType::kSOFTMAX, [&] {
    Attributes attrs;
    attrs.set("axis", int64_t{std::max(valueOf(input)->rank() - 3, 0)});
    return addNode("Softmax", {&input}, attrs);
  });
}

nv::IRaggedSoftMaxLayer* Network::addRaggedSoftMax(nv::ITensor& input, nv::ITensor& bounds) noexcept {
  return addLayer<RaggedSoftMaxFace>("addRaggedSoftMax", nv::LayerType::kRAGGED_SOFTMAX, [&] {
    return addNode("RaggedSoftMax", {&input, &bounds});
  });
}

nv::ILRNLayer* Network::addLRN(nv::ITensor& input, int64_t window, float alpha, float beta,
                               float k) noexcept {
  return addLayer<LrnFace>("addLRN", nv::LayerType::kLRN, [&] {
    require(window > 0 && window % 2 == 1, "the window size is {}; a positive odd number is expected",
            window);
    Attributes attrs;
    attrs.set("size", window);
    attrs.set("alpha", double{alpha});
    attrs.set("beta", double{beta});
    attrs.set("bias", double{k});
    return addNode("LRN", {&input}, attrs);
  });
}

nv::INormalizationLayer* Network::addNormalization(nv::ITensor& input, nv::ITensor& scale, nv::ITensor& bias,
                                                   uint32_t axesMask) noexcept {
  // With groups, which are set later, scale and bias may be those of the groups.
  return addLayer<NormalizationFace>(
      "addNormalization", kNormalization,
      [&] {
        Attributes attrs;
        attrs.set("axes", axesOfMask(axesMask));
        return addNode("Normalization", {&input, &scale, &bias}, attrs);
      },
      true);
}

nv::INormalizationLayer* Network::addNormalizationV2(nv::ITensor& input, nv::ITensor& scale,
                                                     nv::ITensor& bias, uint32_t axesMask) noexcept {
  return addLayer<NormalizationFace>("addNormalizationV2", kNormalization, [&] {
    Attributes attrs;
    attrs.set("axes", axesOfMask(axesMask));
    attrs.set("layer.v2", int64_t{1});
    return addNode("Normalization", {&input, &scale, &bias}, attrs);
  });
}

}  // namespace tenfold
