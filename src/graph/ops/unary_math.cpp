// Elementwise functions of one tensor, without attributes.
#include <algorithm>
#include <cmath>

#include "graph/ops/contents.h"
#include "graph/ops/pointwise.h"

using namespace tenfold;

namespace {

OpDef unary(const char* name, const char* doc, void (*infer)(InferContext&), void (*eval)(EvalContext&),
            std::vector<OpCase> cases) {
  return {.name = name,
          .doc = doc,
          .minInputs = 1,
          .maxInputs = 1,
          .infer = infer,
          .eval = eval,
          .cases = std::move(cases),
          .pointwise = true};
}

double signOf(double x) { return std::isnan(x) ? x : static_cast<double>((x > 0) - (x < 0)); }

// log(1 + e^x) that neither overflows nor loses small results.
double softplus(double x) {
  return std::isinf(x) ? std::max(x, 0.0) : std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
}

double sigmoid(double x) {
  double e = std::exp(-std::fabs(x));
  return x >= 0 ? 1 / (1 + e) : std::isnan(x) ? x : e / (1 + e);
}

double hardSwish(double x) { return x * std::fmax(0.0, std::fmin(1.0, x / 6 + 0.5)); }

template <typename C>
C negate(C x) {
  if constexpr (std::is_floating_point_v<C>)
    return -x;  // keeps the sign of zero right
  else
    return wrapSub(C{0}, x);
}

template <DimFunction kContents>
void inferUnary(InferContext& ctx) {
  ctx.set(0, ctx.type(0), ctx.shape(0));
  setMappedContents(ctx, kContents);
}

std::optional<Dim> negContents(const Attributes&, const DimList& x) { return Dim(0) - x[0]; }
std::optional<Dim> absContents(const Attributes&, const DimList& x) {
  auto sign = compareDims(x[0], 0);
  if (!sign) return std::nullopt;
  return *sign < 0 ? Dim(0) - x[0] : x[0];
}
std::optional<Dim> signContents(const Attributes&, const DimList& x) {
  auto sign = compareDims(x[0], 0);
  return sign ? std::optional<Dim>(*sign) : std::nullopt;
}
std::optional<Dim> wholeContents1(const Attributes&, const DimList& x) { return x[0]; }

}  // namespace

// Functions of floats.
#define FLOAT_UNARY(NAME, DOC, EXPRESSION, ...)                          \
  static void eval##NAME(EvalContext& ctx) {                             \
    evalFloatMap<1>(ctx, [](double x) -> double { return EXPRESSION; }); \
  }                                                                      \
  DEFINE_OP(NAME) { return unary(#NAME, DOC, inferSameAsInput, eval##NAME, {__VA_ARGS__}); }

// Functions of integers too, which know what they do to shape arithmetic.
#define NUMERIC_UNARY(NAME, DOC, CONTENTS, EXPRESSION, ...)            \
  static void eval##NAME(EvalContext& ctx) {                           \
    evalMap<1>(ctx, [](auto x) -> decltype(x) { return EXPRESSION; }); \
  }                                                                    \
  DEFINE_OP(NAME) { return unary(#NAME, DOC, inferUnary<CONTENTS>, eval##NAME, {__VA_ARGS__}); }

template <typename C>
static C absolute(C x) {
  if constexpr (std::is_floating_point_v<C>)
    return std::fabs(x);
  else
    return x > 0 ? x : negate(x);
}
template <typename C>
static C signum(C x) {
  if constexpr (std::is_floating_point_v<C>)
    return signOf(x);
  else
    return static_cast<C>((x > 0) - (x < C{0}));
}
// Rounding leaves integers as they are.
#define ROUNDING(FUNCTION)                               \
  [](auto v) {                                           \
    if constexpr (std::is_floating_point_v<decltype(v)>) \
      return FUNCTION(v);                                \
    else                                                 \
      return v;                                          \
  }(x)

NUMERIC_UNARY(Abs, "y = |x|.", absContents, absolute(x), {"x:f32[2,3,5] -> y = Abs(x)"},
              {"x:i32[7] -> y = Abs(x)"}, {"x:f16[3,4] -> y = Abs(x)", 1e-3})
NUMERIC_UNARY(Neg, "y = -x.", negContents, negate(x), {"x:f32[2,3,5] -> y = Neg(x)"},
              {"x:i8[7] -> y = Neg(x)"})
NUMERIC_UNARY(Sign, "y = -1, 0 or 1: the sign of x; NaN stays NaN.", signContents, signum(x),
              {"x:f32[2,3,5] -> y = Sign(x)"}, {"x:i32[7] -> y = Sign(x)"})
NUMERIC_UNARY(Floor, "The largest integer not above x.", wholeContents1, ROUNDING(std::floor),
              {"x:f32[2,3,5] -> y = Floor(x)"}, {"x:f64[4] -> y = Floor(x)"})
NUMERIC_UNARY(Ceil, "The smallest integer not below x.", wholeContents1, ROUNDING(std::ceil),
              {"x:f32[2,3,5] -> y = Ceil(x)"})
NUMERIC_UNARY(Round, "The nearest integer, halves to even.", wholeContents1, ROUNDING(std::nearbyint),
              {"x:f32[2,3,5] -> y = Round(x)"})

FLOAT_UNARY(Exp, "y = e^x.", std::exp(x), {"x:f32[2,3,5] -> y = Exp(x)"}, {"x:f16[3,4] -> y = Exp(x)", 2e-3})
FLOAT_UNARY(Log, "The natural logarithm; NaN below zero.", std::log(x), {"x:f32[2,3,5] -> y = Log(x)"})
FLOAT_UNARY(Sqrt, "The square root; NaN below zero.", std::sqrt(x), {"x:f32[2,3,5] -> y = Sqrt(x)"})
FLOAT_UNARY(Reciprocal, "y = 1 / x.", 1 / x, {"x:f32[2,3,5] -> y = Reciprocal(x)"})
FLOAT_UNARY(Erf, "The error function.", std::erf(x), {"x:f32[2,3,5] -> y = Erf(x)"})
FLOAT_UNARY(Sin, "The sine.", std::sin(x), {"x:f32[2,3,5] -> y = Sin(x)"})
FLOAT_UNARY(Cos, "The cosine.", std::cos(x), {"x:f32[2,3,5] -> y = Cos(x)"})
FLOAT_UNARY(Tan, "The tangent.", std::tan(x), {"x:f32[2,3,5] -> y = Tan(x)", 1e-4})
FLOAT_UNARY(Asin, "The inverse sine; NaN outside [-1, 1].", std::asin(x), {"x:f32[2,3,5] -> y = Asin(x)"})
FLOAT_UNARY(Acos, "The inverse cosine; NaN outside [-1, 1].", std::acos(x), {"x:f32[2,3,5] -> y = Acos(x)"})
FLOAT_UNARY(Atan, "The inverse tangent.", std::atan(x), {"x:f32[2,3,5] -> y = Atan(x)"})
FLOAT_UNARY(Sinh, "The hyperbolic sine.", std::sinh(x), {"x:f32[2,3,5] -> y = Sinh(x)"})
FLOAT_UNARY(Cosh, "The hyperbolic cosine.", std::cosh(x), {"x:f32[2,3,5] -> y = Cosh(x)"})
FLOAT_UNARY(Tanh, "The hyperbolic tangent.", std::tanh(x), {"x:f32[2,3,5] -> y = Tanh(x)"},
            {"x:f16[3,4] -> y = Tanh(x)", 2e-3})
FLOAT_UNARY(Asinh, "The inverse hyperbolic sine.", std::asinh(x), {"x:f32[2,3,5] -> y = Asinh(x)"})
FLOAT_UNARY(Acosh, "The inverse hyperbolic cosine; NaN below 1.", std::acosh(x),
            {"x:f32[2,3,5] -> y = Acosh(x)"})
FLOAT_UNARY(Atanh, "The inverse hyperbolic tangent; NaN outside [-1, 1].", std::atanh(x),
            {"x:f32[2,3,5] -> y = Atanh(x)", 1e-4})
FLOAT_UNARY(Sigmoid, "y = 1 / (1 + e^-x).", sigmoid(x), {"x:f32[2,3,5] -> y = Sigmoid(x)"},
            {"x:bf16[3,4] -> y = Sigmoid(x)", 1e-2})
FLOAT_UNARY(HardSwish, "y = x * max(0, min(1, x / 6 + 0.5)).", hardSwish(x),
            {"x:f32[2,3,5] -> y = HardSwish(x)"})
FLOAT_UNARY(Softplus, "y = log(1 + e^x).", softplus(x), {"x:f32[2,3,5] -> y = Softplus(x)"})
FLOAT_UNARY(Softsign, "y = x / (1 + |x|).", x / (1 + std::fabs(x)), {"x:f32[2,3,5] -> y = Softsign(x)"})
FLOAT_UNARY(Mish, "y = x * tanh(log(1 + e^x)).", x* std::tanh(softplus(x)), {"x:f32[2,3,5] -> y = Mish(x)"})
