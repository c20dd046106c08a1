#include "optimize/pipeline.h"

#include <algorithm>

#include "optimize/passes/algebra.h"
#include "optimize/passes/constant_folding.h"
#include "optimize/passes/cse.h"
#include "optimize/passes/dead_code.h"
#include "optimize/passes/expand_composites.h"
#include "optimize/passes/shape_simplification.h"
#include "optimize/runner.h"

namespace tenfold {
namespace {

// Small rewrites that feed each other: repeated until nothing changes.
constexpr Pass kCleanup[] = {
    {"fold-constants", foldConstants},    // nodes whose inputs are all known
    {"simplify-shapes", simplifyShapes},  // shape arithmetic that is known while building
    {"algebra", simplifyAlgebra},         // x*1, double negation, views of views, ...
    {"cse", mergeEqualNodes},             // the same computed twice
    {"dead-code", removeDeadCode},
};

constexpr Pass kExpand[] = {
    {"expand-composites", expandComposites},  // operators that are defined by others
};

constexpr Phase kPhases[] = {
    {kCleanup, 8},
    {kExpand, 1},
    {kCleanup, 8},
};

}  // namespace

std::vector<PassReport> optimize(Graph& graph, const OptimizeOptions& options) {
  return PassRunner(graph, options).run(kPhases);
}

std::vector<std::string> passNames() {
  std::vector<std::string> names;
  for (const Phase& phase : kPhases)
    for (const Pass& pass : phase.passes)
      if (std::find(names.begin(), names.end(), pass.name) == names.end()) names.push_back(pass.name);
  return names;
}

}  // namespace tenfold
