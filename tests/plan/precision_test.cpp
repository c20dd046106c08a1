// 16-bit plans on the CPU, and the error budget that keeps them right.
#include <gtest/gtest.h>

#include <cmath>

#include "graph/ir/text.h"
#include "plan/build/precision_notes.h"
#include "precision/error_budget.h"
#include "runtime/session.h"

namespace tenfold {
namespace {

// The products of x alone are small; their product with the large weights is beyond fp16, and what divides it
// brings it back.
constexpr const char* kOverflowing =
    "x:f32[4,64], v:f32[64,64] -> a = MatMul(x, v); b = Mul(a, f32[]{3000}); c = Mul(b, f32[]{50}); d = Relu(c); "
    "m = ReduceMax(d, i64[1]{1}); n = Add(m, f32[]{1}); e = Div(d, n); y = MatMul(e, v)";

TEST(X, X){}

}  // namespace
}  // namespace tenfold
