// MaxPool (without indices), AveragePool, GlobalAveragePool and GlobalMaxPool over one to three spatial axes,
// with a pointwise epilogue. Both layouts; floats, and 8-bit integers for the maxima.
#pragma once

#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

class PoolTactic final : public GeneratedTactic {
 public:
  using GeneratedTactic::GeneratedTactic;
  std::string_view name() const override { return "pool"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  std::string generate(const Node& node, const std::string& config, const TuningHint& hint) const override;

 protected:
  std::unique_ptr<Kernel> makeKernel(const Node& node, const std::string& config,
                                     std::shared_ptr<const Module> module,
                                     std::vector<DeviceBuffer> weights) const override;
};

}  // namespace tenfold::cuda
