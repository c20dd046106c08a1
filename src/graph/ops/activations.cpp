// Activations with attributes.
#include <cmath>
#include <numbers>

#include "graph/ops/infer.h"
#include "graph/ops/pointwise.h"

using namespace tenfold;

namespace {

// A real attribute of an activation.
struct Param {
  const char* name = nullptr;
  double fallback = 0;
  const char* doc = "";
};
constexpr Param kNone;

OpDef activation(const char* name, const char* doc, std::vector<AttrSpec> attrs, void (*eval)(EvalContext&),
                 std::vector<OpCase> cases) {
  return {.name = name,
          .doc = doc,
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = std::move(attrs),
          .infer = inferSameAsInput,
          .eval = eval,
          .cases = std::move(cases),
          .pointwise = true};
}

std::vector<AttrSpec> realAttrs(const Param& a, const Param& b) {
  std::vector<AttrSpec> specs;
  for (const Param* p : {&a, &b})
    if (p->name) specs.push_back({p->name, AttrKind::kReal, p->doc});
  return specs;
}

double value(EvalContext& ctx, const Param& p) { return p.name ? ctx.attrs().real(p.name, p.fallback) : 0; }

// max(low, min(high, x)) that lets NaN through.
double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double gelu(double x, bool approximate) {
  if (!approximate) return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2));
  double inner = std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x);
  return 0.5 * x * (1 + std::tanh(inner));
}

void evalGelu(EvalContext& ctx) {
  std::string approximate = ctx.attrs().text("approximate", "none");
  ctx.require(approximate == "none" || approximate == "tanh",
              "approximate is '{}'; 'none' and 'tanh' are known", approximate);
  evalFloatMap<1>(ctx, [tanh = approximate == "tanh"](double x) { return gelu(x, tanh); });
}

// Integers are allowed: thresholds are compared as reals, the result is truncated.
void evalShrink(EvalContext& ctx) {
  double lambd = ctx.attrs().real("lambd", 0.5), bias = ctx.attrs().real("bias", 0);
  auto shrink = [=](double x) {
    return x < -lambd ? x + bias : x > lambd ? x - bias : std::isnan(x) ? x : 0.0;
  };
  evalMap<1>(ctx, [shrink](auto x) { return static_cast<decltype(x)>(shrink(static_cast<double>(x))); });
}

}  // namespace

// EXPRESSION is y in terms of x and the values a and b of the parameters A and B.
#define ACTIVATION(NAME, DOC, A, B, EXPRESSION, ...)                      \
  static void eval##NAME(EvalContext& ctx) {                              \
    [[maybe_unused]] double a = value(ctx, A), b = value(ctx, B);         \
    evalFloatMap<1>(ctx, [=](double x) -> double { return EXPRESSION; }); \
  }                                                                       \
  DEFINE_OP(NAME) { return activation(#NAME, DOC, realAttrs(A, B), eval##NAME, {__VA_ARGS__}); }

ACTIVATION(LeakyRelu, "y = x, or alpha * x below zero.",
           (Param{"alpha", 0.01, "the slope below zero; default 0.01"}), kNone, x < 0 ? a * x : x,
           {"x:f32[2,3,5] -> y = LeakyRelu(x) {alpha=0.2}"})
ACTIVATION(Elu, "y = x, or alpha * (e^x - 1) below zero.",
           (Param{"alpha", 1, "the bound below zero; default 1"}), kNone, x < 0 ? a * std::expm1(x) : x,
           {"x:f32[2,3,5] -> y = Elu(x) {alpha=2.0}"})
ACTIVATION(Celu, "y = max(0, x) + min(0, alpha * (e^(x / alpha) - 1)).",
           (Param{"alpha", 1, "the bound below zero; default 1"}), kNone, x < 0 ? a * std::expm1(x / a) : x,
           {"x:f32[2,3,5] -> y = Celu(x) {alpha=2.0}"})
ACTIVATION(Selu, "y = gamma * x, or gamma * (alpha * e^x - alpha) below zero.",
           (Param{"alpha", 1.67326319217681884765625, "the bound below zero; default 1.6732632"}),
           (Param{"gamma", 1.05070102214813232421875, "the scale; default 1.050701"}),
           b*(x <= 0 ? a * std::expm1(x) : x), {"x:f32[2,3,5] -> y = Selu(x)"})
ACTIVATION(HardSigmoid, "y = max(0, min(1, alpha * x + beta)).",
           (Param{"alpha", 0.2, "the slope; default 0.2"}),
           (Param{"beta", 0.5, "the value at zero; default 0.5"}), clamp(a* x + b, 0, 1),
           {"x:f32[2,3,5] -> y = HardSigmoid(x) {alpha=0.25, beta=0.4}"})
ACTIVATION(ThresholdedRelu, "y = x above alpha, else 0.", (Param{"alpha", 1, "the threshold; default 1"}),
           kNone, x <= a ? 0 : x, {"x:f32[2,3,5] -> y = ThresholdedRelu(x) {alpha=0.5}"})
// Minus infinity times zero would be NaN; the limit is zero.
ACTIVATION(Swish, "y = x * sigmoid(alpha * x).",
           (Param{"alpha", 1, "the factor inside the sigmoid; default 1"}), kNone,
           a* x < -700 ? 0 : x * sigmoid(a * x), {"x:f32[2,3,5] -> y = Swish(x) {alpha=1.5}"},
           {"x:f16[3,4] -> y = Swish(x)", 2e-3})

DEFINE_OP(Gelu) {
  return activation(
      "Gelu", "y = x * P(X <= x) for a standard normal X, exactly or by a tanh formula.",
      {{"approximate", AttrKind::kText, "'none' (default): by erf; 'tanh': by tanh"}}, evalGelu,
      {{"x:f32[2,3,5] -> y = Gelu(x)"}, {"x:f32[2,3,5] -> y = Gelu(x) {approximate=\"tanh\"}"}});
}

DEFINE_OP(Shrink) {
  return activation("Shrink", "x + bias below -lambd, x - bias above lambd, else 0.",
                    {{"lambd", AttrKind::kReal, "the threshold; default 0.5"},
                     {"bias", AttrKind::kReal, "moves what lies beyond the threshold; default 0"}},
                    evalShrink, {{"x:f32[2,3,5] -> y = Shrink(x) {lambd=0.6, bias=0.1}"}});
}
