// IQuantizeLayer, IDequantizeLayer and IDynamicQuantizeLayer.
#include "api/network/faces.h"

namespace tenfold {
namespace {

constexpr const char *kType = "output_dtype", *kBlocks = "layer.block_shape";

// The blocks follow from the extents of data and scale: what the program says is checked against the data.
void checkBlocks(const nv::Dims& blockShape, const Value& x) {
  std::vector<int64_t> blocks = toInts(blockShape);
  require(x.rank() < 0 || blocks.size() == static_cast<size_t>(x.rank()),
          "the block shape {} has {} dimensions, the input has {}", str(blockShape), blocks.size(), x.rank());
  for (size_t i = 0; i < blocks.size(); ++i) {
    require(blocks[i] > 0 || blocks[i] == -1, "extent {} of the block shape {} is not allowed", blocks[i],
            str(blockShape));
    auto extent = x.shape ? (*x.shape)[i].tryConstant() : std::nullopt;
    require(blocks[i] == -1 || !extent || *extent % blocks[i] == 0,
            "blocks of {} do not divide dimension {} of {}", blocks[i], i, x.typeStr());
  }
}

template <typename Handle, typename Slots>
class QuantizeFaceOf final : public Layer<Handle, Slots> {
 public:
  using Layer<Handle, Slots>::Layer;
  using LayerFace::node_;
  int32_t getAxis() const noexcept override { return static_cast<int32_t>(this->intAttr("axis", -1)); }
  void setAxis(int32_t axis) noexcept override { this->setAttr("setAxis", "axis", int64_t{axis}); }
  nv::DataType getToType() const noexcept override { return LayerFace::getOutputType(0); }
  void setToType(nv::DataType type) noexcept override {
    this->change("setToType", [&] { node_->attrs.setType(kType, coreType(type)); });
  }
  nv::Dims getBlockShape() const noexcept override { return this->dimsAttr(kBlocks); }
  bool setBlockShape(const nv::Dims& blockShape) noexcept override {
    return this->tryChange("setBlockShape", [&] {
      checkBlocks(blockShape, *node_->inputs[0]);
      node_->attrs.set(kBlocks, toInts(blockShape));
    });
  }
};
using QuantizeFace = QuantizeFaceOf<nv::IQuantizeLayer, nv::apiv::VQuantizeLayer>;
using DequantizeFace = QuantizeFaceOf<nv::IDequantizeLayer, nv::apiv::VDequantizeLayer>;

class DynamicQuantizeFace final : public Layer<nv::IDynamicQuantizeLayer, nv::apiv::VDynamicQuantizeLayer> {
 public:
  using Layer::Layer;
  // With one blocked axis; -1 where there are none or several.
  int32_t getAxis() const noexcept override {
    std::vector<int64_t> blocks = shape();
    int32_t found = -1;
    for (size_t i = 0; i < blocks.size(); ++i)
      if (blocks[i] != 1) found = found < 0 ? static_cast<int32_t>(i) : -2;
    return std::max(found, -1);
  }
  void setAxis(int32_t axis) noexcept override {
    change("setAxis", [&] { setLegacy(axis, getBlockSize()); });
  }
  int32_t getBlockSize() const noexcept override {
    int32_t axis = getAxis();
    return axis < 0 ? 0 : static_cast<int32_t>(shape()[static_cast<size_t>(axis)]);
  }
  void setBlockSize(int32_t size) noexcept override {
    change("setBlockSize", [&] { setLegacy(getAxis(), size); });
  }
  nv::DataType getScaleType() const noexcept override { return typeAttr("scale_type", DataType::kFloat32); }
  void setScaleType(nv::DataType type) noexcept override {
    change("setScaleType", [&] { node_->attrs.setType("scale_type", coreType(type)); });
  }
  nv::DataType getToType() const noexcept override { return typeAttr("to", DataType::kInt8); }
  void setToType(nv::DataType type) noexcept override {
    change("setToType", [&] { node_->attrs.setType("to", coreType(type)); });
  }
  nv::Dims getBlockShape() const noexcept override { return dimsAttr("block_shape"); }
  void setBlockShape(const nv::Dims& blockShape) noexcept override {
    change("setBlockShape", [&] {
      checkBlocks(blockShape, *node_->inputs[0]);
      node_->attrs.set("block_shape", toInts(blockShape));
    });
  }

  void setLegacy(int32_t axis, int32_t size) {
    int rank = node_->inputs[0]->rank();
    require(rank > 0, "the rank of the input must be known");
    std::vector<int64_t> blocks(static_cast<size_t>(rank), 1);
    blocks[static_cast<size_t>(normalizeAxis(axis, rank))] = size;
    checkBlocks(toDims(blocks), *node_->inputs[0]);
    node_->attrs.set("block_shape", blocks);
  }

 private:
  std::vector<int64_t> shape() const { return attrs().integers("block_shape"); }
  nv::DataType typeAttr(const char* name, DataType fallback) const noexcept {
    return reporter().guard(name, [&] { return apiType(attrs().type(name, fallback)); });
  }
};

constexpr auto kQuantize = nv::LayerType::kQUANTIZE, kDequantize = nv::LayerType::kDEQUANTIZE,
               kDynamic = nv::LayerType::kDYNAMIC_QUANTIZE;
const FaceEntry kFaces[] = {{"QuantizeLinear", kQuantize, makeFaceOf<QuantizeFace>},
                            {"DequantizeLinear", kDequantize, makeFaceOf<DequantizeFace>},
                            {"BlockQuantize", kDynamic, makeFaceOf<DynamicQuantizeFace>}};

Attributes typed(nv::DataType type) {
  Attributes attrs;
  attrs.set("axis", int64_t{-1});
  attrs.setType(kType, coreType(type));
  return attrs;
}

}  // namespace

std::span<const FaceEntry> quantizationFaces() { return kFaces; }

nv::IQuantizeLayer* Network::addQuantize(nv::ITensor& input, nv::ITensor& scale) noexcept {
  return addQuantizeV2(input, scale, nv::DataType::kINT8);
}
nv::IQuantizeLayer* Network::addQuantizeV2(nv::ITensor& input, nv::ITensor& scale,
                                           nv::DataType type) noexcept {
  // The axis of the scale is set later.
  return addLayer<QuantizeFace>(
      "addQuantize", kQuantize,
      [&] {
        return addNode("QuantizeLinear", {&input, &scale}, typed(type));
      },
      true);
}
nv::IDequantizeLayer* Network::addDequantize(nv::ITensor& input, nv::ITensor& scale) noexcept {
  return addDequantizeV2(input, scale, nv::DataType::kFLOAT);
}
nv::IDequantizeLayer* Network::addDequantizeV2(nv::ITensor& input, nv::ITensor& scale,
                                               nv::DataType type) noexcept {
  return addLayer<DequantizeFace>(
      "addDequantize", kDequantize,
      [&] {
        return addNode("DequantizeLinear", {&input, &scale}, typed(type));
      },
      true);
}

nv::IDynamicQuantizeLayer* Network::addDynamicQuantize(nv::ITensor& input, int32_t axis, int32_t blockSize,
                                                       nv::DataType toType, nv::DataType scaleType) noexcept {
  return reporter_.guard("addDynamicQuantize", [&]() -> nv::IDynamicQuantizeLayer* {
    int rank = valueOf(input)->rank();
    require(rank > 0, "the rank of the input must be known");
    std::vector<int64_t> blocks(static_cast<size_t>(rank), 1);
    blocks[static_cast<size_t>(normalizeAxis(axis, rank))] = blockSize;
    return addDynamicQuantizeV2(input, toDims(blocks), toType, scaleType);
  });
}

nv::IDynamicQuantizeLayer* Network::addDynamicQuantizeV2(nv::ITensor& input, const nv::Dims& blockShape,
                                                         nv::DataType toType,
                                                         nv::DataType scaleType) noexcept {
  return addLayer<DynamicQuantizeFace>("addDynamicQuantizeV2", kDynamic, [&] {
    checkBlocks(blockShape, *valueOf(input));
    Attributes attrs;
    attrs.set("block_shape", toInts(blockShape));
    attrs.setType("to", coreType(toType));
    attrs.setType("scale_type", coreType(scaleType));
    return addNode("BlockQuantize", {&input}, attrs, 2);
  });
}

}  // namespace tenfold
