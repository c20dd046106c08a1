// The same elements under another layout; evaluation knows plain layout only.
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

using namespace tenfold;

static void evalReorder(EvalContext& ctx) { ctx.setOutput(0, ctx.input(0)); }

DEFINE_OP(Reorder) {
  return {.name = "Reorder",
          .doc = "Copies a value into another layout (that of the output value); elements and shape stay.",
          .minInputs = 1,
          .maxInputs = 1,
          .infer = inferSameAsInput,
          .eval = evalReorder,
          .cases = {{"x:f32[1,3,4,4] -> y:f32[1,3,4,4]@channels_last = Reorder(x); z = Reorder(y)"}}};
}
