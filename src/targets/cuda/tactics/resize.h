// Resize along up to three neighbouring axes, every mode but tf_crop_and_resize; any layout. Nearest copies
// elements of whole bytes, the others combine floats of 16 and 32 bits.
#pragma once

#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

class ResizeTactic final : public GeneratedTactic {
 public:
  using GeneratedTactic::GeneratedTactic;
  std::string_view name() const override { return "resize"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  std::string generate(const Node& node, const std::string& config, const TuningHint& hint) const override;

 protected:
  std::unique_ptr<Kernel> makeKernel(const Node& node, const std::string& config,
                                     std::shared_ptr<const Module> module,
                                     std::vector<DeviceBuffer> weights) const override;
};

}  // namespace tenfold::cuda
