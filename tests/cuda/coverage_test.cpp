// Which operators still go through the host on the GPU: the list may only become shorter.
#include <gtest/gtest.h>

#include <algorithm>

#include "cuda/compile_harness.h"

namespace tenfold {
namespace {

// Control flow is the executor's; of the others, some cases have no kernel.
constexpr std::string_view kOnHost[] = {
    "Assertion", "BatchNormalization", "If", "Loop", "MelWeightMatrix", "Resize", "Scan"};

// The reasons why each tactic refuses the node, or empty where one accepts it.
std::string refusals(Target& target, const Node& node, const TuningHint& hint) {
  std::string all;
  for (const Tactic* tactic : target.tactics()) {
    if (tactic->name() == "host-reference") continue;
    std::string why = tactic->refuses(node, hint);
    if (why.empty()) return "";
    all += fmt::format("\n    {}: {}", tactic->name(), why);
  }
  return all;
}

bool isPacked(const Node& node) {
  auto packed = [](const Value* v) {
    return v && v->dtype != DataType::kUndefined && typeBits(v->dtype) < 8;
  };
  return std::any_of(node.inputs.begin(), node.inputs.end(), packed);
}

TEST(CudaCoverage, EveryCaseButTheListedHasAKernel) {
  Target* target = testing_util::compileTarget("sm_90");
  if (!target) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  int checked = 0;
  for (const OpDef* op : allOpDefs())
    for (const OpCase& c : op->cases)
      testing_util::forEachNode(c.text, [&](const Node& node, const TuningHint& hint) {
        bool listed = std::find(std::begin(kOnHost), std::end(kOnHost), node.opName()) != std::end(kOnHost);
        if (listed || isPacked(node)) return;
        ++checked;
        EXPECT_EQ(refusals(*target, node, hint), "") << node.opName() << " in " << c.text;
      });
  EXPECT_GT(checked, 300);
}

}  // namespace
}  // namespace tenfold
