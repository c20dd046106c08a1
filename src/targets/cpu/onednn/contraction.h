// What convolutions and matrix products through oneDNN have in common: weights packed at build time, a chain
// of post-ops, and a pointwise pass for what post-ops cannot do.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "targets/cpu/onednn/dnnl_util.h"
#include "targets/fused_node.h"

namespace tenfold::cpu {

// One operator at concrete shapes, as its primitive sees it.
struct Contraction {
  dnnl::memory::desc src, dst;
  dnnl::memory::desc weights;  // as they lie in memory, unpacked
  std::optional<dnnl::memory::desc> bias;
  size_t srcInput = 0, weightsInput = 1, biasInput = 2;  // inputs of the node that is run
  const void* biasData = nullptr;                        // instead of biasInput: a constant inside the region
  // Of integer products: an 8-bit integer to subtract from every element of the source.
  struct ZeroPoint {
    DataType type;
    size_t input;
    const void* data = nullptr;  // instead of the input: a constant inside the region
  };
  std::optional<ZeroPoint> zeroPoint;
  double multiplications = 0;
  // How a post-op reads an operand; an empty descriptor where it cannot.
  std::function<dnnl::memory::desc(const TensorDesc&)> operand;
  // An operand of this shape could be the bias (one element for each output channel or column).
  std::function<std::optional<dnnl::memory::desc>(const TensorDesc&)> asBias;
  // Makes the primitive; throws dnnl::error.
  std::function<dnnl::primitive_desc(const Contraction&, const dnnl::memory::desc& weights,
                                     const dnnl::primitive_attr&)>
      make;
};

// Adds the zero point of MatMulInteger or ConvInteger to `op`. Throws Error (kUnsupported) where oneDNN
// cannot run them, or this processor has no instructions for integer products.
void addZeroPoint(Contraction& op, const FusedNode& fused, std::span<const TensorDesc> inputs);

// Describes the anchor of `fused`; throws Error (kUnsupported) where oneDNN cannot run it.
using Describe = Contraction (*)(const FusedNode& fused, std::span<const TensorDesc> inputs,
                                 std::span<const TensorDesc> outputs);

class ContractionTactic final : public Tactic {
 public:
  ContractionTactic(const char* name, std::vector<std::string_view> anchors, Describe describe)
      : name_(name), anchors_(std::move(anchors)), describe_(describe) {}
  std::string_view name() const override { return name_; }
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override;
  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint& hint) const override;
  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const override;

 private:
  const char* name_;
  std::vector<std::string_view> anchors_;  // the operators
  Describe describe_;
};

}  // namespace tenfold::cpu
