// Elementwise arithmetic of two tensors with broadcasting.
#include <cmath>
#include <limits>

#include "graph/ops/contents.h"
#include "graph/ops/pointwise.h"

using namespace tenfold;

namespace {

void requireSameTypes(InferContext& ctx) {
  for (size_t i = 1; i < ctx.numInputs(); ++i)
    ctx.require(ctx.type(i) == ctx.type(0), "input {} is {}, input 0 is {}; cast one to the other's type", i,
                typeName(ctx.type(i)), typeName(ctx.type(0)));
}

template <DimFunction kContents>
void inferArithmetic(InferContext& ctx) {
  requireSameTypes(ctx);
  inferBroadcast(ctx);
  setMappedContents(ctx, kContents);
}

using Elements = DimList;

std::optional<Dim> addContents(const Attributes&, const Elements& v) { return v[0] + v[1]; }
std::optional<Dim> subContents(const Attributes&, const Elements& v) { return v[0] - v[1]; }
std::optional<Dim> mulContents(const Attributes&, const Elements& v) { return v[0] * v[1]; }

// Integer division truncates; dimensions' own division rounds down, which is the same from zero up.
std::optional<Dim> divContents(const Attributes&, const Elements& v) {
  auto a = v[0].tryConstant(), b = v[1].tryConstant();
  if (b == 0 || (b == -1 && a == std::numeric_limits<int64_t>::min())) return std::nullopt;
  if (a && b) return Dim(*a / *b);
  if (b && *b < 0) return Dim(0) - *divContents({}, {v[0], Dim(-*b)});
  if (compareDims(v[0], 0) == -1) return Dim(0) - Dim::floorDiv(Dim(0) - v[0], v[1]);
  return Dim::floorDiv(v[0], v[1]);
}

std::optional<Dim> modContents(const Attributes& attrs, const Elements& v) {
  auto a = v[0].tryConstant(), b = v[1].tryConstant();
  if (b == 0) return std::nullopt;
  if (attrs.integer("fmod", 0) != 0) return a && b && *b != -1 ? std::optional<Dim>(*a % *b) : std::nullopt;
  if (b && *b < 0) return std::nullopt;
  return Dim::mod(v[0], v[1]);
}

// Floats divide as they do; only a division without remainder is followed.
void inferDiv(InferContext& ctx) {
  requireSameTypes(ctx);
  inferBroadcast(ctx);
  if (!isFloat(ctx.type(0))) return setMappedContents(ctx, divContents);
  setMappedContents(ctx, [](const Attributes&, const Elements& v) -> std::optional<Dim> {
    if (v[1].tryConstant() == 0) return std::nullopt;
    return Dim::exactDiv(v[0], v[1]);
  });
}

template <typename C>
C divide(C a, C b) {
  if constexpr (std::is_floating_point_v<C>)
    return a / b;
  else if (b == 0)
    return 0;  // undefined by ONNX; must not stop the program
  else if constexpr (std::is_signed_v<C>)
    return b == -1 ? wrapSub(C{0}, a) : a / b;
  else
    return a / b;
}

template <typename C>
C truncatingMod(C a, C b) {
  if constexpr (std::is_floating_point_v<C>)
    return std::fmod(a, b);
  else if (b == 0)
    return 0;
  else if constexpr (std::is_signed_v<C>)
    return b == -1 ? 0 : a % b;
  else
    return a % b;
}

// The remainder of a division that rounds down: it has the sign of b, also where it is zero.
template <typename C>
C flooringMod(C a, C b) {
  C r = truncatingMod(a, b);
  if constexpr (std::is_floating_point_v<C>) {
    if (r == 0) return std::copysign(C{0}, b);
    return (r < 0) != (b < 0) ? r + b : r;
  } else if constexpr (std::is_signed_v<C>) {
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  } else {
    return r;
  }
}

void evalMod(EvalContext& ctx) {
  if (ctx.attrs().integer("fmod", 0))
    evalMap<2>(ctx, [](auto a, auto b) { return truncatingMod(a, b); });
  else
    evalMap<2>(ctx, [](auto a, auto b) { return flooringMod(a, b); });
}

template <typename C>
C integerPower(C base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 1) return 1;
    if constexpr (std::is_signed_v<C>)
      if (base == -1) return exponent % 2 ? -1 : 1;
    return 0;
  }
  C result = 1;
  for (; exponent; exponent >>= 1, base = wrapMul(base, base))
    if (exponent & 1) result = wrapMul(result, base);
  return result;
}

// The exponent may have another type than the base, whose type the result has.
void evalPow(EvalContext& ctx) {
  DataType base = ctx.input(0).dtype(), exponent = ctx.input(1).dtype();
  auto real = [](double a, double b) { return std::pow(a, b); };
  if (isFloat(base) || isFloat(exponent))
    evalElements<2, double>(ctx, base, real);
  else
    withComputeType(base, [&](auto zero) {
      using C = decltype(zero);
      evalElements<2, C>(ctx, base, [](C a, C b) { return integerPower(a, static_cast<int64_t>(b)); });
    });
}

OpDef binary(const char* name, const char* doc, void (*infer)(InferContext&), void (*eval)(EvalContext&),
             std::vector<OpCase> cases) {
  return {.name = name,
          .doc = doc,
          .minInputs = 2,
          .maxInputs = 2,
          .infer = infer,
          .eval = eval,
          .cases = std::move(cases),
          .pointwise = true};
}

OpDef commutative(OpDef def) {
  def.commutative = true;
  return def;
}

void evalAdd(EvalContext& ctx) {
  evalMap<2>(ctx, [](auto a, auto b) { return wrapAdd(a, b); });
}
void evalSub(EvalContext& ctx) {
  evalMap<2>(ctx, [](auto a, auto b) { return wrapSub(a, b); });
}
void evalMul(EvalContext& ctx) {
  evalMap<2>(ctx, [](auto a, auto b) { return wrapMul(a, b); });
}
void evalDiv(EvalContext& ctx) {
  evalMap<2>(ctx, [](auto a, auto b) { return divide(a, b); });
}

}  // namespace

DEFINE_OP(Add) {
  return commutative(binary("Add", "y = a + b.", inferArithmetic<addContents>, evalAdd,
                            {{"a:f32[2,3,5], b:f32[3,1] -> y = Add(a, b)"},
                             {"a:i32[4,1], b:i32[5] -> y = Add(a, b)"},
                             {"a:f16[2,3], b:f16[2,3] -> y = Add(a, b)", 2e-3}}));
}

DEFINE_OP(Sub) {
  return binary("Sub", "y = a - b.", inferArithmetic<subContents>, evalSub,
                {{"a:f32[2,3,5], b:f32[3,1] -> y = Sub(a, b)"}, {"a:i64[4,1], b:i64[5] -> y = Sub(a, b)"}});
}

DEFINE_OP(Mul) {
  return commutative(binary("Mul", "y = a * b.", inferArithmetic<mulContents>, evalMul,
                            {{"a:f32[2,3,5], b:f32[3,1] -> y = Mul(a, b)"},
                             {"a:u8[4,1], b:u8[5] -> y = Mul(a, b)"},
                             {"a:f32[0,3], b:f32[3] -> y = Mul(a, b)"}}));
}

DEFINE_OP(Div) {
  return binary("Div", "y = a / b; integers truncate towards zero, and a division by zero gives 0.", inferDiv,
                evalDiv,
                {{"a:f32[2,3,5], b:f32[3,1] -> y = Div(a, b)"}, {"a:i32[4,1], b:i32[5] -> y = Div(a, b)"}});
}

DEFINE_OP(Mod) {
  OpDef def = binary("Mod", "The remainder of a / b.", inferArithmetic<modContents>, evalMod,
                     {{"a:i32[2,3,5], b:i32[3,1] -> y = Mod(a, b)"},
                      {"a:f32[2,3,5], b:f32[3,1] -> y = Mod(a, b) {fmod=1}"},
                      {"a:f32[2,3,5], b:f32[3,1] -> y = Mod(a, b)"}});
  def.attrs = {{"fmod", AttrKind::kInt, "0 (default): the quotient rounds down; 1: it truncates, as in C"}};
  return def;
}

DEFINE_OP(Pow) {
  return binary("Pow", "y = a ^ b, in the type of a.", inferBroadcast, evalPow,
                {{"a:f32[2,3,5], b:f32[3,1] -> y = Pow(a, b)"},
                 {"a:f32[2,3,5], b:i32[1] -> y = Pow(a, b)"},
                 {"a:i32[4,1], b:i32[5] -> y = Pow(a, b)"}});
}
