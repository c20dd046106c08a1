// Every test case of every operator by every tactic of the CPU target that accepts it.
#include "targets/tactic_harness.h"

namespace tenfold {
namespace {

class TacticSweep : public testing::TestWithParam<const OpDef*> {};

TEST_P(TacticSweep, EveryTacticAgreesWithTheReference) {
  const OpDef& op = *GetParam();
  if (op.isRandom) GTEST_SKIP() << "random";
  for (const OpCase& c : op.cases) testing_util::checkText(c.text, std::max(c.tolerance, 1e-5));
}

INSTANTIATE_TEST_SUITE_P(Cpu, TacticSweep, testing::ValuesIn(allOpDefs()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace tenfold
