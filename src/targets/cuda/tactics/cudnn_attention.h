// Attention without caches in f16 and bf16 by cuDNN's fused engines: no mask, causal, or a constant mask that
// is added to the scores.
#pragma once

#include "targets/cuda/device.h"
#include "targets/target.h"

namespace tenfold::cuda {

class CudnnAttentionTactic final : public Tactic {
 public:
  explicit CudnnAttentionTactic(const Device& device) : device_(device) {}
  std::string_view name() const override { return "cudnn-attention"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  // "engine E, K=V...": the engine and its knobs by cuDNN's numbers.
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override;
  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint& hint) const override;
  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const override;

 private:
  const Device& device_;
};

}  // namespace tenfold::cuda
