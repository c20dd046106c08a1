// How much a network may lose in 16 bits: measures each node's error on the target and keeps those that lose
// too much in more bits.
#pragma once

#include <string>
#include <vector>

#include "plan/build/build.h"

namespace tenfold {

struct BudgetOptions {
  DataType type = DataType::kFloat16;  // what the network is lowered to
  // The largest error of a node, and of each network output: the root of the mean square of the differences
  // from float32 in units of that of the values.
  double budget = 0;
  std::vector<Tensor> inputs;  // one for each graph input; undefined ones are random at the profile's optimum
  Profile profile;
};

// A node that was measured in 16 bits.
struct NodeError {
  std::string name, op;
  double error = 0;                      // infinite where results are no longer numbers
  double largest = 0;                    // the largest magnitude of its float32 results
  bool overflows = false;                // some result is beyond the 16-bit type's range, or no number
  DataType kept = DataType::kUndefined;  // what it computes in instead, or kUndefined: it stays lowered
};

struct BudgetReport {
  std::vector<NodeError> nodes;            // in the graph's order
  double errorBefore = 0, errorAfter = 0;  // of the worst output, without and with the nodes that are kept
  // One object, and a text for the log that names the nodes that are kept.
  std::string json() const;
  std::string text() const;
};

// Optimizes the graph, measures it, and marks nodes (optimize/precision/precision.h) so that buildPlan with
// lowPrecision = type keeps the budget.
BudgetReport holdErrorBudget(Graph& graph, Target& target, const BudgetOptions& options);

}  // namespace tenfold
