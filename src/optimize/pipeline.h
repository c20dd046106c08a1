// The optimizer: rewrites a graph into one that computes the same with less work.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "graph/ir/graph.h"

namespace tenfold {

struct OptimizeOptions {
  // Passes to leave out, by name. A pass that is switched off changes speed, never results. The environment
  // variable TENFOLD_DISABLE_PASSES=a,b adds to them.
  std::vector<std::string> disabled;
  // Where to write the graph's text before the first and after every pass that changed it; the environment
  // variable TENFOLD_DUMP sets it where it is empty.
  std::string dumpDirectory;
  // Called with one line per pass that changed something, and with the reasons for near misses of rules where
  // TENFOLD_EXPLAIN names the rule.
  std::function<void(const std::string&)> log;
  bool verify = true;  // check the graph's invariants after every pass
  // The 16-bit type that float32 networks may compute in (precision/precision.h); kUndefined: none.
  DataType lowPrecision = DataType::kUndefined;
  bool integerProducts = false;  // the target gains from products of 8-bit integers
};

struct PassReport {
  std::string pass;
  double ms = 0;
  int changes = 0;
};

// Runs every pass in order (pipeline.cpp shows them on one screen). Reports what each did, repeated runs
// summed up. Throws Error where a pass breaks the graph, naming the pass.
std::vector<PassReport> optimize(Graph& graph, const OptimizeOptions& options = {});
// The names that OptimizeOptions::disabled takes (plan/build/build.h has those of a whole build).
std::vector<std::string> passNames();

}  // namespace tenfold
