// INMSLayer.
#include "api/network/faces.h"

namespace tenfold {
namespace {

// By BoundingBoxFormat.
constexpr const char* kFormats[] = {"corner_pairs", "center_sizes"};

class NmsFace final : public Layer<nv::INMSLayer, nv::apiv::VNMSLayer> {
 public:
  using Layer::Layer;
  TENFOLD_TEXT_PROPERTY(nv::BoundingBoxFormat, BoundingBoxFormat, "format", kFormats,
                        nv::BoundingBoxFormat::kCORNER_PAIRS)
  TENFOLD_INT_PROPERTY(int32_t, TopKBoxLimit, "layer.top_k", 2000)
  bool setIndicesType(nv::DataType type) noexcept override {
    return tryChange("setIndicesType", [&] {
      requireIndexType(type);
      node_->attrs.setType("indices_type", coreType(type));
    });
  }
  nv::DataType getIndicesType() const noexcept override {
    return reporter().guard("getIndicesType",
                            [&] { return apiType(attrs().type("indices_type", DataType::kInt32)); });
  }
};

const FaceEntry kFaces[] = {{"Nms", nv::LayerType::kNMS, makeFaceOf<NmsFace>},
                            {"NonMaxSuppression", nv::LayerType::kNMS, makeFaceOf<NmsFace>}};

}  // namespace

std::span<const FaceEntry> detectionFaces() { return kFaces; }

nv::INMSLayer* Network::addNMS(nv::ITensor& boxes, nv::ITensor& scores,
                               nv::ITensor& maxOutputBoxesPerClass) noexcept {
  return addNMSV2(boxes, scores, maxOutputBoxesPerClass, nv::DataType::kINT32);
}

nv::INMSLayer* Network::addNMSV2(nv::ITensor& boxes, nv::ITensor& scores, nv::ITensor& maxOutputBoxesPerClass,
                                 nv::DataType indicesType) noexcept {
  return addLayer<NmsFace>("addNMS", nv::LayerType::kNMS, [&] {
    requireIndexType(indicesType);
    Attributes attrs;
    attrs.setType("indices_type", coreType(indicesType));
    return addNode("Nms", {&boxes, &scores, &maxOutputBoxesPerClass}, attrs, 2);
  });
}

}  // namespace tenfold
