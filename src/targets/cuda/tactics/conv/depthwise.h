// Convolutions of each channel by itself in channels-last layout, bound by memory: vectors of channels, tiles
// of pixels in registers.
#pragma once

#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

class DepthwiseConvTactic final : public GeneratedTactic {
 public:
  using GeneratedTactic::GeneratedTactic;
  std::string_view name() const override { return "conv-depthwise"; }
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
