// IConvolutionLayer and IDeconvolutionLayer. Kernel and bias are constants in inputs 1 and 2, or tensors.
#include "api/network/window_layer.h"

namespace tenfold {
namespace {

constexpr size_t kKernel = 1, kBias = 2;
// How many output channels the program wants; ONNX's operators know it from the kernel.
constexpr const char* kMaps = "layer.maps";

template <typename Handle, typename Slots, bool kTransposed>
class ConvolutionFace final : public WindowLayer<Handle, Slots> {
 public:
  using WindowLayer<Handle, Slots>::WindowLayer;
  using LayerFace::attrs;
  using LayerFace::change;
  using LayerFace::network_;
  using LayerFace::node_;
  using LayerFace::reporter;

  void setNbOutputMaps(int64_t maps) noexcept override {
    change("setNbOutputMaps", [&] {
      require(maps > 0, "the number of output maps is {}, expected 1 or more", maps);
      node_->attrs.set(kMaps, maps);
      shapeKernel();
    });
  }
  int64_t getNbOutputMaps() const noexcept override {
    return reporter().guard("getNbOutputMaps", [&] { return maps(); });
  }
  void setNbGroups(int64_t groups) noexcept override {
    change("setNbGroups", [&] {
      require(groups > 0, "the number of groups is {}, expected 1 or more", groups);
      node_->attrs.set("group", groups);
      shapeKernel();
    });
  }
  int64_t getNbGroups() const noexcept override { return this->intAttr("group", 1); }
  void setKernelWeights(nv::Weights weights) noexcept override {
    change("setKernelWeights", [&] { placeKernel(weights); });
  }
  nv::Weights getKernelWeights() const noexcept override { return weightsOf(node_->input(kKernel)); }
  void setBiasWeights(nv::Weights weights) noexcept override {
    change("setBiasWeights", [&] { placeBias(weights); });
  }
  nv::Weights getBiasWeights() const noexcept override { return weightsOf(node_->input(kBias)); }
  void setKernelSizeNd(const nv::Dims& size) noexcept override {
    change("setKernelSizeNd", [&] {
      std::vector<int64_t> values = toInts(size);
      for (int64_t v : values) require(v > 0, "kernel size {} must be positive", str(size));
      node_->attrs.set("kernel_shape", values);
      shapeKernel();
    });
  }
  nv::Dims getKernelSizeNd() const noexcept override {
    return reporter().guard(
        "getKernelSizeNd", [&] { return toDims(this->kernel()); }, unknownDims());
  }
  void setDilationNd(const nv::Dims& dilation) noexcept override {
    this->setPositive("setDilationNd", "dilations", dilation);
  }
  nv::Dims getDilationNd() const noexcept override { return this->listed("dilations", 1); }

  void placeKernel(const nv::Weights& weights) {
    place(kKernel, weights);
    shapeKernel();
  }
  void placeBias(const nv::Weights& weights) { place(kBias, weights); }

 protected:
  // Constants are weights, not inputs.
  size_t inputCount() const override {
    size_t count = 1;
    for (size_t i = kKernel; i <= kBias; ++i)
      if (const Value* v = node_->input(i); v && !v->isConstant()) count = i + 1;
    return count;
  }
  size_t mostInputs() const override { return 3; }
  std::vector<int64_t> kernel() const override {
    std::vector<int64_t> known = attrs().integers("kernel_shape");
    const Value* w = node_->input(kKernel);
    if (!known.empty() || !w || !w->shape) return known;
    for (size_t i = 2; i < w->shape->size(); ++i) known.push_back((*w->shape)[i].tryConstant().value_or(-1));
    return known;
  }

 private:
  void place(size_t slot, const nv::Weights& weights) {
    require(weights.count == 0 || isFloat(coreType(weights.type)),
            "the weights are {}; floats are expected (a dequantize layer makes them of integers)",
            typeName(coreType(weights.type)));
    Value* w =
        weights.count ? network_.addWeights(weights, Shape{weights.count}, node_->inputs[0]->dtype) : nullptr;
    network_.graph().setInput(node_, slot, w);
  }
  int64_t maps() const {
    const Value* w = node_->input(kKernel);
    constexpr size_t kAxis = kTransposed ? 1 : 0;
    int64_t fromKernel =
        w && w->shape && w->shape->size() > kAxis ? (*w->shape)[kAxis].tryConstant().value_or(-1) : -1;
    return attrs().integer(kMaps, kTransposed ? fromKernel * attrs().integer("group", 1) : fromKernel);
  }
  // Weights come as a list: its shape follows from the other parameters. A list that does not fit stays as it
  // is, and inference complains.
  void shapeKernel() {
    Value* w = node_->input(kKernel);
    if (!w || !w->isConstant() || !attrs().has(kMaps)) return;
    int64_t area = 1, groups = attrs().integer("group", 1);
    for (int64_t k : kernel()) area *= k;
    int64_t divisor = kTransposed ? maps() / groups * area : maps() * area;
    if (divisor <= 0 || w->constant.numel() % divisor) return;
    int64_t rest = w->constant.numel() / divisor;
    Shape shape = kTransposed ? Shape{rest, maps() / groups} : Shape{maps(), rest};
    for (int64_t k : kernel()) shape.push_back(k);
    w->constant = w->constant.reshaped(shape);
    w->shape = symShape(shape);
  }
};

using Convolution = ConvolutionFace<nv::IConvolutionLayer, nv::apiv::VConvolutionLayer, false>;
using Deconvolution = ConvolutionFace<nv::IDeconvolutionLayer, nv::apiv::VDeconvolutionLayer, true>;

const FaceEntry kFaces[] = {{"Conv", nv::LayerType::kCONVOLUTION, makeFaceOf<Convolution>},
                            {"ConvTranspose", nv::LayerType::kDECONVOLUTION, makeFaceOf<Deconvolution>}};

struct Parameters {
  nv::ITensor& input;
  int64_t maps;
  const nv::Dims& size;
  const nv::Weights &kernel, &bias;
};

// Complains of numbers of weights that no choice of groups makes right.
void requireCounts(const Parameters& p, const std::vector<int64_t>& kernel) {
  int64_t each = p.maps;
  bool isCountable = true;
  for (int64_t k : kernel) isCountable = isCountable && !__builtin_mul_overflow(each, k, &each);
  require(isCountable, "{} output maps with a kernel of size {} have more weights than can be counted",
          p.maps, str(p.size));
  require(
      p.kernel.count % each == 0,
      "there are {} kernel weights; {} output maps with a kernel of size {} need {} for each input channel "
      "of a group",
      p.kernel.count, p.maps, str(p.size), each);
  require(p.bias.count == 0 || p.bias.count == p.maps,
          "there are {} bias weights; {} output maps need one each", p.bias.count, p.maps);
}

template <typename Face>
Face* add(Network& network, const char* entry, const char* op, nv::LayerType type,
          const Parameters& p) noexcept {
  return network.addLayer<Face>(
      entry, type,
      [&] {
        const Value* x = network.valueOf(p.input);
        require(p.maps > 0, "the number of output maps is {}, expected 1 or more", p.maps);
        std::vector<int64_t> kernel = toInts(p.size);
        for (int64_t k : kernel) require(k > 0, "kernel size {} must be positive", str(p.size));
        require(x->rank() < 0 || static_cast<size_t>(x->rank()) == kernel.size() + 2,
                "input '{}' has {} dimensions; a kernel of size {} needs {}", x->name, x->rank(), str(p.size),
                kernel.size() + 2);
        requireCounts(p, kernel);
        Attributes attrs;
        attrs.set("kernel_shape", kernel);
        attrs.set(kMaps, p.maps);
        Node* node = network.addNode(op, {&p.input}, attrs);
        Face weights(network, node, type);
        weights.placeKernel(p.kernel);
        weights.placeBias(p.bias);
        return node;
      },
      /*later=*/true);  // groups and padding, and with them whether the kernel fits, come later
}

}  // namespace

std::span<const FaceEntry> convolutionFaces() { return kFaces; }

nv::IConvolutionLayer* Network::addConvolutionNd(nv::ITensor& input, int64_t nbOutputMaps,
                                                 const nv::Dims& kernelSize, nv::Weights kernelWeights,
                                                 nv::Weights biasWeights) noexcept {
  return add<Convolution>(*this, "addConvolutionNd", "Conv", nv::LayerType::kCONVOLUTION,
                          {input, nbOutputMaps, kernelSize, kernelWeights, biasWeights});
}

nv::IDeconvolutionLayer* Network::addDeconvolutionNd(nv::ITensor& input, int64_t nbOutputMaps,
                                                     const nv::Dims& kernelSize, nv::Weights kernelWeights,
                                                     nv::Weights biasWeights) noexcept {
  return add<Deconvolution>(*this, "addDeconvolutionNd", "ConvTranspose", nv::LayerType::kDECONVOLUTION,
                            {input, nbOutputMaps, kernelSize, kernelWeights, biasWeights});
}

}  // namespace tenfold
