#include "graph/ops/infer.h"
#include "graph/ops/pointwise.h"

using namespace tenfold;

static void inferPRelu(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  const SymShape& x = ctx.shape(0);
  ctx.setShape(0, x);
  if (!ctx.hasShape(1)) return;
  auto both = constantShape(broadcastShapes(x, ctx.shape(1)));
  ctx.require(!both || !constantShape(x) || *both == constantShape(x), "a slope of shape {} does not fit {}",
              str(ctx.shape(1)), str(x));
}

static void evalPRelu(EvalContext& ctx) {
  evalMap<2>(ctx, [](auto x, auto slope) { return x < decltype(x){0} ? wrapMul(x, slope) : x; });
}

DEFINE_OP(PRelu) {
  return {
      .name = "PRelu",
      .doc = "y = x, or slope * x below zero; the slope is the second input and is broadcast to x.",
      .minInputs = 2,
      .maxInputs = 2,
      .infer = inferPRelu,
      .eval = evalPRelu,
      .cases = {{"x:f32[2,3,5], s:f32[3,1] -> y = PRelu(x, s)"}, {"x:i32[4,2], s:i32[1] -> y = PRelu(x, s)"}},
      .pointwise = true};
}
