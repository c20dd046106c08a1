#include "optimize/pass_test.h"
#include "optimize/passes/constant_folding.h"
#include "optimize/passes/push_transposes.h"
#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

int push(Graph& graph) {
  pushTransposes(graph);
  foldConstants(graph);
  return applyRules(graph, movementRules());
}

class Transposes : public testing::TestWithParam<BeforeAfter> {};
TEST_P(Transposes, MeetAndCancel) { EXPECT_EQ(after(push, GetParam().before), GetParam().after); }

INSTANTIATE_TEST_SUITE_P(
    Cases, Transposes,
    testing::Values(BeforeAfter{"x:f32[2,3,4] -> t = Transpose(x) {perm=[0,2,1]}; r = Relu(t); a = Add(r, "
                                "f32[3]{1,2,3}); y = Transpose(a) {perm=[0,2,1]}",
                                "%0 = Relu(x); y = Add(%0, f32[1,3,1] {1,2,3})"},
                    BeforeAfter{"x:f32[2,3,4], z:f32[2,3,4] -> t = Transpose(x) {perm=[2,0,1]}; u = "
                                "Transpose(z) {perm=[2,0,1]}; y = Mul(t, u)",
                                "%0 = Mul(x, z); y = Transpose(%0) {perm=[2,0,1]}"},
                    BeforeAfter{"x:f32[2,3] -> t = Transpose(x); y = Relu(t)",
                                "t = Transpose(x); y = Relu(t)"},
                    BeforeAfter{"x:f32[2,3], z:f32[3,2] -> t = Transpose(x); a = Add(t, z); y = Transpose(a)",
                                "t = Transpose(x); a = Add(t, z); y = Transpose(a)"},
                    BeforeAfter{"x:f32[2,3] -> t = Transpose(x); r = Relu(t); y = Transpose(r); return y, t",
                                "t = Transpose(x); r = Relu(t); y = Transpose(r)"}));

}  // namespace
}  // namespace tenfold
