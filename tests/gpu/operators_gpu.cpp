// Operators of the tables of small kernels at odd, long and empty shapes, against the reference.
#include "cuda/operator_cases.h"
#include "targets/tactic_harness.h"

namespace tenfold {
namespace {

using testing_util::OperatorCase;

class CudaOperators : public testing::TestWithParam<OperatorCase> {};

TEST_P(CudaOperators, AgreeWithTheReference) {
  const OperatorCase& c = GetParam();
  EXPECT_GE(testing_util::checkText(c.text, c.tolerance, "cuda")[c.tactic], 1) << c.text;
}

INSTANTIATE_TEST_SUITE_P(Tables, CudaOperators, testing::ValuesIn(testing_util::kOperatorCases),
                         [](const auto& info) {
                           return testing_util::testName(info.param.tactic) + std::to_string(info.index);
                         });

}  // namespace
}  // namespace tenfold
