// Convolutions and transposed convolutions over one to three axes by cuDNN's graph API, with what follows
// them: fused by cuDNN as activation(alpha * product + residual + bias) where an engine knows it, else by a
// generated pointwise kernel. Every plan is compiled while building and kept in the plan file.
#pragma once

#include "targets/cuda/device.h"
#include "targets/cuda/tactics/pointwise.h"
#include "targets/target.h"

namespace tenfold::cuda {

class CudnnConvTactic final : public Tactic {
 public:
  explicit CudnnConvTactic(const Device& device) : device_(device), pointwise_(device) {}
  std::string_view name() const override { return "cudnn-conv"; }
  // Among others: there is no library, or none of its engines takes the graph.
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  // "fused, engine E, K=V..." or "bare, engine E, K=V...": the engine and its knobs by cuDNN's numbers. With
  // ", tf32" at the end f32 factors may be rounded.
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override;
  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint& hint) const override;
  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const override;

 private:
  const Device& device_;
  const PointwiseTactic pointwise_;
};

}  // namespace tenfold::cuda
