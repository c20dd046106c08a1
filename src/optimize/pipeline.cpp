#include "optimize/pipeline.h"

#include <algorithm>

#include "optimize/passes/bounded_masks.h"
#include "optimize/passes/constant_folding.h"
#include "optimize/passes/cse.h"
#include "optimize/passes/dead_code.h"
#include "optimize/passes/decide_branches.h"
#include "optimize/passes/expand_composites.h"
#include "optimize/passes/integer_products.h"
#include "optimize/passes/push_transposes.h"
#include "optimize/passes/shape_simplification.h"
#include "optimize/precision/precision.h"
#include "optimize/rules/tables.h"
#include "optimize/runner.h"

namespace tenfold {
namespace {

// Small rewrites that feed each other: repeated until nothing changes.
constexpr Pass kCleanup[] = {
    {"fold-constants", foldConstants},    // nodes whose inputs are all known
    {"simplify-shapes", simplifyShapes},  // shape arithmetic that is known while building
    {"decide-branches", decideBranches},  // If whose branches differ in rank, by what follows
    {"algebra", algebraRules},            // x*1, double negation, small powers, ...
    {"movement", movementRules},          // views of views, copies of everything, casts there and back
    {"lookups", lookupRules},             // rows of tables that are stored in small integers
    {"cse", mergeEqualNodes},             // the same computed twice
    {"dead-code", removeDeadCode},
};

// What was taken apart on the way into the model is put together again.
constexpr Pass kRecognize[] = {
    {"expand-composites", expandComposites},     // operators that are defined by others
    {"recognize-activations", activationRules},  // Gelu, Swish, HardSwish, ...
    {"recognize-softmax", softmaxRules},        {"recognize-normalizations", normalizationRules},
    {"recognize-attention", attentionRules},    {"push-transposes", pushTransposes},
    {"simplify-products", productRules},        {"fold-batch-norm", batchNormRules},
    {"fold-into-weights", weightRules},
};

// What only kernels care about: weights as floats where no kernel takes integers, poolings instead of
// reductions.
constexpr Pass kFinish[] = {
    {"fold-dequantized-constants", foldDequantizedConstants},
    {"pool-reductions", reductionRules},
};

// Before constants are folded, and again for what composites are made of.
constexpr Pass kIntegers[] = {{"integer-products", formIntegerProducts}};

// `integers`: 1 with the phases of integer products, 0 without.
std::vector<Phase> phasesOf(int integers) {
  return {{kIntegers, integers}, {kCleanup, 8}, {kRecognize, 4}, {kIntegers, integers},
          {kCleanup, 8},         {kFinish, 1},  {kCleanup, 4}};
}

template <DataType kType>
int lowerTo(Graph& graph) {
  return lowerPrecision(graph, kType);
}

// Nodes that ask for a precision of their own get it whatever the network may have.
constexpr const char* kLowerPrecision = "lower-precision";
constexpr Pass kLowerSome[] = {{kLowerPrecision, lowerTo<DataType::kUndefined>}};
constexpr Pass kLowerToHalf[] = {{kLowerPrecision, lowerTo<DataType::kFloat16>}};
constexpr Pass kLowerToBfloat[] = {{kLowerPrecision, lowerTo<DataType::kBFloat16>}};

// Not common subexpressions: a conversion costs nothing where its only reader is, but memory where it is
// shared.
constexpr Pass kAfterLowering[] = {
    {"fold-constants", foldConstants},
    {"movement", movementRules},
    {"dead-code", removeDeadCode},
};

// What kernels ask about values, as far as the graph shows it.
constexpr Pass kMarks[] = {{"bounded-masks", markBoundedMasks}};

std::span<const Pass> loweringTo(DataType type) {
  if (type == DataType::kFloat16) return kLowerToHalf;
  if (type == DataType::kBFloat16) return kLowerToBfloat;
  return kLowerSome;
}

}  // namespace

std::vector<PassReport> optimize(Graph& graph, const OptimizeOptions& options) {
  std::vector<Phase> phases = phasesOf(options.integerProducts);
  phases.push_back({loweringTo(options.lowPrecision), 1});
  phases.push_back({kAfterLowering, 2});
  phases.push_back({kMarks, 1});
  return PassRunner(graph, options).run(phases);
}

std::vector<std::string> passNames() {
  std::vector<std::string> names;
  for (const Phase& phase : phasesOf(1))
    for (const Pass& pass : phase.passes)
      if (std::find(names.begin(), names.end(), pass.name) == names.end()) names.push_back(pass.name);
  names.emplace_back(kLowerPrecision);
  names.emplace_back(kMarks[0].name);
  return names;
}

}  // namespace tenfold
