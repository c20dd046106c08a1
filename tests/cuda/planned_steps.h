// What the passes that ask the target make of a graph for a Hopper GPU.
#pragma once

#include "cuda/compile_harness.h"
#include "optimize/pass_test.h"
#include "optimize/passes/merge_products.h"
#include "plan/regions/layout.h"
#include "plan/regions/regions.h"

namespace tenfold::testing_util {

inline int planForHopper(Graph& graph) {
  const Target& cuda = *compileTarget("sm_90");
  auto fuses = [&](const Node& anchor, const Node& node) { return cuda.fusesEpilogue(anchor, node); };
  int changes = mergeProducts(graph, fuses);
  inferGraph(graph);
  changes += assignLayouts(
      graph, [&](const Node& node) { return cuda.acceptsChannelsLast(node); }, fuses);
  RegionRules rules;
  rules.limits = cuda.fusionLimits();
  rules.fusesEpilogue = fuses;
  rules.fusesPointwise = [&](const Node& node) { return cuda.fusesEpilogue(node, node); };
  return changes + formRegions(graph, rules);
}

class PlannedForHopper : public testing::Test {
 protected:
  void SetUp() override {
    if (!compileTarget("sm_90")) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  }
};

// The steps in order, a region as KIND(operators), having seen that the results stay the same.
inline std::string plannedSteps(const std::string& text) {
  after(planForHopper, text, 5e-3);
  TextCase c = parseCase(text);
  planForHopper(*c.graph);
  std::string steps;
  for (const Node* n : c.graph->nodes()) {
    steps += steps.empty() ? "" : " ";
    if (!n->is("Region")) {
      steps += n->opName();
      continue;
    }
    steps += n->attrs.text("kind", "") + "(";
    for (const Node* inner : n->bodies[0]->nodes())
      steps += (steps.back() == '(' ? "" : " ") + std::string(inner->opName());
    steps += ")";
  }
  return steps;
}

}  // namespace tenfold::testing_util
