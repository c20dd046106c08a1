// Chooses the tactic of a node: asks every tactic, ranks by cost model, measures those that can win.
#pragma once

#include "plan/autotune/timing_cache.h"
#include "plan/plan.h"

namespace tenfold {

struct TunerOptions {
  bool measure = true;  // off: the cost model decides, and the build is the same on every run
  int maxMeasured = 4;  // candidates that are measured per node
  int iterations = 3;   // timed runs of each; the fastest counts
  TimingCache* cache = nullptr;
};

struct Choice {
  CompiledKernel compiled;
  std::vector<Trial> trials;  // what was tried, the chosen one first
};

// Throws Error (kUnsupported) with every tactic's reason where none accepts the node.
Choice chooseTactic(const Node& node, const TuningHint& hint, Target& target, const TunerOptions& options);

// What a node's timing depends on besides the device: operator, body, attributes, types and shapes.
std::string regionSignature(const Node& node, const TuningHint& hint);

}  // namespace tenfold
