#include <algorithm>

#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

using namespace tenfold;

static void inferDropout(InferContext& ctx) {
  inferSameAsInput(ctx);
  ctx.setType(1, DataType::kBool);
  ctx.setShape(1, ctx.shape(0));
}

// Inference leaves the data as it is. Training draws random numbers, unless nothing is dropped.
static void evalDropout(EvalContext& ctx) {
  double ratio = ctx.has(1) ? ctx.input(1).getDouble(0) : 0.5;
  bool training = ctx.has(2) && ctx.input(2).getInt(0) != 0;
  ctx.require(!training || ratio == 0, "not supported: dropping elements (training_mode with ratio {})",
              ratio);
  ctx.setOutput(0, ctx.input(0));
  if (!ctx.wants(1)) return;
  Tensor& mask = ctx.output(1, DataType::kBool, ctx.input(0).shape());
  std::fill_n(mask.as<uint8_t>(), mask.numel(), uint8_t{1});
}

DEFINE_OP(Dropout) {
  return {.name = "Dropout",
          .doc =
              "Inference: the input itself, and a mask of what was kept, which is everything. Optional "
              "inputs: ratio, "
              "training mode.",
          .minInputs = 1,
          .maxInputs = 3,
          .maxOutputs = 2,
          .attrs = {{"seed", AttrKind::kInt, "of the random numbers in training"}},
          .infer = inferDropout,
          .eval = evalDropout,
          .cases = {{"x:f32[2,3,5] -> y = Dropout(x)"}, {"x:f32[2,3] -> y, m = Dropout(x)"}}};
}
