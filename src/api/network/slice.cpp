// ISliceLayer.
#include "api/network/faces.h"

namespace tenfold {
namespace {

// By SampleMode.
constexpr const char* kModes[] = {"strict_bounds", "wrap", "clamp", "fill", "reflect"};
static_assert(std::size(kModes) == static_cast<size_t>(nv::EnumMax<nv::SampleMode>()));
constexpr size_t kStart = 1, kSize = 2, kStride = 3, kAxes = 5;

// Lists that the program gave as dimensions are constants in the slots of the tensors that may replace them.
class SliceFace final : public Layer<nv::ISliceLayer, nv::apiv::VSliceLayer> {
 public:
  using Layer::Layer;
  void setStart(const nv::Dims& start) noexcept override { put("setStart", kStart, start); }
  nv::Dims getStart() const noexcept override { return list(kStart); }
  void setSize(const nv::Dims& size) noexcept override { put("setSize", kSize, size); }
  // ONNX's Slice has ends instead of sizes.
  nv::Dims getSize() const noexcept override {
    return node_->is("Slice") ? LayerFace::getOutput(0)->getDimensions() : list(kSize);
  }
  void setStride(const nv::Dims& stride) noexcept override { put("setStride", kStride, stride); }
  nv::Dims getStride() const noexcept override { return list(node_->is("Slice") ? kStride + 1 : kStride); }
  TENFOLD_TEXT_PROPERTY(nv::SampleMode, Mode, "mode", kModes, nv::SampleMode::kSTRICT_BOUNDS)
  void setAxes(const nv::Dims& axes) noexcept override {
    change("setAxes", [&] { node_->attrs.set("axes", toInts(axes)); });
  }
  nv::Dims getAxes() const noexcept override { return dimsAttr("axes"); }

 protected:
  size_t inputCount() const override {
    size_t count = 1;
    for (size_t i = kStart; i < node_->inputs.size(); ++i)
      if (const Value* v = node_->input(i); v && (!v->isConstant() || i > kStride)) count = i + 1;
    return count;
  }
  size_t mostInputs() const override { return kAxes + 1; }
  // Axes are constant: as a tensor they become the attribute.
  void inputChanged(size_t at) override {
    if (at != kAxes || !node_->is("TrtSlice")) return;
    const Value* axes = node_->input(kAxes);
    require(axes && axes->isConstant(), "the axes must be a constant");
    node_->attrs.set("axes", axes->constant.ints());
    network_.graph().setInput(node_, kAxes, nullptr);
    while (!node_->inputs.back()) node_->inputs.pop_back();
  }

 private:
  void put(const char* entry, size_t at, const nv::Dims& dims) noexcept {
    change(entry, [&] { setConstantInput(at, toInts(dims)); });
  }
  nv::Dims list(size_t at) const noexcept {
    const Value* v = node_->input(at);
    if (!v || !v->isConstant()) return unknownDims();
    return reporter().guard(
        "ISliceLayer", [&] { return toDims(knownInts(at)); }, unknownDims());
  }
};

const FaceEntry kFaces[] = {{"TrtSlice", nv::LayerType::kSLICE, makeFaceOf<SliceFace>},
                            {"Slice", nv::LayerType::kSLICE, makeFaceOf<SliceFace>}};

}  // namespace

std::span<const FaceEntry> sliceFaces() { return kFaces; }

nv::ISliceLayer* Network::addSlice(nv::ITensor& input, const nv::Dims& start, const nv::Dims& size,
                                   const nv::Dims& stride) noexcept {
  // Lists may still be replaced by tensors, and the axes chosen.
  return addLayer<SliceFace>(
      "addSlice", nv::LayerType::kSLICE,
      [&] {
        auto list = [&](const nv::Dims& d) { return d.nbDims < 0 ? nullptr : ints(toInts(d)); };
        return graph_->addNode("TrtSlice", {valueOf(input), list(start), list(size), list(stride)});
      },
      true);
}

}  // namespace tenfold
