// Compiles the nodes of a case by every generated tactic of the CUDA target that accepts them. It needs the
// compiler (NVRTC), but no GPU.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "graph/ir/text.h"
#include "graph/ops/eval.h"
#include "graph/ops/op_def.h"
#include "targets/target.h"

namespace tenfold::testing_util {

// How many nodes each tactic compiled; "@last" is added to its name for channels-last values.
using Compiled = std::map<std::string, int>;

// The CUDA target for an architecture, or null where it cannot be loaded here.
inline Target* cudaTarget(const std::string& architecture) {
  try {
    return &target("cuda:" + architecture);
  } catch (const Error&) {
    return nullptr;
  }
}

inline TuningHint hintOf(const Node& node, const std::vector<Tensor>& inputs,
                         const std::vector<Tensor>& outputs, Layout layout) {
  TuningHint hint;
  auto desc = [&](const Tensor& t) {
    bool images = t.defined() && t.rank() >= 3 && t.rank() <= 5;
    return TensorDesc{t.dtype(), t.shape(), images ? layout : Layout::kPlain, nullptr};
  };
  for (size_t i = 0; i < inputs.size(); ++i) {
    hint.inputs.push_back(desc(inputs[i]));
    if (node.inputs[i] && node.inputs[i]->isConstant()) {
      hint.inputs.back().known = inputs[i].data();
      hint.inputs.back().layout = Layout::kPlain;
    }
  }
  for (const Tensor& t : outputs) hint.outputs.push_back(desc(t));
  return hint;
}

inline void compileNode(const Node& node, const TuningHint& hint, const std::string& suffix, Target& cuda,
                        Compiled& compiled) {
  for (const Tactic* tactic : cuda.tactics()) {
    if (tactic->name() == "host-reference" || !tactic->refuses(node, hint).empty()) continue;
    for (const Candidate& c : tactic->candidates(node, hint)) {
      CompiledKernel kernel = tactic->compile(node, c.config, hint);
      EXPECT_GT(kernel.blobs.at(0).bytes(), 0u) << tactic->name();
    }
    ++compiled[std::string(tactic->name()) + suffix];
  }
}

inline Compiled compileCase(const std::string& text, Target& cuda) {
  SCOPED_TRACE(text);
  Compiled compiled;
  try {
    TextCase c = parseCase(text);
    std::unordered_map<const Value*, Tensor> known;
    for (size_t i = 0; i < c.inputs.size(); ++i) known[c.graph->inputs[i]] = c.inputs[i];
    for (const Node* node : c.graph->nodes()) {
      std::vector<Tensor> inputs;
      for (const Value* v : node->inputs)
        inputs.push_back(!v ? Tensor() : v->isConstant() ? v->constant : known.at(v));
      std::vector<Tensor> outputs = evalNode(*node, inputs);
      for (Layout layout : {Layout::kPlain, Layout::kChannelsLast})
        compileNode(*node, hintOf(*node, inputs, outputs, layout), layout == Layout::kPlain ? "" : "@last",
                    cuda, compiled);
      for (size_t o = 0; o < outputs.size(); ++o)
        if (node->outputs[o]) known[node->outputs[o]] = outputs[o];
    }
  } catch (const std::exception& e) {
    ADD_FAILURE() << e.what();
  }
  return compiled;
}

// Every text is compiled by `tactic` for both generations of instructions.
inline void expectCompiles(const std::string& tactic, std::initializer_list<const char*> texts) {
  for (const char* architecture : {"sm_80", "sm_90"}) {
    Target* cuda = cudaTarget(architecture);
    if (!cuda) GTEST_SKIP() << "the CUDA target cannot be loaded here";
    for (const char* text : texts)
      EXPECT_GE(compileCase(text, *cuda)[tactic], 1) << text << " for " << architecture;
  }
}

}  // namespace tenfold::testing_util
