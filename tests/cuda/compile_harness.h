// Compiles nodes for GPUs that need not be there: every tactic of the CUDA target that accepts a node
// generates its kernels, and NVRTC turns them into machine code.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <unordered_map>

#include "base/error.h"
#include "graph/ir/text.h"
#include "graph/ops/eval.h"
#include "graph/ops/op_def.h"
#include "optimize/passes/expand_composites.h"
#include "targets/target.h"

namespace tenfold::testing_util {

// Null where the CUDA target or its compiler is absent.
inline Target* compileTarget(const std::string& architecture) {
  try {
    return &target("cuda:" + architecture);
  } catch (const Error&) {
    return nullptr;
  }
}

// How many kernels each tactic compiled.
using CompileCounts = std::map<std::string, int>;

inline void compileNode(Target& target, const Node& node, TuningHint hint, Layout layout, size_t most,
                        CompileCounts& counts) {
  for (auto* side : {&hint.inputs, &hint.outputs})
    for (TensorDesc& d : *side)
      if (d.shape.rank() >= 3 && d.shape.rank() <= 5) d.layout = layout;
  for (bool isStatic : {true, false}) {
    hint.staticShapes = isStatic;
    for (const Tactic* tactic : target.tactics()) {
      if (tactic->name() == "host-reference") continue;
      std::string refusal = tactic->refuses(node, hint);
      if (std::getenv("TENFOLD_TEST_REFUSALS") && !refusal.empty())
        std::fprintf(stderr, "%s refuses %s: %s\n", std::string(tactic->name()).c_str(), node.op->name,
                     refusal.c_str());
      if (!refusal.empty()) continue;
      std::vector<Candidate> candidates = tactic->candidates(node, hint);
      for (size_t i = 0; i < std::min(most, candidates.size()); ++i) {
        tactic->compile(node, candidates[i].config, hint);
        ++counts[std::string(tactic->name())];
      }
    }
  }
}

// f(node, hint) for every node of a case (OpCase::text) in plain layout. Constants and integers are known.
template <typename F>
void forEachNode(const std::string& text, F f) {
  TextCase c = parseCase(text);
  expandComposites(*c.graph);
  std::unordered_map<const Value*, Tensor> known;
  for (size_t i = 0; i < c.inputs.size(); ++i) known[c.graph->inputs[i]] = c.inputs[i];
  for (const Node* node : c.graph->nodes()) {
    TuningHint hint;
    std::vector<Tensor> inputs;
    for (const Value* v : node->inputs) {
      inputs.push_back(!v ? Tensor() : v->isConstant() ? v->constant : known.at(v));
      const Tensor& t = inputs.back();
      bool isKnown = t.defined() && (v->isConstant() || isInteger(t.dtype()));
      hint.inputs.push_back({t.dtype(), t.shape(), Layout::kPlain, isKnown ? t.data() : nullptr});
    }
    std::vector<Tensor> results = evalNode(*node, inputs);
    for (size_t o = 0; o < results.size(); ++o) {
      hint.outputs.push_back({results[o].dtype(), results[o].shape(), Layout::kPlain, nullptr});
      if (node->outputs[o]) known[node->outputs[o]] = results[o];
    }
    f(*node, hint);
  }
}

// Every node of a case by every tactic and `most` candidates of each, both layouts, fixed and free shapes.
inline CompileCounts compileText(Target& target, const std::string& text, size_t most = SIZE_MAX) {
  SCOPED_TRACE(text);
  CompileCounts counts;
  try {
    forEachNode(text, [&](const Node& node, const TuningHint& hint) {
      for (Layout layout : {Layout::kPlain, Layout::kChannelsLast})
        compileNode(target, node, hint, layout, most, counts);
    });
  } catch (const std::exception& e) {
    ADD_FAILURE() << text << ": " << e.what();
  }
  return counts;
}

}  // namespace tenfold::testing_util
