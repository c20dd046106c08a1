// IResizeLayer and IGridSampleLayer.
#include "api/network/faces.h"

namespace tenfold {
namespace {

constexpr size_t kScales = 2, kSizes = 3;
constexpr const char* kModes[] = {"nearest", "linear", "cubic"};
constexpr const char* kCoordinates[] = {"align_corners", "asymmetric", "half_pixel"};
// With the first element read for a single pixel, half_pixel is what ONNX calls this.
constexpr const char* kSinglePixel = "pytorch_half_pixel";
constexpr const char* kRoundings[] = {"round_prefer_ceil", "round_prefer_floor", "floor", "ceil"};
constexpr const char *kCoordinateAttr = "coordinate_transformation_mode", *kSelector = "layer.selector";

class ResizeFace final : public Layer<nv::IResizeLayer, nv::apiv::VResizeLayer> {
 public:
  using Layer::Layer;
  void setOutputDimensions(const nv::Dims& dimensions) noexcept override {
    change("setOutputDimensions", [&] {
      Shape sizes = toShape(dimensions);
      network_.graph().setInput(node_, kScales, nullptr);
      setConstantInput(kSizes, {sizes.begin(), sizes.end()});
    });
  }
  nv::Dims getOutputDimensions() const noexcept override {
    const Value* v = node_->input(kSizes);
    if (!v || !v->isConstant()) return unknownDims();
    return reporter().guard(
        "getOutputDimensions", [&] { return toDims(knownInts(kSizes)); }, unknownDims());
  }
  void setScales(const float* scales, int32_t count) noexcept override {
    change("setScales", [&] {
      require(count >= 0 && (scales || count == 0), "the scales must not be null");
      int rank = node_->inputs[0]->rank();
      require(rank < 0 || rank == count, "there are {} scales, the input has {} dimensions", count, rank);
      Tensor t = Tensor::of<float>(Shape{count}, std::vector<float>(scales, scales + count));
      network_.graph().setInput(node_, kScales, network_.graph().addConstant(t));
      network_.graph().setInput(node_, kSizes, nullptr);
      node_->inputs.resize(kSizes);
    });
  }
  int32_t getScales(int32_t size, float* scales) const noexcept override {
    const Value* v = node_->input(kScales);
    if (!v || !v->isConstant()) return -1;
    auto count = static_cast<int32_t>(v->constant.numel());
    for (int32_t i = 0; scales && i < std::min(size, count); ++i)
      scales[i] = static_cast<float>(v->constant.getDouble(i));
    return count;
  }
  TENFOLD_TEXT_PROPERTY(nv::InterpolationMode, ResizeMode, "mode", kModes, nv::InterpolationMode::kNEAREST)
  void setCoordinateTransformation(nv::ResizeCoordinateTransformation t) noexcept override {
    change("setCoordinateTransformation",
           [&] { choose(checkEnum(t, "coordinate transformation"), getSelectorForSinglePixel()); });
  }
  nv::ResizeCoordinateTransformation getCoordinateTransformation() const noexcept override {
    constexpr size_t kHalfPixel = 2;
    return static_cast<nv::ResizeCoordinateTransformation>(
        textAttr(kCoordinateAttr, kCoordinates, kHalfPixel));
  }
  void setSelectorForSinglePixel(nv::ResizeSelector selector) noexcept override {
    change("setSelectorForSinglePixel",
           [&] { choose(getCoordinateTransformation(), checkEnum(selector, "selector")); });
  }
  nv::ResizeSelector getSelectorForSinglePixel() const noexcept override {
    constexpr const char* kOne[] = {kSinglePixel};
    bool isUpper = intAttr(kSelector, 0) != 0 || textAttr(kCoordinateAttr, kOne, 1) == 0;
    return isUpper ? nv::ResizeSelector::kUPPER : nv::ResizeSelector::kFORMULA;
  }
  TENFOLD_TEXT_PROPERTY(nv::ResizeRoundMode, NearestRounding, "nearest_mode", kRoundings,
                        nv::ResizeRoundMode::kHALF_DOWN)
  TENFOLD_REAL_PROPERTY(float, CubicCoeff, "cubic_coeff_a", -0.75)
  TENFOLD_INT_PROPERTY(bool, ExcludeOutside, "exclude_outside", 0)

 protected:
  // Input 1 of the layer are the sizes.
  size_t slot(size_t index) const override { return index == 1 ? kSizes : index; }
  size_t inputCount() const override {
    const Value* sizes = node_->input(kSizes);
    return sizes && !sizes->isConstant() ? 2 : 1;
  }
  size_t mostInputs() const override { return 2; }
  void inputChanged(size_t at) override {
    if (at == kSizes) network_.graph().setInput(node_, kScales, nullptr);
  }

 private:
  void choose(nv::ResizeCoordinateTransformation t, nv::ResizeSelector selector) {
    bool isUpper = selector == nv::ResizeSelector::kUPPER;
    node_->attrs.set(kSelector, int64_t{isUpper});
    bool isSingle = isUpper && t == nv::ResizeCoordinateTransformation::kHALF_PIXEL;
    node_->attrs.set(kCoordinateAttr,
                     std::string(isSingle ? kSinglePixel : kCoordinates[static_cast<size_t>(t)]));
  }
};

constexpr const char* kPaddings[] = {"", "", "border", "zeros", "reflection"};  // by SampleMode

class GridSampleFace final : public Layer<nv::IGridSampleLayer, nv::apiv::VGridSampleLayer> {
 public:
  using Layer::Layer;
  TENFOLD_TEXT_PROPERTY(nv::InterpolationMode, InterpolationMode, "mode", kModes,
                        nv::InterpolationMode::kLINEAR)
  TENFOLD_INT_PROPERTY(bool, AlignCorners, "align_corners", 0)
  bool setSampleMode(nv::SampleMode mode) noexcept override {
    return tryChange("setSampleMode", [&] {
      std::string padding = kPaddings[static_cast<size_t>(checkEnum(mode, "sample mode"))];
      require(!padding.empty(), "sample mode {} is not allowed; kFILL, kCLAMP and kREFLECT are",
              static_cast<int>(mode));
      node_->attrs.set("padding_mode", padding);
    });
  }
  nv::SampleMode getSampleMode() const noexcept override {
    return static_cast<nv::SampleMode>(
        textAttr("padding_mode", kPaddings, static_cast<size_t>(nv::SampleMode::kFILL)));
  }
};

const FaceEntry kFaces[] = {{"Resize", nv::LayerType::kRESIZE, makeFaceOf<ResizeFace>},
                            {"GridSample", nv::LayerType::kGRID_SAMPLE, makeFaceOf<GridSampleFace>}};

}  // namespace

std::span<const FaceEntry> resizeFaces() { return kFaces; }

nv::IResizeLayer* Network::addResize(nv::ITensor& input) noexcept {
  return addLayer<ResizeFace>(
      "addResize", nv::LayerType::kRESIZE,
      [&] {
        Attributes attrs;
        attrs.set("mode", "nearest");
        attrs.set(kCoordinateAttr, "asymmetric");
        attrs.set("nearest_mode", "floor");
        return addNode("Resize", {&input}, attrs);
      },
      true);
}

nv::IGridSampleLayer* Network::addGridSample(nv::ITensor& input, nv::ITensor& grid) noexcept {
  return addLayer<GridSampleFace>("addGridSample", nv::LayerType::kGRID_SAMPLE, [&] {
    return addNode("GridSample", {&input, &grid});
  });
}

}  // namespace tenfold
