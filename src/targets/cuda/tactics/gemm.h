// Matrix products by kernels of our own: any pointwise epilogue, transposed and broadcast operands, any sizes
// and types; 1x1 convolutions in channels-last layout likewise. See gemm_config.h for the variants.
#pragma once

#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

class GemmTactic final : public GeneratedTactic {
 public:
  using GeneratedTactic::GeneratedTactic;
  std::string_view name() const override { return "gemm"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override;
  std::string generate(const Node& node, const std::string& config, const TuningHint& hint) const override;

 protected:
  std::unique_ptr<Kernel> makeKernel(const Node& node, const std::string& config,
                                     std::shared_ptr<const Module> module,
                                     std::vector<DeviceBuffer> weights) const override;
};

}  // namespace tenfold::cuda
