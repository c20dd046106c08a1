// IGatherLayer, IScatterLayer, INonZeroLayer and IOneHotLayer.
#include "api/network/faces.h"

namespace tenfold {
namespace {

constexpr const char* kBatchDims = "batch_dims";

class GatherFace final : public Layer<nv::IGatherLayer, nv::apiv::VGatherLayer> {
 public:
  using Layer::Layer;
  TENFOLD_INT_PROPERTY(int32_t, GatherAxis, "axis", 0)
  void setNbElementWiseDims(int32_t k) noexcept override {
    change("setNbElementWiseDims", [&] {
      require(k >= 0, "the number of elementwise dimensions is {}, expected 0 or more", k);
      node_->attrs.set(kBatchDims, int64_t{k});
      choose(getMode());
    });
  }
  int32_t getNbElementWiseDims() const noexcept override {
    return static_cast<int32_t>(intAttr(kBatchDims, 0));
  }
  void setMode(nv::GatherMode mode) noexcept override {
    change("setMode", [&] { choose(checkEnum(mode, "gather mode")); });
  }
  nv::GatherMode getMode() const noexcept override {
    if (node_->is("GatherElements")) return nv::GatherMode::kELEMENT;
    return node_->is("GatherND") ? nv::GatherMode::kND : nv::GatherMode::kDEFAULT;
  }

 private:
  void choose(nv::GatherMode mode) {
    bool isBatched = attrs().integer(kBatchDims, 0) > 0;
    setOp(mode == nv::GatherMode::kELEMENT ? "GatherElements"
          : mode == nv::GatherMode::kND    ? "GatherND"
          : isBatched                      ? "BatchGather"
                                           : "Gather");
  }
};

class ScatterFace final : public Layer<nv::IScatterLayer, nv::apiv::VScatterLayer> {
 public:
  using Layer::Layer;
  void setMode(nv::ScatterMode mode) noexcept override {
    change("setMode", [&] {
      setOp(checkEnum(mode, "scatter mode") == nv::ScatterMode::kND ? "ScatterND" : "ScatterElements");
    });
  }
  nv::ScatterMode getMode() const noexcept override {
    return node_->is("ScatterND") ? nv::ScatterMode::kND : nv::ScatterMode::kELEMENT;
  }
  TENFOLD_INT_PROPERTY(int32_t, Axis, "axis", 0)
};

class NonZeroFace final : public Layer<nv::INonZeroLayer, nv::apiv::VNonZeroLayer> {
 public:
  using Layer::Layer;
  bool setIndicesType(nv::DataType type) noexcept override {
    return tryChange("setIndicesType", [&] {
      requireIndexType(type);
      setOp("TypedNonZero");
      node_->attrs.setType("indices_type", coreType(type));
    });
  }
  nv::DataType getIndicesType() const noexcept override {
    return reporter().guard("getIndicesType",
                            [&] { return apiType(attrs().type("indices_type", DataType::kInt64)); });
  }
};

class OneHotFace final : public Layer<nv::IOneHotLayer, nv::apiv::VOneHotLayer> {
 public:
  using Layer::Layer;
  TENFOLD_INT_PROPERTY(int32_t, Axis, "axis", -1)

 protected:
  // The layer's order is indices, values, depth; the operator's indices, depth, values.
  size_t slot(size_t index) const override { return index == 0 ? 0 : 3 - index; }
};

constexpr auto kGather = nv::LayerType::kGATHER;
const FaceEntry kFaces[] = {{"Gather", kGather, makeFaceOf<GatherFace>},
                            {"GatherElements", kGather, makeFaceOf<GatherFace>},
                            {"GatherND", kGather, makeFaceOf<GatherFace>},
                            {"BatchGather", kGather, makeFaceOf<GatherFace>},
                            {"ScatterElements", nv::LayerType::kSCATTER, makeFaceOf<ScatterFace>},
                            {"ScatterND", nv::LayerType::kSCATTER, makeFaceOf<ScatterFace>},
                            {"NonZero", nv::LayerType::kNON_ZERO, makeFaceOf<NonZeroFace>},
                            {"TypedNonZero", nv::LayerType::kNON_ZERO, makeFaceOf<NonZeroFace>},
                            {"OneHot", nv::LayerType::kONE_HOT, makeFaceOf<OneHotFace>}};

}  // namespace

std::span<const FaceEntry> gatherFaces() { return kFaces; }

nv::IGatherLayer* Network::addGather(nv::ITensor& data, nv::ITensor& indices, int32_t axis) noexcept {
  return addLayer<GatherFace>("addGather", kGather, [&] {
    Attributes attrs;
    attrs.set("axis", static_cast<int64_t>(axis));
    return addNode("Gather", {&data, &indices}, attrs);
  });
}

nv::IGatherLayer* Network::addGatherV2(nv::ITensor& data, nv::ITensor& indices,
                                       nv::GatherMode mode) noexcept {
  // The axis can still be chosen.
  return addLayer<GatherFace>(
      "addGatherV2", kGather,
      [&] {
        constexpr const char* kOps[] = {"Gather", "GatherElements", "GatherND"};
        return addNode(kOps[static_cast<size_t>(checkEnum(mode, "gather mode"))], {&data, &indices});
      },
      true);
}

nv::IScatterLayer* Network::addScatter(nv::ITensor& data, nv::ITensor& indices, nv::ITensor& updates,
                                       nv::ScatterMode mode) noexcept {
  return addLayer<ScatterFace>(
      "addScatter", nv::LayerType::kSCATTER,
      [&] {
        bool isNd = checkEnum(mode, "scatter mode") == nv::ScatterMode::kND;
        return addNode(isNd ? "ScatterND" : "ScatterElements", {&data, &indices, &updates});
      },
      true);
}

nv::INonZeroLayer* Network::addNonZero(nv::ITensor& input) noexcept {
  return addNonZeroV2(input, nv::DataType::kINT32);
}

nv::INonZeroLayer* Network::addNonZeroV2(nv::ITensor& input, nv::DataType indicesType) noexcept {
  return addLayer<NonZeroFace>("addNonZero", nv::LayerType::kNON_ZERO, [&] {
    requireIndexType(indicesType);
    Attributes attrs;
    attrs.setType("indices_type", coreType(indicesType));
    return addNode("TypedNonZero", {&input}, attrs);
  });
}

nv::IOneHotLayer* Network::addOneHot(nv::ITensor& indices, nv::ITensor& values, nv::ITensor& depth,
                                     int32_t axis) noexcept {
  return addLayer<OneHotFace>("addOneHot", nv::LayerType::kONE_HOT, [&] {
    Attributes attrs;
    attrs.set("axis", static_cast<int64_t>(axis));
    return addNode("OneHot", {&indices, &depth, &values}, attrs);
  });
}

}  // namespace tenfold
