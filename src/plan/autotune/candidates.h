// What can run a region: the best of each tactic by its cost model, then the second best of each, and so on.
#pragma once

#include "plan/autotune/tuner.h"

namespace tenfold {

struct Option {
  const Tactic* tactic;
  Candidate candidate;
};

struct Options {
  std::vector<Option> accepted;  // at least one
  std::vector<Trial> refused;
};

// Kernels can be compiled for a device that is not there, but not run.
bool canRun(Target& target);
// How many threads compile at a time.
int compileThreads(const Target& target, const TunerOptions& options);
// A device's context belongs to threads: one that asks tactics or compiles needs it.
void enterDevice(Target& target);

// Why the tactic cannot or may not run the node; empty where it can.
std::string refusalOf(const Tactic& tactic, const TunedNode& node, const Target& target,
                      const TunerOptions& options);
// The tactics that the builder's tactic sources leave out, whatever the node.
std::vector<Trial> listExclusions(Target& target, const TunerOptions& options);
// The tactics that refuse, in the target's order.
std::vector<Trial> listRefusals(const TunedNode& node, Target& target, const TunerOptions& options);
// Every accepted candidate that is worth a measurement; the target's reference only where nothing else is.
Options listOptions(const TunedNode& node, Target& target, const TunerOptions& options);

}  // namespace tenfold
