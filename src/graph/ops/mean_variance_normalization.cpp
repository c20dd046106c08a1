#include "graph/ops/expand.h"

using namespace tenfold;

// (x - mean) / (sqrt(E[x^2] - mean^2) + 1e-9)
static void expandMeanVarianceNormalization(ExpandContext& ctx) {
  Value* x = ctx.input(0);
  Value* axes = ctx.ints(ctx.attrs().integers("axes", {0, 2, 3}));
  Value* mean = ctx.emit("ReduceMean", {x, axes});
  Value* square = ctx.emit("ReduceMean", {ctx.emit("Mul", {x, x}), axes});
  Value* variance = ctx.emit("Sub", {square, ctx.emit("Mul", {mean, mean})});
  Value* deviation = ctx.emit("Add", {ctx.emit("Sqrt", {variance}), ctx.scalar(x->dtype, 1e-9)});
  ctx.setOutput(0, ctx.emit("Div", {ctx.emit("Sub", {x, mean}), deviation}));
}

DEFINE_OP(MeanVarianceNormalization) {
  return {.name = "MeanVarianceNormalization",
          .doc = "x less its mean over some axes, divided by its deviation there.",
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = {{"axes", AttrKind::kInts, "the axes; default 0, 2, 3"}},
          .expand = expandMeanVarianceNormalization,
          .cases = {{"x:f32[2,3,4,5] -> y = MeanVarianceNormalization(x)", 1e-4},
                    {"x:f32[4,6] -> y = MeanVarianceNormalization(x) {axes=[-1]}", 1e-4}}};
}
