// What a build does as a whole.
#include "plan/build/build.h"

#include <gtest/gtest.h>

#include <map>

#include "graph/ir/text.h"

namespace tenfold {

Target& cpuTarget();

namespace {

TEST(Build, DisabledPassesDoNotRun) {
  auto changes = [](std::vector<std::string> disabled) {
    BuildOptions options;
    options.disabledPasses = std::move(disabled);
    auto graph = parseGraph(
        "graph g(x:f32[1,3,6,6]) { c = Conv(x, f32[4,3,1,1] {1,2,3,4,5,6,7,8,9,10,11,12}); y = Relu(c); "
        "return y }");
    auto plan = buildPlan(std::move(graph), cpuTarget(), options);
    std::map<std::string, int> counts;
    for (const PassSummary& p : plan->passes) counts[p.name] += p.changes;
    return counts;
  };
  auto all = changes({});
  EXPECT_GT(all["assign-layouts"], 0);
  EXPECT_GT(all["form-regions"], 0);
  auto none = changes({"assign-layouts", "form-regions"});
  EXPECT_EQ(none["assign-layouts"], 0);
  EXPECT_EQ(none["form-regions"], 0);
}

}  // namespace
}  // namespace tenfold
