// Attention with everything that flash attention refuses: scores as an output, double precision, any head
// size and strides (kernels/attention_plain.cuh). A block for each query; not fast.
#pragma once

#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

class PlainAttentionTactic final : public GeneratedTactic {
 public:
  using GeneratedTactic::GeneratedTactic;
  std::string_view name() const override { return "plain-attention"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override;
  std::string generate(const Node& node, const std::string& config, const TuningHint& hint) const override;

 protected:
  std::unique_ptr<Kernel> makeKernel(const Node& node, const std::string& config,
                                     std::shared_ptr<const Module> module,
                                     std::vector<DeviceBuffer> weights) const override;
};

}  // namespace tenfold::cuda
