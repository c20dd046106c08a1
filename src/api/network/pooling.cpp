// IPoolingLayer and IPaddingLayer.
#include <algorithm>

#include "api/network/window_layer.h"

namespace tenfold {
namespace {

// By PoolingType.
constexpr const char* kOps[] = {"MaxPool", "AveragePool", "BlendPool"};

class PoolingFace final : public WindowLayer<nv::IPoolingLayer, nv::apiv::VPoolingLayer> {
 public:
  using WindowLayer::WindowLayer;

  void setPoolingType(nv::PoolingType type) noexcept override {
    change("setPoolingType", [&] { setOp(kOps[static_cast<size_t>(checkEnum(type, "pooling type"))]); });
  }
  nv::PoolingType getPoolingType() const noexcept override {
    for (size_t i = 0; i < std::size(kOps); ++i)
      if (node_->is(kOps[i])) return static_cast<nv::PoolingType>(i);
    return node_->is("GlobalMaxPool") ? nv::PoolingType::kMAX : nv::PoolingType::kAVERAGE;
  }
  TENFOLD_REAL_PROPERTY(float, BlendFactor, "blend", 0.0)
  void setAverageCountExcludesPadding(bool exclusive) noexcept override {
    setAttr("setAverageCountExcludesPadding", "count_include_pad", int64_t{!exclusive});
  }
  bool getAverageCountExcludesPadding() const noexcept override {
    return intAttr("count_include_pad", 0) == 0;
  }
  void setWindowSizeNd(const nv::Dims& size) noexcept override {
    change("setWindowSizeNd", [&] {
      std::vector<int64_t> values = toInts(size);
      for (int64_t v : values) require(v > 0, "window size {} must be positive", str(size));
      node_->attrs.set("kernel_shape", values);
    });
  }
  nv::Dims getWindowSizeNd() const noexcept override {
    return reporter().guard(
        "getWindowSizeNd", [&] { return toDims(kernel()); }, unknownDims());
  }

 protected:
  // The window of ONNX's global poolings is the whole image.
  std::vector<int64_t> kernel() const override {
    std::vector<int64_t> known = attrs().integers("kernel_shape");
    const auto& shape = node_->inputs[0]->shape;
    if (known.empty() && shape)
      for (size_t i = 2; i < shape->size(); ++i) known.push_back((*shape)[i].tryConstant().value_or(-1));
    return known;
  }
};

class PaddingFace final : public Layer<nv::IPaddingLayer, nv::apiv::VPaddingLayer> {
 public:
  using Layer::Layer;
  void setPrePaddingNd(const nv::Dims& padding) noexcept override { put("setPrePaddingNd", 0, padding); }
  nv::Dims getPrePaddingNd() const noexcept override { return part(0); }
  void setPostPaddingNd(const nv::Dims& padding) noexcept override { put("setPostPaddingNd", 1, padding); }
  nv::Dims getPostPaddingNd() const noexcept override { return part(1); }

 protected:
  size_t inputCount() const override { return 1; }
  size_t mostInputs() const override { return 1; }

 private:
  // The pads of the last two axes; all begins come before all ends.
  void put(const char* entry, size_t half, const nv::Dims& padding) noexcept {
    change(entry, [&] {
      require(padding.nbDims == 2, "padding {} must have 2 dimensions", str(padding));
      std::vector<int64_t> pads = knownInts(1);
      size_t end = (half + 1) * pads.size() / 2;
      require(end >= 2, "the layer's padding is not constant");
      pads[end - 2] = padding.d[0];
      pads[end - 1] = padding.d[1];
      setConstantInput(1, pads);
    });
  }
  nv::Dims part(size_t half) const noexcept {
    return reporter().guard(
        "getPadding",
        [&] {
          std::vector<int64_t> pads = knownInts(1);
          size_t end = (half + 1) * pads.size() / 2;
          return end < 2 ? unknownDims() : toDims(std::vector<int64_t>{pads[end - 2], pads[end - 1]});
        },
        unknownDims());
  }
};

constexpr auto kPooling = nv::LayerType::kPOOLING;
const FaceEntry kFaces[] = {{"MaxPool", kPooling, makeFaceOf<PoolingFace>},
                            {"AveragePool", kPooling, makeFaceOf<PoolingFace>},
                            {"BlendPool", kPooling, makeFaceOf<PoolingFace>},
                            {"GlobalMaxPool", kPooling, makeFaceOf<PoolingFace>},
                            {"GlobalAveragePool", kPooling, makeFaceOf<PoolingFace>},
                            {"Pad", nv::LayerType::kPADDING, makeFaceOf<PaddingFace>}};

}  // namespace

std::span<const FaceEntry> poolingFaces() { return kFaces; }

nv::IPoolingLayer* Network::addPoolingNd(nv::ITensor& input, nv::PoolingType type,
                                         const nv::Dims& windowSize) noexcept {
  return addLayer<PoolingFace>(
      "addPoolingNd", kPooling,
      [&] {
        const Value* x = valueOf(input);
        for (int64_t k : toInts(windowSize))
          require(k > 0, "window size {} must be positive", str(windowSize));
        require(x->rank() < 0 || x->rank() == windowSize.nbDims + 2,
                "input '{}' has {} dimensions; a window of size {} needs {}", x->name, x->rank(),
                str(windowSize), windowSize.nbDims + 2);
        Attributes attrs;
        attrs.set("kernel_shape", toInts(windowSize));
        return addNode(kOps[static_cast<size_t>(checkEnum(type, "pooling type"))], {&input}, attrs);
      },
      /*later=*/true);  // the padding, and with it whether the window fits, comes later
}

nv::IPaddingLayer* Network::addPaddingNd(nv::ITensor& input, const nv::Dims& prePadding,
                                         const nv::Dims& postPadding) noexcept {
  return addLayer<PaddingFace>("addPaddingNd", nv::LayerType::kPADDING, [&] {
    Value* x = valueOf(input);
    require(x->rank() >= 2, "input '{}' is {}; at least 2 dimensions are expected", x->name, x->typeStr());
    require(prePadding.nbDims == 2 && postPadding.nbDims == 2, "paddings {} and {} must have 2 dimensions",
            str(prePadding), str(postPadding));
    auto rank = static_cast<size_t>(x->rank());
    std::vector<int64_t> pads(2 * rank, 0);
    std::copy_n(prePadding.d, 2, pads.begin() + static_cast<int64_t>(rank) - 2);
    std::copy_n(postPadding.d, 2, pads.end() - 2);
    return graph_->addNode("Pad", {x, ints(pads)});
  });
}

}  // namespace tenfold
