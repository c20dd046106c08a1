// Chooses tactics for nodes: asks every tactic, ranks by cost model, measures those that can win. Nodes that
// are equal but for their weights are one region, measured once; kernels are compiled in parallel.
#pragma once

#include <functional>
#include <span>

#include "plan/autotune/timing_cache.h"
#include "plan/plan.h"

namespace tenfold {

struct TunerOptions {
  bool measure = true;  // off: the cost model decides, and the build is the same on every run
  int maxMeasured = 4;  // candidates that are measured per region
  int iterations = 3;   // timed runs of each; the fastest counts
  // Candidates that the cost model puts behind the best by more than this factor are not measured.
  double hopeless = 4;
  // For how long kernels are tried in the place that they have in the network, where they start before their
  // predecessors end; 0: what they take alone decides.
  double networkSeconds = 3;
  int threads = 0;                    // that compile, at most; 0: as many as the machine has cores
  std::vector<std::string> excluded;  // tactics that are not used, by name; never the target's last one
  TimingCache* cache = nullptr;
};

struct Choice {
  std::string tactic, config;  // of the candidate; empty where the kernel in use serves
  CompiledKernel compiled;     // whose configuration may say more
  std::vector<Trial> trials;   // what was tried, the chosen one first
  std::string signature;       // equal for nodes that are one region
};

struct TunedNetwork;

struct TunedNode {
  const Node* node = nullptr;
  TuningHint hint;
  // Other sizes of a node that has a kernel already: where none is faster than this one by so much that a
  // second kernel pays, the choice is empty. `hint` of both differ in shapes only.
  const TunedNode* beside = nullptr;
  const Choice* used = nullptr;
  std::vector<Tensor> held = {};  // elements that the hint tells of
};

// One choice for each node. `progress` hears how many of how many are done. Where the nodes are all launches
// of a `network`, its time decides among near candidates. Throws Error (kUnsupported) with every tactic's
// reason where none accepts a node.
std::vector<Choice> chooseTactics(std::span<const TunedNode> nodes, Target& target,
                                  const TunerOptions& options,
                                  const std::function<void(int done, int total)>& progress = {},
                                  const TunedNetwork* network = nullptr);

}  // namespace tenfold
