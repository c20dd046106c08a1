// The last resort: copies the inputs to the host, runs the reference evaluation there, and copies the results
// back. It waits for the stream. The inspector shows it, and the builder warns of it.
#pragma once

#include "targets/target.h"

namespace tenfold::cuda {

class HostTactic final : public Tactic {
 public:
  std::string_view name() const override { return "host-reference"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override;
  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint& hint) const override;
  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const override;
};

}  // namespace tenfold::cuda
