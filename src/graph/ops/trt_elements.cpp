// Functions of TensorRT's layers that differ from ONNX's operators in their parameters.
#include "graph/ops/expand.h"
#include "graph/ops/pointwise.h"

using namespace tenfold;

namespace {

const AttrSpec kAlpha = {"alpha", AttrKind::kReal, "default 0"},
               kBeta = {"beta", AttrKind::kReal, "default 0"};

Value* parameter(ExpandContext& ctx, const char* name) {
  return ctx.scalar(ctx.input(0)->dtype, ctx.attrs().real(name, 0));
}

void expandScaledTanh(ExpandContext& ctx) {
  Value* inner = ctx.emit("Tanh", {ctx.emit("Mul", {ctx.input(0), parameter(ctx, "beta")})});
  ctx.setOutput(0, ctx.emit("Mul", {inner, parameter(ctx, "alpha")}));
}

void expandScaledSoftplus(ExpandContext& ctx) {
  Value* inner = ctx.emit("Softplus", {ctx.emit("Mul", {ctx.input(0), parameter(ctx, "beta")})});
  ctx.setOutput(0, ctx.emit("Mul", {inner, parameter(ctx, "alpha")}));
}

void expandClipBetween(ExpandContext& ctx) {
  ctx.setOutput(0, ctx.emit("Clip", {ctx.input(0), parameter(ctx, "alpha"), parameter(ctx, "beta")}));
}

// Integers divide exactly: (a - mod(a, b)) / b has no remainder, and Mod has the divisor's sign.
void expandFloorDiv(ExpandContext& ctx) {
  Value *a = ctx.input(0), *b = ctx.input(1);
  if (isFloat(a->dtype)) return ctx.setOutput(0, ctx.emit("Floor", {ctx.emit("Div", {a, b})}));
  ctx.setOutput(0, ctx.emit("Div", {ctx.emit("Sub", {a, ctx.emit("Mod", {a, b})}), b}));
}

// (1 - blend) * maximum + blend * average.
void expandBlendPool(ExpandContext& ctx) {
  Attributes attrs = ctx.attrs();
  double blend = attrs.real("blend", 0);
  attrs.erase("blend");
  DataType type = ctx.input(0)->dtype;
  Value* average = ctx.emit("AveragePool", {ctx.input(0)}, attrs);
  attrs.erase("count_include_pad");
  Value* maximum = ctx.emit("MaxPool", {ctx.input(0)}, attrs);
  ctx.setOutput(0, ctx.emit("Add", {ctx.emit("Mul", {maximum, ctx.scalar(type, 1 - blend)}),
                                    ctx.emit("Mul", {average, ctx.scalar(type, blend)})}));
}

OpDef withParameters(const char* name, const char* doc, void (*expand)(ExpandContext&), const char* text) {
  return {.name = name,
          .doc = doc,
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = {kAlpha, kBeta},
          .expand = expand,
          .cases = {{text}}};
}

}  // namespace

DEFINE_OP(ScaledTanh) {
  return withParameters("ScaledTanh", "alpha * tanh(beta * x).", expandScaledTanh,
                        "x:f32[2,5] -> y = ScaledTanh(x) {alpha=2.0, beta=0.5}");
}
DEFINE_OP(ScaledSoftplus) {
  return withParameters("ScaledSoftplus", "alpha * log(exp(beta * x) + 1).", expandScaledSoftplus,
                        "x:f32[2,5] -> y = ScaledSoftplus(x) {alpha=2.0, beta=0.5}");
}
DEFINE_OP(ClipBetween) {
  return withParameters("ClipBetween", "max(alpha, min(beta, x)).", expandClipBetween,
                        "x:f32[2,5] -> y = ClipBetween(x) {alpha=-0.5, beta=0.25}");
}
DEFINE_OP(FloorDiv) {
  return {.name = "FloorDiv",
          .doc = "a / b rounded down.",
          .minInputs = 2,
          .maxInputs = 2,
          .expand = expandFloorDiv,
          .cases = {{"a:f32[2,5], b:f32[2,1] -> y = FloorDiv(a, b)"},
                    {"-> y = FloorDiv(i32[4]{7,-7,7,-7}, i32[4]{2,2,-2,-2})"}}};
}
DEFINE_OP(BlendPool) {
  return {.name = "BlendPool",
          .doc = "(1 - blend) * MaxPool + blend * AveragePool.",
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = {{"kernel_shape", AttrKind::kInts, "as for AveragePool"},
                    {"strides", AttrKind::kInts, "as for AveragePool"},
                    {"pads", AttrKind::kInts, "as for AveragePool"},
                    {"auto_pad", AttrKind::kText, "as for AveragePool"},
                    {"ceil_mode", AttrKind::kInt, "as for AveragePool"},
                    {"count_include_pad", AttrKind::kInt, "as for AveragePool"},
                    {"blend", AttrKind::kReal, "the average's share; default 0"}},
          .expand = expandBlendPool,
          .cases = {{"x:f32[1,2,6,6] -> y = BlendPool(x) {kernel_shape=[2,2], strides=[2,2], blend=0.25}"}}};
}
