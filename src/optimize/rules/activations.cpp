// Activations recognised from their small pieces, in the spellings that are left after the algebra rules.
#include <cmath>

#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

Value* swishWithFactor(RuleContext& ctx) {
  auto alpha = splatOf(ctx["c"]);
  if (!alpha || ctx["c"]->constant.numel() != 1) return ctx.miss("the factor is no scalar");
  Attributes attrs;
  attrs.set("alpha", *alpha);
  return ctx.emit("Swish", {ctx["x"]}, attrs);
}

// x * clip(x + 3, 0, 6) * c: a scale that was joined with the 1/6.
Value* scaledHardSwish(RuleContext& ctx) {
  if (ctx["c"]->constant.numel() != 1 || !isFloat(ctx.dtype())) return ctx.miss("the factor is no scalar");
  Tensor factor(ctx.dtype(), ctx["c"]->constant.shape());
  factor.setDouble(0, 6 * ctx["c"]->constant.getDouble(0));
  return ctx.emit("Mul", {ctx.emit("HardSwish", {ctx["x"]}), ctx.rewriter().constant(std::move(factor))});
}

bool isClose(double a, double b) { return std::abs(a - b) <= 1e-4 * std::abs(b); }

Value* isSixthHardSigmoid(RuleContext& ctx) {
  const Attributes& attrs = ctx.node("h")->attrs;
  bool fits = isClose(attrs.real("alpha", 0.2), 1.0 / 6) && isClose(attrs.real("beta", 0.5), 0.5);
  return fits ? ctx.root()->outputs[0] : ctx.miss("the slope is not 1/6");
}

// Clip(x * a + b, 0, 1).
Value* hardSigmoid(RuleContext& ctx) {
  auto a = splatOf(ctx["a"]), b = splatOf(ctx["b"]);
  if (!a || !b || ctx["a"]->constant.numel() != 1 || ctx["b"]->constant.numel() != 1)
    return ctx.miss("no scalars");
  if (!isFloat(ctx.dtype())) return ctx.miss("no floats");
  Attributes attrs;
  attrs.set("alpha", *a);
  attrs.set("beta", *b);
  return ctx.emit("HardSigmoid", {ctx["x"]}, attrs);
}

Value* leakyRelu(RuleContext& ctx) {
  auto slope = splatOf(ctx["c"]);
  if (!slope || ctx["c"]->constant.numel() != 1 || *slope < 0 || *slope > 1 || !isFloat(ctx.dtype()))
    return ctx.miss("the slope is no scalar between 0 and 1");
  Attributes attrs;
  attrs.set("alpha", *slope);
  return ctx.emit("LeakyRelu", {ctx["x"]}, attrs);
}

// 0.5 * x * (1 + INNER), in the orders in which it is multiplied out.
#define GELU(NAME, INNER, APPROXIMATE)                                                              \
  {NAME, "Mul(Mul(x, Add(" INNER ", 1)), 0.5)", "Gelu(x) {approximate=\"" APPROXIMATE "\"}"},       \
      {NAME, "Mul(Mul(x, 0.5), Add(" INNER ", 1))", "Gelu(x) {approximate=\"" APPROXIMATE "\"}"},   \
      {NAME, "Mul(x, Mul(Add(" INNER ", 1), 0.5))", "Gelu(x) {approximate=\"" APPROXIMATE "\"}"}, { \
    NAME, "Mul(x, Add(Mul(" INNER ", 0.5), 0.5))", "Gelu(x) {approximate=\"" APPROXIMATE "\"}"      \
  }

constexpr Rule kRules[] = {
    {"softplus", "Log(Add(Exp(x), 1))", "Softplus(x)"},
    {"sigmoid", "Reciprocal(Add(Exp(Neg(x)), 1))", "Sigmoid(x)"},
    {"sigmoid-tanh", "Mul(Add(Tanh(Mul(x, 0.5)), 1), 0.5)", "Sigmoid(x)"},
    {"sigmoid-tanh", "Add(Mul(Tanh(Mul(x, 0.5)), 0.5), 0.5)", "Sigmoid(x)"},
    {"swish-div", "Div(x, Add(Exp(Neg(x)), 1))", "Swish(x)"},
    {"swish", "Mul(x, Sigmoid(x))", "Swish(x)"},
    {"swish-factor", "Mul(x, Sigmoid(Mul(x, @c)))", nullptr, swishWithFactor},
    {"mish", "Mul(x, Tanh(Softplus(x)))", "Mish(x)"},
    {"hard-swish", "Mul(x, h:HardSigmoid(x))", "HardSwish(x)", isSixthHardSigmoid},
    {"hard-swish-clip", "Mul(Mul(x, Clip(Add(x, 3), 0, 6)), 0.16666667)", "HardSwish(x)"},
    {"hard-swish-clip", "Mul(x, Mul(Clip(Add(x, 3), 0, 6), 0.16666667))", "HardSwish(x)"},
    {"hard-swish-clip", "Mul(Mul(x, 0.16666667), Clip(Add(x, 3), 0, 6))", "HardSwish(x)"},
    {"hard-swish-scaled", "Mul(Mul(x, Clip(Add(x, 3), 0, 6)), @c)", nullptr, scaledHardSwish},
    {"hard-sigmoid-six", "Mul(Clip(Add(x, 3), 0, 6), 0.16666667)",
     "HardSigmoid(x) {alpha=0.16666666666666667, beta=0.5}"},
    {"hard-sigmoid", "Clip(Add(Mul(x, @a), @b), 0, 1)", nullptr, hardSigmoid},
    {"leaky-relu", "Max(x, Mul(x, @c))", nullptr, leakyRelu},
    GELU("gelu-erf", "Erf(Mul(x, 0.70710678))", "none"),
    GELU("gelu-erf-div", "Erf(Div(x, 1.41421356))", "none"),
    GELU("gelu-tanh", "Tanh(Mul(Add(x, Mul(Mul(Mul(x, x), x), 0.044715)), 0.79788456))", "tanh"),
    GELU("gelu-tanh-nested", "Tanh(Mul(Add(x, Mul(x, Mul(Mul(x, x), 0.044715))), 0.79788456))", "tanh"),
    GELU("gelu-tanh-product", "Tanh(Mul(x, Add(Mul(Mul(x, x), 0.0356774081), 0.79788456)))", "tanh"),
    GELU("gelu-tanh-factor", "Tanh(Mul(Mul(x, 0.79788456), Add(Mul(Mul(x, x), 0.044715), 1)))", "tanh"),
    GELU("gelu-tanh-half", "Tanh(Mul(Mul(x, Add(Mul(Mul(x, x), 0.044715), 1)), 0.79788456))", "tanh"),
};
#undef GELU

}  // namespace

std::span<const Rule> activationRules() { return kRules; }

}  // namespace tenfold
