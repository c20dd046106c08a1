#include "optimize/pass_test.h"
#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

int simplify(Graph& graph) { return applyRules(graph, productRules()) + applyRules(graph, reductionRules()); }

class Products : public testing::TestWithParam<BeforeAfter> {};
TEST_P(Products, Simplify) { EXPECT_EQ(after(simplify, GetParam().before), GetParam().after); }

INSTANTIATE_TEST_SUITE_P(
    Cases, Products,
    testing::Values(
        BeforeAfter{"a:f32[2,3,4], b:f32[2,5,4] -> t = Transpose(b) {perm=[0,2,1]}; y = MatMul(a, t)",
                    "y = MatMul(a, b) {transB=1}"},
        BeforeAfter{"a:f32[3,2], b:f32[3,4] -> t = Transpose(a); y = MatMul(t, b)",
                    "y = MatMul(a, b) {transA=1}"},
        BeforeAfter{
            "a:f32[2,3,4], b:f32[2,4,3] -> t = Transpose(b) {perm=[0,2,1]}; y = MatMul(a, t) {transB=1}",
            "y = MatMul(a, b) {transB=0}"},
        BeforeAfter{"a:f32[2,3,4], b:f32[4,2,5] -> t = Transpose(b) {perm=[1,0,2]}; y = MatMul(a, t)",
                    "t = Transpose(b) {perm=[1,0,2]}; y = MatMul(a, t)"},
        BeforeAfter{"x:f32[b=2,t=3,4], w:f32[4,5] -> r = Reshape(x, i64[2]{-1,4}); p = MatMul(r, w); s = "
                    "Shape(x); d = Slice(s, i64[1]{0}, i64[1]{2});"
                    "o = Concat(d, i64[1]{5}) {axis=0}; y = Reshape(p, o)",
                    "y = MatMul(x, w)"},
        BeforeAfter{
            "x:f32[b=2,t=3,2,2], w:f32[4,2] -> r = Reshape(x, i64[2]{-1,4}); p = MatMul(r, w); q = Add(p, "
            "f32[2]{1,2}); s = Shape(x);"
            "d = Slice(s, i64[1]{0}, i64[1]{2}); o = Concat(d, i64[1]{2}) {axis=0}; y = Reshape(q, o)",
            "%0 = Reshape(x, i64[3] {0,0,4}); %1 = MatMul(%0, w); y = Add(%1, f32[2] {1,2})"},
        BeforeAfter{"x:f32[2,3,4,5] -> y = ReduceMean(x, i64[2]{2,-1})", "y = GlobalAveragePool(x)"},
        BeforeAfter{"x:f32[2,3,4,5] -> y = ReduceMax(x, i64[2]{3,2}) {keepdims=0}",
                    "%0 = GlobalMaxPool(x); y = Squeeze(%0, i64[2] {2,3})"},
        BeforeAfter{"x:f32[2,3,4,5] -> y = ReduceMean(x, i64[1]{2})", "y = ReduceMean(x, i64[1] {2})"}));

}  // namespace
}  // namespace tenfold
