#include "graph/ops/expand.h"

using namespace tenfold;

// Concat(past, x) -> depthwise Conv -> activation; the state is the end of the concatenation.
static void expandCausalConvWithState(ExpandContext& ctx) {
  Value *x = ctx.input(0), *w = ctx.input(1);
  ctx.require(ctx.rank(0) == 3 && ctx.rank(1) == 3, "input and weights must have 3 axes");
  auto channels = (*w->shape)[0].tryConstant(), taps = (*w->shape)[2].tryConstant();
  ctx.require(channels && taps, "the weights' shape must be known");
  std::string activation = ctx.attrs().text("activation", "none");
  ctx.require(activation == "none" || activation == "silu" || activation == "swish",
              "activation is '{}'; 'none', 'silu' and 'swish' are known", activation);
  Value* padded = nullptr;
  Attributes lastAxis;
  lastAxis.set("axis", int64_t{2});
  if (ctx.has(3)) {
    padded = ctx.emit("Concat", {ctx.input(3), x}, lastAxis);
  } else {
    padded = ctx.emit("Pad", {x, ctx.ints({0, 0, *taps - 1, 0, 0, 0})});
  }
  Attributes conv;
  conv.set("group", *channels);
  std::vector<Value*> inputs{padded, w};
  if (ctx.has(2)) inputs.push_back(ctx.input(2));
  Value* y = ctx.emit("Conv", inputs, conv);
  ctx.setOutput(0, activation == "none" ? y : ctx.emit("Swish", {y}));
  if (!ctx.wants(1)) return;
  // A kernel of one tap keeps no state; a negative zero could not tell the end from the beginning.
  Value* start = *taps > 1 ? ctx.ints({-(*taps - 1)}) : ctx.ints({INT64_MAX});
  ctx.setOutput(1, ctx.emit("Slice", {padded, start, ctx.ints({INT64_MAX}), ctx.ints({2})}));
}

DEFINE_OP(CausalConvWithState) {
  return {.name = "CausalConvWithState",
          .doc =
              "Depthwise convolution along a sequence that looks back only. Inputs: x[N,C,L], weights "
              "[C,1,k], bias, the "
              "state left by the tokens before; outputs: the result and the new state.",
          .minInputs = 2,
          .maxInputs = 4,
          .maxOutputs = 2,
          .attrs = {{"activation", AttrKind::kText, "'none' (default), 'silu' or 'swish'"}},
          .expand = expandCausalConvWithState,
          .cases = {{"x:f32[2,3,5], w:f32[3,1,4], b:f32[3], p:f32[2,3,3] -> y, s = CausalConvWithState(x, w, "
                     "b, p) {activation=\"silu\"}"},
                    {"x:f32[1,2,4], w:f32[2,1,3] -> y, s = CausalConvWithState(x, w)"}}};
}
