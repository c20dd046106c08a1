// Matrix products, and convolutions that are matrix products, by cuBLASLt, with the epilogues that it knows:
// relu(alpha * A * B + residual + bias). Constants stay inputs: nothing is packed.
#pragma once

#include "targets/cuda/device.h"
#include "targets/target.h"

namespace tenfold::cuda {

class CublasLtTactic final : public Tactic {
 public:
  explicit CublasLtTactic(const Device& device) : device_(device) {}
  std::string_view name() const override { return "cublaslt"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  // "algo=I", the heuristic's choices for the shapes at hand in its order; "heuristic", the first of them,
  // where there is no device to ask. ",tf32" follows where f32 factors may be rounded.
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override;
  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint& hint) const override;
  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const override;

 private:
  const Device& device_;
};

}  // namespace tenfold::cuda
