// The common part of tactics whose kernels are generated CUDA C++: compiling, keeping and loading. The plan
// keeps cubin and code, so that a plan for another architecture is compiled again when it is loaded. What
// families of kernels add is a table of functions (GeneratedFamily) or, where a table of operators stands
// behind them, a subclass (call_tactic.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "graph/ir/graph.h"
#include "targets/cuda/device.h"
#include "targets/cuda/jit/module.h"
#include "targets/tactic_support.h"

namespace tenfold::cuda {

// Weights in the order that a kernel wants; `inputs` says which inputs of the node they replace.
struct PackedWeights {
  std::vector<Tensor> tensors;
  std::vector<uint8_t> inputs;
};

// What a kernel is made of. Device and node outlive it.
struct KernelParts {
  const Device& device;
  const Node& node;
  std::string config;
  std::shared_ptr<const Module> module;
  std::vector<DeviceBuffer> weights;  // what was packed, on the device
};

class GeneratedTactic : public Tactic {
 public:
  explicit GeneratedTactic(const Device& device) : device_(device) {}
  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint& hint) const final;
  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const final;

 protected:
  // A translation unit whose kernels are extern "C" and begin with waitForPrevious() (kernels/common.cuh).
  // Only what the node, config and hint say may flow into it: equal code is compiled once.
  virtual std::string generate(const Node& node, const std::string& config, const TuningHint& hint) const = 0;
  virtual PackedWeights pack(const Node&, const std::string&, const TuningHint&) const { return {}; }
  virtual std::unique_ptr<Kernel> makeKernel(KernelParts parts) const = 0;

  const Device& device_;
};

// A kind of generated kernel: what GeneratedTactic and Tactic ask for.
struct GeneratedFamily {
  const char* name;
  std::string (*refuses)(const Device& device, const Node& node, const TuningHint& hint);
  std::vector<Candidate> (*candidates)(const Device& device, const Node& node, const TuningHint& hint);
  std::string (*generate)(const Node& node, const std::string& config, const TuningHint& hint);
  std::unique_ptr<Kernel> (*makeKernel)(KernelParts parts);
  // Null: nothing is packed.
  PackedWeights (*pack)(const Node& node, const std::string& config, const TuningHint& hint) = nullptr;
};

std::unique_ptr<Tactic> makeTactic(const Device& device, const GeneratedFamily& family);

// Bytes moved over bandwidth, and a launch.
double memorySeconds(const Device& device, const TuningHint& hint);
// In the order of their seconds; equal ones keep theirs. No more than `most`.
void keepCheapest(std::vector<Candidate>& candidates, size_t most = SIZE_MAX);
// One configuration without a name; the cost model is the bytes moved.
std::vector<Candidate> oneCandidate(const Device& device, const Node& node, const TuningHint& hint);

// A kernel that prepares launches by `prepare(inputs, outputs)`, which keeps what it needs for that.
template <typename Prepare>
std::unique_ptr<Kernel> kernelOf(Prepare prepare) {
  class PreparingKernel final : public Kernel {
   public:
    explicit PreparingKernel(Prepare prepare) : prepare_(std::move(prepare)) {}
    std::unique_ptr<Launch> prepare(Descs inputs, Descs outputs) const override {
      return prepare_(inputs, outputs);
    }

   private:
    const Prepare prepare_;
  };
  return std::make_unique<PreparingKernel>(std::move(prepare));
}

}  // namespace tenfold::cuda
