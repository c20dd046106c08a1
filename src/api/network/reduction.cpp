// IReduceLayer, ITopKLayer and ICumulativeLayer.
#include "api/network/faces.h"

namespace tenfold {
namespace {

// By ReduceOperation; kNONE is for collectives.
constexpr const char* kReductions[] = {"ReduceSum", "ReduceProd", "ReduceMax", "ReduceMin", "ReduceMean"};

const char* reduction(nv::ReduceOperation op) {
  checkEnum(op, "reduce operation");
  require(op != nv::ReduceOperation::kNONE, "reduce operation kNONE is for collectives");
  return kReductions[static_cast<size_t>(op)];
}

class ReduceFace final : public Layer<nv::IReduceLayer, nv::apiv::VReduceLayer> {
 public:
  using Layer::Layer;
  void setOperation(nv::ReduceOperation op) noexcept override {
    change("setOperation", [&] { setOp(reduction(op)); });
  }
  nv::ReduceOperation getOperation() const noexcept override {
    for (size_t i = 0; i < std::size(kReductions); ++i)
      if (node_->is(kReductions[i])) return static_cast<nv::ReduceOperation>(i);
    return nv::ReduceOperation::kNONE;
  }
  void setReduceAxes(uint32_t axes) noexcept override {
    change("setReduceAxes", [&] { setConstantInput(1, axesOfMask(axes)); });
  }
  uint32_t getReduceAxes() const noexcept override {
    return reporter().guard("getReduceAxes", [&] {
      int rank = node_->inputs[0]->rank();
      bool all = !node_->hasInput(1) || knownInts(1).empty();
      return all && rank > 0 ? (1u << rank) - 1 : maskOfAxes(knownInts(1), rank);
    });
  }
  TENFOLD_INT_PROPERTY(bool, KeepDimensions, "keepdims", 1)

 protected:
  size_t inputCount() const override { return 1; }
  size_t mostInputs() const override { return 1; }
};

class TopKFace final : public Layer<nv::ITopKLayer, nv::apiv::VTopKLayer> {
 public:
  using Layer::Layer;
  void setOperation(nv::TopKOperation op) noexcept override {
    change("setOperation", [&] {
      node_->attrs.set("largest", int64_t{checkEnum(op, "TopK operation") == nv::TopKOperation::kMAX});
    });
  }
  nv::TopKOperation getOperation() const noexcept override {
    return intAttr("largest", 1) ? nv::TopKOperation::kMAX : nv::TopKOperation::kMIN;
  }
  void setK(int32_t k) noexcept override {
    change("setK", [&] {
      require(k >= 0, "k is {}, expected 0 or more", k);
      setConstantInput(1, {k});
    });
  }
  int32_t getK() const noexcept override {
    return reporter().guard(
        "getK",
        [&] {
          const Value* k = node_->input(1);
          return k && k->isConstant() ? static_cast<int32_t>(k->constant.getInt(0)) : -1;
        },
        -1);
  }
  void setReduceAxes(uint32_t axes) noexcept override {
    change("setReduceAxes", [&] { node_->attrs.set("axis", axisOfMask(axes)); });
  }
  uint32_t getReduceAxes() const noexcept override {
    return reporter().guard(
        "getReduceAxes", [&] { return maskOfAxes({attrs().integer("axis", -1)}, node_->inputs[0]->rank()); });
  }
  bool setIndicesType(nv::DataType type) noexcept override {
    return tryChange("setIndicesType", [&] {
      requireIndexType(type);
      setOp("TypedTopK");
      node_->attrs.setType("indices_type", coreType(type));
    });
  }
  nv::DataType getIndicesType() const noexcept override {
    return reporter().guard("getIndicesType",
                            [&] { return apiType(attrs().type("indices_type", DataType::kInt64)); });
  }

 protected:
  // A constant k is a parameter.
  size_t inputCount() const override { return node_->inputs[1] && !node_->inputs[1]->isConstant() ? 2 : 1; }
};

class CumulativeFace final : public Layer<nv::ICumulativeLayer, nv::apiv::VCumulativeLayer> {
 public:
  using Layer::Layer;
  bool setOperation(nv::CumulativeOperation op) noexcept override {
    return reporter().guard("setOperation", [&] { return checkEnum(op, "operation"), true; });
  }
  nv::CumulativeOperation getOperation() const noexcept override { return nv::CumulativeOperation::kSUM; }
  TENFOLD_INT_PROPERTY(bool, Exclusive, "exclusive", 0)
  TENFOLD_INT_PROPERTY(bool, Reverse, "reverse", 0)
};

constexpr auto kReduce = nv::LayerType::kREDUCE;
const FaceEntry kFaces[] = {{"ReduceSum", kReduce, makeFaceOf<ReduceFace>},
                            {"ReduceProd", kReduce, makeFaceOf<ReduceFace>},
                            {"ReduceMax", kReduce, makeFaceOf<ReduceFace>},
                            {"ReduceMin", kReduce, makeFaceOf<ReduceFace>},
                            {"ReduceMean", kReduce, makeFaceOf<ReduceFace>},
                            {"TopK", nv::LayerType::kTOPK, makeFaceOf<TopKFace>},
                            {"TypedTopK", nv::LayerType::kTOPK, makeFaceOf<TopKFace>},
                            {"CumSum", nv::LayerType::kCUMULATIVE, makeFaceOf<CumulativeFace>}};

}  // namespace

std::span<const FaceEntry> reductionFaces() { return kFaces; }

nv::IReduceLayer* Network::addReduce(nv::ITensor& input, nv::ReduceOperation operation, uint32_t reduceAxes,
                                     bool keepDimensions) noexcept {
  return addLayer<ReduceFace>("addReduce", kReduce, [&] {
    require(reduceAxes != 0, "the axes to reduce are empty; give a bit 1 << axis for each");
    Attributes attrs;
    attrs.set("keepdims", int64_t{keepDimensions});
    return graph_->addNode(reduction(operation), {valueOf(input), ints(axesOfMask(reduceAxes))}, attrs);
  });
}

nv::ITopKLayer* Network::addTopK(nv::ITensor& input, nv::TopKOperation op, int32_t k,
                                 uint32_t reduceAxes) noexcept {
  return addTopKV2(input, op, k, reduceAxes, nv::DataType::kINT32);
}

nv::ITopKLayer* Network::addTopKV2(nv::ITensor& input, nv::TopKOperation op, int32_t k, uint32_t reduceAxes,
                                   nv::DataType indicesType) noexcept {
  return addLayer<TopKFace>("addTopK", nv::LayerType::kTOPK, [&] {
    require(k >= 0, "k is {}, expected 0 or more", k);
    requireIndexType(indicesType);
    Attributes attrs;
    attrs.set("axis", axisOfMask(reduceAxes));
    attrs.set("largest", int64_t{checkEnum(op, "TopK operation") == nv::TopKOperation::kMAX});
    attrs.setType("indices_type", coreType(indicesType));
    return graph_->addNode("TypedTopK", {valueOf(input), ints({k})}, attrs, 2);
  });
}

nv::ICumulativeLayer* Network::addCumulative(nv::ITensor& input, nv::ITensor& axis,
                                             nv::CumulativeOperation operation, bool exclusive,
                                             bool reverse) noexcept {
  return addLayer<CumulativeFace>("addCumulative", nv::LayerType::kCUMULATIVE, [&] {
    checkEnum(operation, "cumulative operation");
    Attributes attrs;
    attrs.set("exclusive", int64_t{exclusive});
    attrs.set("reverse", int64_t{reverse});
    return addNode("CumSum", {&input, &axis}, attrs);
  });
}

}  // namespace tenfold
