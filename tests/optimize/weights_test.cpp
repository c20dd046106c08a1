#include "optimize/pass_test.h"
#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

int foldWeights(Graph& graph) {
  return applyRules(graph, batchNormRules()) + applyRules(graph, weightRules());
}

// The operators that are left, in order; `after` checks the results.
std::string operatorsAfter(const std::string& text) {
  std::string all = after(foldWeights, text, 1e-4), out;
  for (size_t at = all.find(" = "); at != std::string::npos; at = all.find(" = ", at + 1)) {
    size_t end = all.find('(', at);
    if (all.compare(at + 3, 5, "const") != 0)
      out += (out.empty() ? "" : " ") + all.substr(at + 3, end - at - 3);
  }
  return out;
}

struct Folded {
  const char* text;
  const char* operators;
};
class WeightFolding : public testing::TestWithParam<Folded> {};
TEST_P(WeightFolding, KeepsResults) { EXPECT_EQ(operatorsAfter(GetParam().text), GetParam().operators); }

#define STATISTICS "f32[4] random(2), f32[4] random(3), f32[4] random(4), f32[4] random(5,0.5,2)"
INSTANTIATE_TEST_SUITE_P(
    Cases, WeightFolding,
    testing::Values(
        Folded{"x:f32[2,3,5,5] -> c = Conv(x, f32[4,3,3,3] random(1)); y = BatchNormalization(c, " STATISTICS
               ")",
               "Conv"},
        Folded{"x:f32[2,4,5,5] -> c = Conv(x, f32[4,2,3,3] random(1), f32[4] random(9)) {group=2}; y = "
               "BatchNormalization(c, " STATISTICS ")",
               "Conv"},
        Folded{"x:f32[2,4,5] -> c = ConvTranspose(x, f32[4,2,3] random(1)) {group=2}; y = "
               "BatchNormalization(c, " STATISTICS ")",
               "ConvTranspose"},
        Folded{"x:f32[2,4,5] -> y = BatchNormalization(x, " STATISTICS ")", "Mul Add"},
        Folded{"x:f32[3,5] -> c = MatMul(x, f32[5,4] random(1)); y = BatchNormalization(c, " STATISTICS ")",
               "MatMul Add"},
        Folded{"x:f32[2,3,5,5] -> c = Conv(x, f32[4,3,3,3] random(1)); y = Mul(c, f32[3] random(2))",
               "Conv Mul"},
        Folded{"x:f32[2,4,5,5] -> m = Mul(x, f32[4,1,1] random(3)); y = Conv(m, f32[6,2,3,3] random(1)) "
               "{group=2, pads=[1,1,1,1]}",
               "Conv"},
        Folded{"x:f32[2,4,5] -> m = MatMul(x, f32[6,5] random(1)) {transB=1}; y = Mul(m, f32[6] random(3))",
               "MatMul"},
        Folded{"x:f32[2,4,5] -> m = MatMul(x, f32[5,6] random(1)); b = Add(m, f32[6] random(2)); y = Mul(b, "
               "f32[]{3})",
               "MatMul Add"},
        Folded{"x:f32[2,4,5] -> m = Mul(x, f32[]{0.5}); y = MatMul(m, f32[5,6] random(1))", "MatMul"},
        Folded{"x:f32[2,3,5,5] -> p = Pad(x, i64[8]{0,0,1,2,0,0,1,0}); y = Conv(p, f32[4,3,3,3] random(1)) "
               "{pads=[0,1,0,1]}",
               "Conv"},
        Folded{"x:f32[2,3,5,5] -> p = Pad(x, i64[8]{0,0,1,2,0,0,1,0}, f32[]{1}); y = Conv(p, f32[4,3,3,3] "
               "random(1))",
               "Pad Conv"},
        Folded{"x:f32[2,3,5,5] -> c = Conv(x, f32[4,3,3,3] random(1)); m = Mul(c, f32[]{2}); y = Add(c, m)",
               "Conv Mul Add"}));

}  // namespace
}  // namespace tenfold
