#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "targets/cuda/device.h"
#include "targets/cuda/driver/cublaslt.h"
#include "targets/cuda/tactics/cublaslt_launch.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

constexpr int kMostAlgorithms = 8;
constexpr size_t kMostOuter = 64;  // launches of one node

ProductEpilogue parse(const Node& node) {
  ProductEpilogue e = parseProductEpilogue(node, "MatMul");
  return e.anchor ? e : parseProductEpilogue(node, "Conv");
}

ProductShape shapeOf(const ProductEpilogue& e, std::span<const TensorDesc> inputs) {
  const Shape& a = inputs[static_cast<size_t>(e.left)].shape;
  const Shape& b = inputs[static_cast<size_t>(e.right)].shape;
  return e.anchor->is("Conv") ? pointwiseConvShape(a, b) : matmulShape(*e.anchor, a, b);
}

bool allowsTf32(const std::string& config) { return config.ends_with(",tf32"); }

int algorithmOf(const std::string& config) {
  constexpr std::string_view kPrefix = "algo=";
  if (config.starts_with("heuristic")) return 0;
  int index = -1;
  if (config.starts_with(kPrefix))
    std::from_chars(config.data() + kPrefix.size(), config.data() + config.size(), index);
  if (index < 0 || index >= kMostAlgorithms)
    fail(ErrorKind::kInvalidPlan, "cublaslt has no configuration '{}'", config);
  return index;
}

std::string refusesLayouts(const ProductEpilogue& e, const TuningHint& hint) {
  bool conv = e.anchor->is("Conv");
  auto wants = [&](const TensorDesc& d, Layout layout) {
    return d.layout == layout || d.shape.rank() < 3 || d.shape.numel() == 0;
  };
  Layout layout = conv ? Layout::kChannelsLast : Layout::kPlain;
  bool fits = wants(hint.inputs[static_cast<size_t>(e.left)], layout) && wants(hint.outputs[0], layout) &&
              wants(hint.inputs[static_cast<size_t>(e.right)], Layout::kPlain) &&
              (e.residual < 0 || wants(hint.inputs[static_cast<size_t>(e.residual)], layout));
  if (fits) return "";
  return conv ? "a convolution is a product in channels-last layout only" : "it knows plain layout only";
}

std::string refusesTypes(const ProductEpilogue& e, const TuningHint& hint) {
  DataType type = hint.outputs[0].dtype;
  if (type != DataType::kFloat32 && type != DataType::kFloat16 && type != DataType::kBFloat16)
    return fmt::format("it does not multiply {}", typeName(type));
  for (int i : {e.left, e.right, e.bias, e.residual})
    if (i >= 0 && hint.inputs[static_cast<size_t>(i)].dtype != type) return "its operands differ in type";
  return "";
}

class LtKernel final : public Kernel {
 public:
  LtKernel(const Node& node, int algorithm, bool tf32)
      : epilogue_(parse(node)), algorithm_(algorithm), tf32_(tf32) {
    if (!epilogue_.refusal.empty())
      fail(ErrorKind::kInvalidPlan, "cublaslt cannot run node '{}': {}", node.name, epilogue_.refusal);
  }
  std::unique_ptr<Launch> prepare(std::span<const TensorDesc> inputs,
                                  std::span<const TensorDesc> outputs) const override {
    return prepareProduct(epilogue_, shapeOf(epilogue_, inputs), outputs[0].dtype, tf32_, algorithm_);
  }

 private:
  const ProductEpilogue epilogue_;
  const int algorithm_;
  const bool tf32_;
};

class CublasLtTactic final : public Tactic {
 public:
  explicit CublasLtTactic(const Device& device) : device_(device) {}
  std::string_view name() const override { return "cublaslt"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override {
    ProductEpilogue e = parse(node);
    if (!e.refusal.empty()) return e.refusal;
    if (e.activation != Activation::kNone && e.activation != Activation::kRelu)
      return "cuBLASLt knows no activation but Relu";
    if (!hint.knownRanks) return "the ranks are not known";
    if (std::string why = refusesTypes(e, hint); !why.empty()) return why;
    if (std::string why = refusesLayouts(e, hint); !why.empty()) return why;
    if (e.anchor->is("Conv"))
      if (std::string why = refusesPointwiseConv(*e.anchor, hint.inputs[static_cast<size_t>(e.right)].shape);
          !why.empty())
        return why;
    if (std::string why = cublasLtMissing(); !why.empty()) return why;
    try {
      ProductShape shape = shapeOf(e, hint.inputs);
      if (shape.isEmpty() || shape.k == 0) return "it is empty";
      if (shape.outer.size() > kMostOuter) return "its broadcasts need too many products";
      bool tf32 = hint.allowTf32 && hint.outputs[0].dtype == DataType::kFloat32;
      if (device_.exists()) prepareProduct(e, shape, hint.outputs[0].dtype, tf32, 0);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override {
    ProductEpilogue e = parse(node);
    ProductShape p = shapeOf(e, hint.inputs);
    DataType type = hint.outputs[0].dtype;
    bool wide = type == DataType::kFloat32, tf32 = wide && hint.allowTf32;
    double products = static_cast<double>(p.outer.size()) * static_cast<double>(p.batch);
    double operations = 2.0 * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k);
    double rate = device_.halfRate / (!wide ? 1 : tf32 ? 2 : 16);
    double bytes = products * static_cast<double>(p.m * p.k + p.k * p.n + p.m * p.n) * typeBits(type) / 8;
    double seconds = std::max(products * operations / (0.6 * rate), bytes / (0.8 * device_.bandwidth)) +
                     static_cast<double>(p.outer.size()) * device_.launchSeconds;
    const char* suffix = tf32 ? ",tf32" : "";
    if (!device_.exists()) return {{fmt::format("heuristic{}", suffix), seconds}};
    std::vector<Candidate> found;
    int count = countAlgorithms(e, p, type, tf32, kMostAlgorithms);
    found.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i)
      found.push_back({fmt::format("algo={}{}", i, suffix), seconds * (1 + 0.01 * i)});
    return found;
  }

  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint&) const override {
    algorithmOf(config);
    return {std::string(name()), config, {}, std::vector<uint8_t>(node.inputs.size(), 0)};
  }

  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const override {
    return std::make_unique<LtKernel>(node, algorithmOf(compiled.config), allowsTf32(compiled.config));
  }

 private:
  const Device& device_;
};

}  // namespace

std::unique_ptr<Tactic> makeCublasLt(const Device& device) {
  return std::make_unique<CublasLtTactic>(device);
}

}  // namespace tenfold::cuda
