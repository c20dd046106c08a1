// Targets for GPUs that need not be there, and the nodes of a case as their tactics are asked about them.
#pragma once

#include <gtest/gtest.h>

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

}  // namespace tenfold::testing_util
