// Attention by matrix instructions, its scores in registers only (kernels/attention.cuh): 16-bit floats, and
// 32-bit ones through TF32, once where that is allowed and as three products otherwise. Head sizes to 256,
// views before and behind, masks, causality, windows, soft cap, grouped heads, past and present keys.
#pragma once

#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

class FlashAttentionTactic final : public GeneratedTactic {
 public:
  using GeneratedTactic::GeneratedTactic;
  std::string_view name() const override { return "flash-attention"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override;
  std::string generate(const Node& node, const std::string& config, const TuningHint& hint) const override;

 protected:
  std::unique_ptr<Kernel> makeKernel(const Node& node, const std::string& config,
                                     std::shared_ptr<const Module> module,
                                     std::vector<DeviceBuffer> weights) const override;
};

}  // namespace tenfold::cuda
