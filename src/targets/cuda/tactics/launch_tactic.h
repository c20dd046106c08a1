// The common case of a generated tactic: one configuration, and functions of the node and its shapes only.
#pragma once

#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

// A family of operators that one kind of kernel serves.
struct LaunchFamily {
  const char* name;
  std::string (*refuses)(const Node& node, const TuningHint& hint);
  std::string (*generate)(const Node& node, const TuningHint& hint);
  // `node` lives as long as the launch.
  std::unique_ptr<Launch> (*prepare)(const Node& node, std::shared_ptr<const Module> module, Descs inputs,
                                     Descs outputs);
};

class LaunchTactic final : public GeneratedTactic {
 public:
  LaunchTactic(const Device& device, const LaunchFamily& family) : GeneratedTactic(device), family_(family) {}
  std::string_view name() const override { return family_.name; }
  std::string refuses(const Node& node, const TuningHint& hint) const override {
    return family_.refuses(node, hint);
  }
  std::string generate(const Node& node, const std::string&, const TuningHint& hint) const override {
    return family_.generate(node, hint);
  }

 protected:
  std::unique_ptr<Kernel> makeKernel(const Node& node, const std::string& config,
                                     std::shared_ptr<const Module> module,
                                     std::vector<DeviceBuffer> weights) const override;

 private:
  const LaunchFamily& family_;
};

// Gather, GatherElements, GatherND, ScatterElements, ScatterND and OneHot, with
// indices of 32 or 64 bits on the device. Plain layout, elements of whole bytes. An index beyond the extent
// reads zero and writes nothing.
extern const LaunchFamily kGather;
// What targets/moves.h plans: Transpose, Slice, Concat, ... Any layout, elements of whole bytes.
extern const LaunchFamily kMovement;
// Pad in every mode, negative pads included. Any layout, elements of whole bytes.
extern const LaunchFamily kPad;
// MaxPool (without indices), AveragePool, GlobalAveragePool and GlobalMaxPool over one to three spatial axes,
// with a pointwise epilogue. Both layouts; floats, and 8-bit integers for the maxima.
extern const LaunchFamily kPool;
// Resize along up to three neighbouring axes, every mode but tf_crop_and_resize; any layout. Nearest copies
// elements of whole bytes, the others combine floats of 16 and 32 bits.
extern const LaunchFamily kResize;

}  // namespace tenfold::cuda
