// Runs passes: verifies after each, times, logs, dumps, and leaves out those that are switched off.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "optimize/pipeline.h"
#include "optimize/rules/rule.h"

namespace tenfold {

// A pass rewrites one graph, not its bodies (the runner visits those), and returns how many changes it made.
// It is a function or a table of rules.
struct Pass {
  const char* name;
  int (*run)(Graph&);
  std::span<const Rule> (*rules)();

  constexpr Pass(const char* n, int (*function)(Graph&)) : name(n), run(function), rules(nullptr) {}
  constexpr Pass(const char* n, std::span<const Rule> (*table)()) : name(n), run(nullptr), rules(table) {}
};
// Passes run in order, and all of them again while any changed something, at most `rounds` times.
struct Phase {
  std::span<const Pass> passes;
  int rounds;
};

class PassRunner {
 public:
  PassRunner(Graph& graph, const OptimizeOptions& options);
  std::vector<PassReport> run(std::span<const Phase> phases);

 private:
  int runPass(const Pass& pass);
  void dump(const std::string& name);
  bool isDisabled(const std::string& name) const;

  Graph& graph_;
  const OptimizeOptions& options_;
  std::vector<std::string> disabled_;
  std::string dumpDirectory_;
  int dumps_ = 0;
  std::vector<PassReport> reports_;
};

}  // namespace tenfold
