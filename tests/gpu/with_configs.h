// A tactic with given configurations instead of those it would offer, which may use TF32.
#pragma once

#include <string>
#include <vector>

#include "targets/tactic_harness.h"

namespace tenfold::testing_util {

class WithConfigs final : public Tactic {
 public:
  WithConfigs(const Tactic& inner, std::vector<std::string> configs)
      : inner_(inner), configs_(std::move(configs)) {}
  std::string_view name() const override { return inner_.name(); }
  std::string refuses(const Node& node, const TuningHint& hint) const override {
    TuningHint allowed = hint;
    allowed.allowTf32 = true;
    return inner_.refuses(node, allowed);
  }
  std::vector<Candidate> candidates(const Node&, const TuningHint&) const override {
    std::vector<Candidate> all;
    for (const std::string& c : configs_) all.push_back({c, 0});
    return all;
  }
  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint& hint) const override {
    return inner_.compile(node, config, hint);
  }
  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const override {
    return inner_.load(node, compiled);
  }

 private:
  const Tactic& inner_;
  std::vector<std::string> configs_;
};

inline std::vector<Tensor> operandsOf(const TextCase& c, const Node& node) {
  std::vector<Tensor> inputs;
  for (const Value* v : node.inputs) {
    if (v->isConstant()) inputs.push_back(v->constant);
    for (size_t i = 0; i < c.inputs.size(); ++i)
      if (v == c.graph->inputs[i]) inputs.push_back(c.inputs[i]);
  }
  return inputs;
}

// Whether the GPU has wgmma and the tensor copy engine.
inline bool isHopper() { return target("cuda").deviceSignature().find("sm_90") != std::string::npos; }

// A text with one node by a tactic of the GPU in both layouts, `layouts` of which it takes; with the given
// configurations, one by one, or those it offers.
inline void checkConfigs(const char* name, const std::string& text, double tolerance,
                         const std::vector<std::string>& configs = {}, int layouts = 1) {
  SCOPED_TRACE(text);
  Target& gpu = target("cuda");
  const Tactic* tactic = gpu.findTactic(name);
  TextCase c = parseCase(text);
  const Node& node = *c.graph->nodes().back();
  std::vector<Tensor> inputs = operandsOf(c, node), want = evalNode(node, inputs);
  auto runs = [&](const Tactic& t) {
    int count = 0;
    for (Layout layout : {Layout::kPlain, Layout::kChannelsLast})
      count += runTactic(gpu, t, node, inputs, want, tolerance, layout, true);
    EXPECT_EQ(count, layouts);
  };
  if (configs.empty()) runs(*tactic);
  for (const std::string& config : configs) {
    SCOPED_TRACE(config);
    runs(WithConfigs(*tactic, {config}));
  }
}

}  // namespace tenfold::testing_util
