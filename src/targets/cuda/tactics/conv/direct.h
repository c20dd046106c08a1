// Convolutions of every kind by one simple kernel: any rank, group, stride, dilation, layout and type, plain
// or transposed, weights that are known or not. What nothing better takes comes here.
#pragma once

#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

class DirectConvTactic final : public GeneratedTactic {
 public:
  using GeneratedTactic::GeneratedTactic;
  std::string_view name() const override { return "conv-direct"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override;
  std::string generate(const Node& node, const std::string& config, const TuningHint& hint) const override;

 protected:
  Packed pack(const Node& node, const std::string& config, const TuningHint& hint) const override;
  std::unique_ptr<Kernel> makeKernel(const Node& node, const std::string& config,
                                     std::shared_ptr<const Module> module,
                                     std::vector<DeviceBuffer> weights) const override;
};

}  // namespace tenfold::cuda
