// Operators that move elements without changing them: Transpose, Slice, Concat, Split, Expand, Tile, Reorder
// between layouts, and copies for Reshape, Squeeze, Unsqueeze, Flatten and Identity. Any layout, elements of
// whole bytes.
#pragma once

#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

class MovementTactic final : public GeneratedTactic {
 public:
  using GeneratedTactic::GeneratedTactic;
  std::string_view name() const override { return "movement"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  std::string generate(const Node& node, const std::string& config, const TuningHint& hint) const override;

 protected:
  std::unique_ptr<Kernel> makeKernel(const Node& node, const std::string& config,
                                     std::shared_ptr<const Module> module,
                                     std::vector<DeviceBuffer> weights) const override;
};

// Pad in every mode, negative pads included. Any layout, elements of whole bytes.
class PadTactic final : public GeneratedTactic {
 public:
  using GeneratedTactic::GeneratedTactic;
  std::string_view name() const override { return "pad"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  std::string generate(const Node& node, const std::string& config, const TuningHint& hint) const override;

 protected:
  std::unique_ptr<Kernel> makeKernel(const Node& node, const std::string& config,
                                     std::shared_ptr<const Module> module,
                                     std::vector<DeviceBuffer> weights) const override;
};

}  // namespace tenfold::cuda
