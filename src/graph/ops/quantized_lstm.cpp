#include "graph/ops/expand.h"
#include "graph/ops/recurrent.h"

using namespace tenfold;

namespace {

Value* optionalInput(const ExpandContext& ctx, size_t i) { return ctx.has(i) ? ctx.input(i) : nullptr; }

// (X, W, R, B, sequence_lens, initial_h, initial_c, P, W's scale, zero point, R's scale, zero point); the
// weights are [directions, inputs, 4 * hidden] with a scale for all or one per direction and column.
Value* recurrentWeights(ExpandContext& ctx, size_t weights, size_t scale) {
  Value *s = ctx.input(scale), *z = optionalInput(ctx, scale + 1);
  if (ctx.rank(scale) == 2) {
    s = ctx.emit("Unsqueeze", {s, ctx.ints({1})});
    if (z) z = ctx.emit("Unsqueeze", {z, ctx.ints({1})});
  }
  Attributes axis, perm;
  axis.set("axis", int64_t{0});
  Value* real = ctx.emit("DequantizeLinear", {ctx.input(weights), s, z}, axis);
  perm.set("perm", std::vector<int64_t>{0, 2, 1});
  return ctx.emit("Transpose", {real}, perm);
}

void expandDynamicLstm(ExpandContext& ctx) {
  std::vector<Value*> inputs{ctx.input(0), recurrentWeights(ctx, 1, 8), recurrentWeights(ctx, 2, 10)};
  for (size_t i = 3; i < 8; ++i) inputs.push_back(optionalInput(ctx, i));
  while (!inputs.back()) inputs.pop_back();
  Node* lstm = ctx.emitNode("LSTM", inputs, ctx.attrs(), ctx.node().outputs.size());
  for (size_t i = 0; i < lstm->outputs.size(); ++i) ctx.setOutput(i, lstm->outputs[i]);
}

}  // namespace

DEFINE_OP(DynamicQuantizeLSTM) {
  return {.name = "DynamicQuantizeLSTM",
          .doc =
              "LSTM with quantized weights [directions, inputs, 4 * hidden]. Inputs: X, W, R, B, "
              "sequence_lens, initial_h, "
              "initial_c, P, W's scale, zero point, R's scale, zero point.",
          .minInputs = 12,
          .maxInputs = 12,
          .minOutputs = 1,
          .maxOutputs = 3,
          .attrs = recurrentAttrs({{"input_forget", AttrKind::kInt, "as in LSTM"}}),
          .expand = expandDynamicLstm,
          .cases = {{"x:f32[3,2,4], w:i8[1,4,8], r:i8[1,2,8] -> y, h, c = DynamicQuantizeLSTM(x, w, r, _, _, "
                     "_, _, _, f32[1]{0.1}, "
                     "i8[1]{0}, f32[1,8]{0.1,0.1,0.2,0.2,0.1,0.1,0.2,0.2}, i8[1,8]{0,0,0,0,0,0,0,0}) "
                     "{hidden_size=2}"}}};
}
