// The common case of a tactic: one configuration, nothing compiled; all it does is prepare launches.
#pragma once

#include "graph/ir/graph.h"
#include "targets/tactic_support.h"

namespace tenfold::cpu {

class LaunchTactic final : public Tactic {
 public:
  using Refuses = std::string (*)(const Node&, const TuningHint&);
  using Prepare = std::unique_ptr<Launch> (*)(const Node&, Descs inputs, Descs outputs);
  // `bytesPerSecond`: a guess, for the cost model.
  LaunchTactic(const char* name, Refuses refuses, Prepare prepare, double bytesPerSecond = 20e9)
      : name_(name), refuses_(refuses), prepare_(prepare), bytesPerSecond_(bytesPerSecond) {}

  std::string_view name() const override { return name_; }
  std::string refuses(const Node& node, const TuningHint& hint) const override {
    return refuses_(node, hint);
  }
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override;
  CompiledKernel compile(const Node&, const std::string& config, const TuningHint&) const override;
  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel&) const override;

 private:
  const char* name_;
  Refuses refuses_;
  Prepare prepare_;
  double bytesPerSecond_;
};

// For tactics whose launch L(node, inputs, outputs) itself throws Error where it cannot run the node.
template <typename L>
std::string refusesLaunch(const Node& node, const TuningHint& hint) {
  return reasonOf([&] { L(node, hint.inputs, hint.outputs); });
}
template <typename L>
std::unique_ptr<Launch> makeLaunch(const Node& node, Descs inputs, Descs outputs) {
  return std::make_unique<L>(node, inputs, outputs);
}

}  // namespace tenfold::cpu
