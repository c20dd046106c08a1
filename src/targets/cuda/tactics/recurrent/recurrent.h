// LSTM, GRU and RNN with every option of ONNX (kernels/recurrent.cuh): one product for the inputs of all
// steps, then all steps in one launch whose blocks keep the recurrence weights in shared memory.
#pragma once

#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

class RecurrentTactic final : public GeneratedTactic {
 public:
  using GeneratedTactic::GeneratedTactic;
  std::string_view name() const override { return "recurrent"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override;
  std::string generate(const Node& node, const std::string& config, const TuningHint& hint) const override;

 protected:
  std::unique_ptr<Kernel> makeKernel(const Node& node, const std::string& config,
                                     std::shared_ptr<const Module> module,
                                     std::vector<DeviceBuffer> weights) const override;
};

}  // namespace tenfold::cuda
