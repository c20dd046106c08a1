// The common part of tactics whose kernels are generated CUDA C++. A subclass writes the code of a node and
// prepares launches; compiling, keeping and loading it is done here. The plan keeps cubin and code, so that a
// plan for another architecture is compiled again when it is loaded.
#pragma once

#include <memory>
#include <string>

#include "graph/ir/graph.h"
#include "targets/cuda/device.h"
#include "targets/cuda/jit/module.h"
#include "targets/tactic_support.h"

namespace tenfold::cuda {

class GeneratedTactic : public Tactic {
 public:
  explicit GeneratedTactic(const Device& device) : device_(device) {}
  // One configuration; the cost model is the bytes moved.
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override;
  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint& hint) const final;
  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const final;

  // A translation unit whose kernels are extern "C" and begin with waitForPrevious() (kernels/common.cuh).
  // Only what the node, config and hint say may flow into it: equal code is compiled once.
  virtual std::string generate(const Node& node, const std::string& config, const TuningHint& hint) const = 0;

 protected:
  // Weights in the order that the kernel wants; `packedInputs` says which inputs they replace.
  struct Packed {
    std::vector<Tensor> tensors;
    std::vector<uint8_t> inputs;
  };
  virtual Packed pack(const Node&, const std::string&, const TuningHint&) const { return {}; }
  // `weights`: what pack() gave, on the device.
  virtual std::unique_ptr<Kernel> makeKernel(const Node& node, const std::string& config,
                                             std::shared_ptr<const Module> module,
                                             std::vector<DeviceBuffer> weights) const = 0;
  const Device& device_;
};

// Bytes moved over bandwidth, and a launch.
double memorySeconds(const Device& device, const TuningHint& hint);

}  // namespace tenfold::cuda
