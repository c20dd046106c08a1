#include "optimize/pass_test.h"
#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

int simplify(Graph& graph) { return applyRules(graph, algebraRules()) + applyRules(graph, movementRules()); }

class Algebra : public testing::TestWithParam<BeforeAfter> {};
TEST_P(Algebra, Simplifies) { EXPECT_EQ(after(simplify, GetParam().before), GetParam().after); }

INSTANTIATE_TEST_SUITE_P(
    Arithmetic, Algebra,
    testing::Values(
        BeforeAfter{"x:f32[2,3] -> t = Mul(x, f32[]{1}); y = Relu(t)", "y = Relu(x)"},
        BeforeAfter{"x:f32[3] -> t = Add(x, f32[2,1]{0,0}); y = Relu(t)",
                    "t = Add(x, f32[2,1] {0,0}); y = Relu(t)"},
        BeforeAfter{"x:f32[2] -> t = Sub(x, f32[1]{0.5}); y = Relu(t)",
                    "%0 = Add(x, f32[1] {-0.5}); y = Relu(%0)"},
        BeforeAfter{"x:i32[2] -> t = Sub(x, i32[1]{5}); y = Relu(t)", "t = Sub(x, i32[1] {5}); y = Relu(t)"},
        BeforeAfter{"x:f32[2] -> t = Div(x, f32[]{8}); y = Relu(t)",
                    "%0 = Mul(x, f32[] {0.125}); y = Relu(%0)"},
        BeforeAfter{"x:f16[2] -> t = Div(x, f16[]{3}); y = Relu(t)", "t = Div(x, f16[] {3}); y = Relu(t)"},
        BeforeAfter{"x:f32[2] -> t = Div(x, f32[]{0}); y = IsInf(t)", "t = Div(x, f32[] {0}); y = IsInf(t)"},
        BeforeAfter{"x:f32[2] -> t = Pow(x, f32[]{2}); y = Relu(t)", "%0 = Mul(x, x); y = Relu(%0)"},
        BeforeAfter{"x:f32[2] random(1,0,3) -> t = Pow(x, f32[]{0.5}); y = Relu(t)",
                    "%0 = Sqrt(x); y = Relu(%0)"},
        BeforeAfter{"x:f32[2] -> t = Neg(x); u = Neg(t); y = Relu(u)", "y = Relu(x)"},
        BeforeAfter{"x:f32[2] -> t = Add(x, f32[]{1}); u = Add(f32[1]{2}, t); y = Relu(u)",
                    "%0 = Add(x, f32[1] {3}); y = Relu(%0)"},
        BeforeAfter{"x:f32[2,3] -> t = Max(x, f32[]{0}); y = Min(f32[]{6}, t)",
                    "y = Clip(x, f32[] {0}, f32[] {6})"},
        BeforeAfter{"c:bool[3], a:f32[3], b:f32[3] -> t = Not(c); y = Where(t, a, b)", "y = Where(c, b, a)"},
        BeforeAfter{"a:f32[3], b:f32[3] -> t = Where(bool[1]{0}, a, b); y = Relu(t)", "y = Relu(b)"},
        BeforeAfter{"x:f32[2,3] -> t = Where(bool[2,1]{1,1}, f32[]{2}, f32[]{1}); u = Add(x, t); y = Relu(u)",
                    "%0 = Add(x, f32[] {2}); y = Relu(%0)"},
        BeforeAfter{"c:bool[n=2,1,3] -> t = And(bool[2,1]{1,1}, c); y = Not(t)",
                    "%0 = Expand(c, i64[2] {2,1}); y = Not(%0)"},
        BeforeAfter{"c:bool[3] -> t = And(bool[2,1]{1,0}, c); y = Not(t)",
                    "t = And(bool[2,1] {1,0}, c); y = Not(t)"},
        BeforeAfter{"x:f32[3] -> y = Identity(x)", "y = Identity(x)"},
        BeforeAfter{"x:f32[3] -> t = Relu(x); y = Identity(t)", "y = Relu(x)"}));

INSTANTIATE_TEST_SUITE_P(
    Movement, Algebra,
    testing::Values(
        BeforeAfter{
            "x:f32[2,3,4] -> t = Transpose(x) {perm=[1,2,0]}; u = Transpose(t) {perm=[2,0,1]}; y = Relu(u)",
            "y = Relu(x)"},
        BeforeAfter{"x:f32[2,3,4] -> t = Transpose(x) {perm=[1,2,0]}; y = Transpose(t) {perm=[1,0,2]}",
                    "y = Transpose(x) {perm=[2,1,0]}"},
        BeforeAfter{"x:f32[n=2,1,4] -> t = Transpose(x) {perm=[1,0,2]}; y = Relu(t)",
                    "%0 = Reshape(x, i64[3] {1,-1,4}); y = Relu(%0)"},
        BeforeAfter{"x:f32[2,6] -> t = Reshape(x, i64[2]{3,4}); u = Unsqueeze(t, i64[1]{0}); y = Relu(u)",
                    "%0 = Reshape(x, i64[3] {1,3,4}); y = Relu(%0)"},
        BeforeAfter{"x:f32[2,6] -> t = Reshape(x, i64[2]{3,4}); u = Reshape(t, i64[2]{2,-1}); y = Relu(u)",
                    "y = Relu(x)"},
        BeforeAfter{"x:f32[n=2,6] -> t = Slice(x, i64[1]{0}, i64[1]{99}, i64[1]{1}); y = Relu(t)",
                    "y = Relu(x)"},
        BeforeAfter{"x:f32[2,6] -> t = Slice(x, i64[1]{-1}, i64[1]{-99}, i64[1]{0}, i64[1]{-1}); y = Relu(t)",
                    "t = Slice(x, i64[1] {-1}, i64[1] {-99}, i64[1] {0}, i64[1] {-1}); y = Relu(t)"},
        BeforeAfter{"x:f32[2,6] -> t = Expand(x, i64[2]{1,6}); y = Relu(t)", "y = Relu(x)"},
        BeforeAfter{"x:f32[2,6], z:f32[6] -> t = Expand(z, i64[2]{2,6}); u = Add(x, t); y = Relu(u)",
                    "%0 = Add(x, z); y = Relu(%0)"},
        BeforeAfter{"x:f32[1,6], z:f32[6] -> t = Expand(z, i64[2]{2,6}); u = Add(x, t); y = Relu(u)",
                    "t = Expand(z, i64[2] {2,6}); u = Add(x, t); y = Relu(u)"},
        BeforeAfter{
            "x:f32[2,6], c:bool[6] -> t = Expand(c, i64[2]{2,6}); u = Where(t, f32[]{0}, f32[1]{-1}); v = "
            "Add(x, u); y = Relu(v)",
            "%0 = Where(c, f32[] {0}, f32[1] {-1}); %1 = Add(x, %0); y = Relu(%1)"},
        BeforeAfter{"x:f16[4] -> t = Cast(x) {to=f32}; y = Cast(t) {to=f16}", "y = Identity(x)"},
        BeforeAfter{"x:f32[4] -> t = Cast(x) {to=i32}; y = Cast(t) {to=f32}",
                    "t = Cast(x) {to=i32}; y = Cast(t) {to=f32}"},
        BeforeAfter{"x:i32[4] -> t = Cast(x) {to=i64}; y = Cast(t) {to=f32}", "y = Cast(x) {to=f32}"},
        BeforeAfter{"x:f32[4] -> t = Concat(x) {axis=0}; y = Relu(t)", "y = Relu(x)"}));

}  // namespace
}  // namespace tenfold
