#include <algorithm>

#include "base/error.h"
#include "targets/cuda/tactics/cudnn_conv_kernel.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/tactics.h"
#include "targets/cuda/text_tensor.h"

namespace tenfold::cuda {
namespace {

constexpr size_t kMostPlans = 8;                                     // candidates of a node
constexpr size_t kWeights = PlanBook::kBlobs, kTail = kWeights + 1;  // blobs

void requireTypes(const DnnConvNode& conv, const TuningHint& hint) {
  DataType type = hint.inputs[static_cast<size_t>(conv.epilogue.left)].dtype;
  if (type != DataType::kFloat32 && type != DataType::kFloat16 && type != DataType::kBFloat16)
    fail(ErrorKind::kUnsupported, "it does not convolve {}", typeName(type));
  const ProductEpilogue& e = conv.epilogue;
  for (int i : {e.right, e.bias, e.residual})
    if (i >= 0 && hint.inputs[static_cast<size_t>(i)].dtype != type)
      fail(ErrorKind::kUnsupported, "its operands differ in type");
  if (conv.fused && hint.outputs[0].dtype != type)
    fail(ErrorKind::kUnsupported, "the result is of another type");
  if (conv.shape(hint.inputs).isEmpty()) fail(ErrorKind::kUnsupported, "it is empty");
}

bool isTf32(const DnnConvNode& conv, const TuningHint& hint) {
  return hint.allowTf32 && hint.inputs[static_cast<size_t>(conv.epilogue.left)].dtype == DataType::kFloat32;
}

bool usesTensorCores(const DnnConvNode& conv, bool tf32) { return conv.type() != DataType::kFloat32 || tf32; }

// Constant weights move into the order of a channels-last input; others are read as they lie.
bool packs(const DnnConvNode& conv, const TuningHint& hint) {
  return hint.inputs[static_cast<size_t>(conv.epilogue.right)].known &&
         hint.inputs[static_cast<size_t>(conv.epilogue.left)].layout == Layout::kChannelsLast;
}

DnnConvGraph graphOf(const Device& device, const DnnConvNode& conv, const TuningHint& hint) {
  return conv.graph(device, hint.inputs, hint.outputs, packs(conv, hint));
}

struct Found {
  bool fused = true, fallback = false;
  std::vector<std::string> engines;
};

// Fused where a good engine does so, else bare; slow engines where there is no other. Throws Error where none
// works.
Found find(const Device& device, const Node& node, const TuningHint& hint, size_t most) {
  std::string reason = "cuDNN has no engine for it";
  for (bool fallback : {false, true})
    for (bool fused : {true, false}) try {
        if (!fused && !productTail(node).node) continue;
        DnnConvNode conv(node, fused);
        requireTypes(conv, hint);
        DnnConvGraph made = graphOf(device, conv, hint);
        Found found{fused, fallback,
                    workingEngines(made.graph, usesTensorCores(conv, isTf32(conv, hint)), fallback, most)};
        if (!found.engines.empty()) return found;
      } catch (const Error& e) {
        if (e.kind() == ErrorKind::kOutOfMemory) throw;
        reason = e.what();
      }
  fail(ErrorKind::kUnsupported, "{}", reason);
}

TuningHint tailHint(const ProductTail& tail, const DnnConvNode& conv, const TuningHint& hint) {
  TuningHint made = hint;
  made.inputs = tail.describe(hint.inputs, conv.product(hint.inputs, hint.outputs));
  return made;
}

double estimate(const Device& device, const DnnConvNode& conv, const TuningHint& hint) {
  DnnConvShape s = conv.shape(hint.inputs);
  double type = hint.outputs[0].dtype == DataType::kFloat32 ? (isTf32(conv, hint) ? 2 : 16) : 1;
  const Shape& positions = s.isTransposed ? s.x : s.y;
  double operations = 2.0 * static_cast<double>(s.w.numel()) * static_cast<double>(positions[0]) *
                      static_cast<double>(positions.numel(2, positions.rank()));
  // Tensor cores take eight channels at a time; seen on an H200 where a group has fewer or uneven ones.
  constexpr double kUneven = 10;
  int64_t groups = conv.anchor().attrs.integer("group", 1);
  bool even = s.w[1] % 8 == 0 && s.w[0] / groups % 8 == 0;
  double products = operations * (even ? 1 : kUneven) / (0.6 * device.halfRate / type);
  return std::max(products, bytesMoved(hint) / (0.7 * device.bandwidth)) + device.launchSeconds;
}

class CudnnConvTactic final : public Tactic {
 public:
  explicit CudnnConvTactic(const Device& device)
      : device_(device), pointwise_(makeTactic(device, kPointwise)) {}
  std::string_view name() const override { return "cudnn-conv"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override {
    try {
      DnnConvNode(node, false);
      if (!hint.knownRanks) return "the ranks are not known";
      if (std::string why = cudnnMissing(); !why.empty()) return why;
      Found found = find(device_, node, hint, 1);
      if (found.fused) return "";
      ProductTail tail = productTail(node);
      return pointwise_->refuses(*tail.node, tailHint(tail, DnnConvNode(node, false), hint));
    } catch (const Error& e) {
      return e.what();
    }
  }

  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override {
    Found found = find(device_, node, hint, device_.exists() ? kMostPlans : 1);
    DnnConvNode conv(node, found.fused);
    double seconds = estimate(device_, conv, hint);
    if (!found.fused) seconds += memorySeconds(device_, hint);
    constexpr double kFallback = 8;  // engines that are there to work at all
    if (found.fallback) seconds *= kFallback;
    std::vector<Candidate> candidates;
    for (const std::string& engine : found.engines) {
      DnnConvConfig config{found.fused, isTf32(conv, hint), engine};
      candidates.push_back({config.str(), seconds * (1 + 0.01 * static_cast<double>(candidates.size()))});
    }
    return candidates;
  }

  CompiledKernel compile(const Node& node, const std::string& text, const TuningHint& hint) const override {
    DnnConvConfig config = DnnConvConfig::parse(text);
    DnnConvNode conv(node, config.fused);
    CompiledKernel compiled{std::string(name()), text, {}, std::vector<uint8_t>(node.inputs.size(), 0)};
    DnnConvGraph made = graphOf(device_, conv, hint);
    compiled.blobs = PlanBook::blobs(made.graph, config.engine);
    compiled.blobs.push_back(textTensor(""));
    if (packs(conv, hint)) {
      auto right = static_cast<size_t>(conv.epilogue.right);
      const TensorDesc& w = hint.inputs[right];
      compiled.blobs[kWeights] = packChannelsLast(Tensor(w.dtype, w.shape, const_cast<void*>(w.known)));
      compiled.packedInputs[right] = 1;
    }
    if (config.fused) return compiled;
    ProductTail tail = productTail(node);
    TuningHint rest = tailHint(tail, conv, hint);
    CompiledKernel after =
        pointwise_->compile(*tail.node, pointwise_->candidates(*tail.node, rest).at(0).config, rest);
    compiled.blobs.push_back(textTensor(after.config));
    for (Tensor& t : after.blobs) compiled.blobs.push_back(std::move(t));
    return compiled;
  }

  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const override {
    DnnConvParts parts;
    DnnConvConfig config = DnnConvConfig::parse(compiled.config);
    const auto& blobs = compiled.blobs;
    if (blobs.size() < kTail + (config.fused ? 0 : 1))
      fail(ErrorKind::kInvalidPlan, "node '{}': the plan holds no kernel of tactic {}", node.name, name());
    parts.plans = std::make_unique<PlanBook>(
        config.engine, usesTensorCores(DnnConvNode(node, config.fused), config.tf32), blobs);
    parts.isPacked = blobs[kWeights].numel() > 0;
    if (parts.isPacked) parts.weights = DeviceBuffer(blobs[kWeights]);
    if (!config.fused) {
      parts.tail = productTail(node);
      CompiledKernel after{std::string(pointwise_->name()), textOf(blobs[kTail]), {}, {}};
      after.blobs.assign(blobs.begin() + kTail + 1, blobs.end());
      if (!parts.tail.node)
        fail(ErrorKind::kInvalidPlan, "node '{}': nothing follows the product", node.name);
      parts.tailKernel = pointwise_->load(*parts.tail.node, after);
    }
    return std::make_unique<DnnConvKernel>(device_, node, config.fused, std::move(parts));
  }

 private:
  const Device& device_;
  const std::unique_ptr<Tactic> pointwise_;
};

}  // namespace

std::unique_ptr<Tactic> makeCudnnConv(const Device& device) {
  return std::make_unique<CudnnConvTactic>(device);
}

}  // namespace tenfold::cuda
