#include "graph/ops/infer.h"
#include "graph/ops/pointwise.h"

using namespace tenfold;

// NaN passes through: max(x, 0) must not hide it.
static void evalRelu(EvalContext& ctx) {
  evalMap<1>(ctx, [](auto x) { return x < decltype(x){0} ? decltype(x){0} : x; });
}

DEFINE_OP(Relu) {
  return {
      .name = "Relu",
      .doc = "y = max(x, 0).",
      .minInputs = 1,
      .maxInputs = 1,
      .infer = inferSameAsInput,
      .eval = evalRelu,
      .cases = {{"x:f32[2,3,5] -> y = Relu(x)"}, {"x:i32[7] -> y = Relu(x)"}, {"x:f16[0,4] -> y = Relu(x)"}},
      .pointwise = true};
}
