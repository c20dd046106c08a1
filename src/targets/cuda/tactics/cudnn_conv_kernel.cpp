#include "targets/cuda/tactics/cudnn_conv_kernel.h"

#include "base/error.h"
#include "base/rounding.h"
#include "targets/fused_node.h"

namespace tenfold::cuda {
namespace {

constexpr std::string_view kFused = "fused, ", kBare = "bare, ", kTf32 = ", tf32";
constexpr std::string_view kAnchors[] = {"Conv", "ConvTranspose"};
constexpr size_t kAlignment = 256;  // between the product and cuDNN's own workspace

class DnnConvLaunch final : public Launch {
 public:
  DnnConvLaunch(const DnnConvNode& node, const DnnConvParts& parts, std::vector<DnnConvOperand> operands,
                DnnLaunch product)
      : node_(node), parts_(parts), operands_(std::move(operands)), product_(std::move(product)) {
    addresses_.resize(operands_.size());
  }
  // The bare product goes into the workspace, before cuDNN's and the tail's own.
  void addTail(std::unique_ptr<Launch> tail, size_t productBytes) {
    tail_ = std::move(tail);
    productBytes_ = roundUp(productBytes, kAlignment);
    tailInputs_.resize(parts_.tail.inputs.size());
  }
  size_t workspaceBytes() const override {
    return productBytes_ + std::max(product_.workspaceBytes(), tail_ ? tail_->workspaceBytes() : 0);
  }
  void run(const LaunchArgs& args) override {
    char* rest = static_cast<char*>(args.workspace) + productBytes_;
    void* product = tail_ ? args.workspace : args.outputs[0];
    for (size_t i = 0; i < operands_.size(); ++i) addresses_[i] = address(operands_[i], args, product);
    product_.run(addresses_, product_.workspaceBytes() ? rest : nullptr, args.stream);
    if (!tail_) return;
    for (size_t i = 0; i < tailInputs_.size(); ++i) {
      int from = parts_.tail.inputs[i];
      tailInputs_[i] = from == ProductTail::kProduct ? product : args.inputs[from];
    }
    tail_->run({tailInputs_.data(), args.outputs, rest, args.stream, nullptr});
  }

 private:
  void* address(DnnConvOperand operand, const LaunchArgs& args, void* product) const {
    const ProductEpilogue& e = node_.epilogue;
    switch (operand) {
      case DnnConvOperand::kInput:
        return args.inputs[e.left];
      case DnnConvOperand::kWeights:
        return parts_.isPacked ? parts_.weights.data() : args.inputs[e.right];
      case DnnConvOperand::kBias:
        return args.inputs[e.bias];
      case DnnConvOperand::kResidual:
        return args.inputs[e.residual];
      case DnnConvOperand::kOutput:
        break;
    }
    return product;
  }
  const DnnConvNode& node_;
  const DnnConvParts& parts_;
  const std::vector<DnnConvOperand> operands_;
  std::vector<void*> addresses_, tailInputs_;
  DnnLaunch product_;
  std::unique_ptr<Launch> tail_;
  size_t productBytes_ = 0;
};

class NoLaunch final : public Launch {
 public:
  void run(const LaunchArgs&) override {}
};

}  // namespace

DnnConvConfig DnnConvConfig::parse(const std::string& text) {
  DnnConvConfig c;
  std::string_view rest = text;
  c.fused = rest.starts_with(kFused);
  if (!c.fused && !rest.starts_with(kBare))
    fail(ErrorKind::kInvalidPlan, "cudnn-conv has no configuration '{}'", text);
  rest.remove_prefix(c.fused ? kFused.size() : kBare.size());
  c.tf32 = rest.ends_with(kTf32);
  if (c.tf32) rest.remove_suffix(kTf32.size());
  c.engine = rest;
  return c;
}

std::string DnnConvConfig::str() const {
  return fmt::format("{}{}{}", fused ? kFused : kBare, engine, tf32 ? kTf32 : "");
}

DnnConvNode::DnnConvNode(const Node& node, bool isFused) : fused(isFused) {
  FusedNode whole(node, kAnchors);
  if (!whole.anchor) fail(ErrorKind::kUnsupported, "there is no convolution, or several");
  if (fused) {
    epilogue = parseProductEpilogue(node, whole.anchor->opName());
    if (!epilogue.refusal.empty()) fail(ErrorKind::kUnsupported, "{}", epilogue.refusal);
    return;
  }
  epilogue.anchor = whole.anchor;
  epilogue.left = whole.inputIndex(whole.anchor->input(0));
  epilogue.right = whole.inputIndex(whole.anchor->input(1));
  if (epilogue.left < 0 || epilogue.right < 0)
    fail(ErrorKind::kUnsupported, "an operand is computed inside the region");
}

DnnConvShape DnnConvNode::shape(std::span<const TensorDesc> inputs) const {
  return dnnConvShape(anchor(), inputs[static_cast<size_t>(epilogue.left)].shape,
                      inputs[static_cast<size_t>(epilogue.right)].shape);
}

TensorDesc DnnConvNode::product(std::span<const TensorDesc> inputs,
                                std::span<const TensorDesc> outputs) const {
  const TensorDesc& x = inputs[static_cast<size_t>(epilogue.left)];
  if (fused) return outputs[0];
  Shape y = shape(inputs).y;
  if (x.shape.rank() == 3) y = {y[0], y[1], y[3]};
  return {x.dtype, y, outputs[0].layout, nullptr};
}

DnnConvGraph DnnConvNode::graph(const Device& device, std::span<const TensorDesc> inputs,
                                std::span<const TensorDesc> outputs, bool packed) const {
  const TensorDesc& x = inputs[static_cast<size_t>(epilogue.left)];
  TensorDesc residual;
  if (epilogue.residual >= 0) residual = inputs[static_cast<size_t>(epilogue.residual)];
  return dnnConvGraph(device, shape(inputs), x,
                      packed ? x.layout : inputs[static_cast<size_t>(epilogue.right)].layout, residual,
                      product(inputs, outputs), fusedEpilogue());
}

DnnConvKernel::DnnConvKernel(const Device& device, const Node& node, bool fused, DnnConvParts parts)
    : device_(device), node_(node, fused), parts_(std::move(parts)) {}

std::unique_ptr<Launch> DnnConvKernel::prepare(std::span<const TensorDesc> inputs,
                                               std::span<const TensorDesc> outputs) const {
  if (node_.shape(inputs).isEmpty()) {
    if (outputs[0].shape.numel() == 0) return std::make_unique<NoLaunch>();
    fail(ErrorKind::kUnsupported, "cuDNN does not sum over nothing");
  }
  DnnConvGraph made = node_.graph(device_, inputs, outputs, parts_.isPacked);
  auto launch = std::make_unique<DnnConvLaunch>(
      node_, parts_, made.operands,
      DnnLaunch(parts_.plans->find(made.graph), made.tensors, made.graph.scalars()));
  if (parts_.tailKernel) {
    TensorDesc product = node_.product(inputs, outputs);
    launch->addTail(parts_.tailKernel->prepare(parts_.tail.describe(inputs, product), outputs),
                    typeBytes(product.dtype, product.shape.numel()));
  }
  return launch;
}

}  // namespace tenfold::cuda
