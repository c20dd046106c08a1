// Gather, GatherElements, GatherND, ScatterElements, ScatterND (reductions none and add) and OneHot, with
// indices of 32 or 64 bits on the device. Plain layout, elements of whole bytes. An index beyond the extent
// reads zero and writes nothing.
#pragma once

#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

class GatherTactic final : public GeneratedTactic {
 public:
  using GeneratedTactic::GeneratedTactic;
  std::string_view name() const override { return "gather"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  std::string generate(const Node& node, const std::string& config, const TuningHint& hint) const override;

 protected:
  std::unique_ptr<Kernel> makeKernel(const Node& node, const std::string& config,
                                     std::shared_ptr<const Module> module,
                                     std::vector<DeviceBuffer> weights) const override;
};

}  // namespace tenfold::cuda
