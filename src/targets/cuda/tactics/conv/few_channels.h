// Convolutions of images with few channels, the first layers of networks, by the tensor cores
// (kernels/conv_few.cuh): the image in any layout, the result channels-last.
#pragma once

#include "targets/cuda/tactics/conv/packed_conv.h"

namespace tenfold::cuda {

class FewChannelsTactic final : public PackedConvTactic {
 public:
  using PackedConvTactic::PackedConvTactic;
  std::string_view name() const override { return "conv-few-channels"; }
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override;
  std::string generate(const Node& node, const std::string& config, const TuningHint& hint) const override;
  ConvPlan plan(const ConvNode& conv, const std::string& config, Descs in, Descs out) const override;

 protected:
  void require(const ConvNode& conv, const TuningHint& hint) const override;
  Tensor packWeights(const ConvNode& conv, const std::string& config, const TuningHint& hint,
                     const void* weights) const override;
};

}  // namespace tenfold::cuda
