// Which operators still go through the host on the GPU: the list may only become shorter.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <set>

#include "base/error.h"
#include "cuda/compile_harness.h"

namespace tenfold {
namespace {

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

TEST(CudaCoverage, List) {
  Target* target = testing_util::compileTarget("sm_90");
  if (!target) GTEST_SKIP();
  std::map<std::string, std::string> left;
  for (const OpDef* op : allOpDefs())
    for (const OpCase& c : op->cases) {
      testing_util::forEachNode(c.text, [&](const Node& node, const TuningHint& hint) {
        if (std::string why = refusals(*target, node, hint); !why.empty())
          left[std::string(node.opName())] += fmt::format("\n  {} {}", c.text, getenv("WHY") ? why : "");
      });
    }
  for (auto& [name, why] : left) std::printf("%s %s\n", name.c_str(), why.c_str());
}

}  // namespace
}  // namespace tenfold
