#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

using namespace tenfold;

static void evalIdentity(EvalContext& ctx) { ctx.setOutput(0, ctx.input(0)); }

DEFINE_OP(Identity) {
  return {.name = "Identity",
          .doc = "y = x.",
          .minInputs = 1,
          .maxInputs = 1,
          .infer = inferSameAsInput,
          .eval = evalIdentity,
          .cases = {{"x:f32[2,3,5] -> y = Identity(x)"}},
          .pointwise = true};
}
