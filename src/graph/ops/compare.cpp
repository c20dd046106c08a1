// Comparisons and logic: elementwise, with broadcasting, giving booleans.
#include <cmath>

#include "graph/ops/contents.h"
#include "graph/ops/pointwise.h"

using namespace tenfold;

namespace {

OpDef predicate(const char* name, const char* doc, int inputs, void (*infer)(InferContext&),
                void (*eval)(EvalContext&), std::vector<OpCase> cases, bool commutative) {
  return {.name = name,
          .doc = doc,
          .minInputs = inputs,
          .maxInputs = inputs,
          .infer = infer,
          .eval = eval,
          .cases = std::move(cases),
          .pointwise = true,
          .commutative = commutative};
}

template <DimFunction kContents>
void inferPredicate(InferContext& ctx) {
  for (size_t i = 1; i < ctx.numInputs(); ++i)
    ctx.require(ctx.type(i) == ctx.type(0), "input {} is {}, input 0 is {}", i, typeName(ctx.type(i)),
                typeName(ctx.type(0)));
  inferCompare(ctx);
  setMappedContents(ctx, kContents);
}

template <DimFunction kContents>
void inferLogic(InferContext& ctx) {
  for (size_t i = 0; i < ctx.numInputs(); ++i)
    ctx.require(ctx.type(i) == DataType::kBool, "input {} is {}; bool is expected", i, typeName(ctx.type(i)));
  inferPredicate<kContents>(ctx);
}

using Elements = DimList;
using Truth = std::optional<Dim>;
Truth truth(bool value) { return Dim(value ? 1 : 0); }

// Contents of a comparison: `below`, `equal`, `above` tell what each sign of a - b means.
template <bool kBelow, bool kEqual, bool kAbove>
Truth compareContents(const Attributes&, const Elements& v) {
  auto sign = compareDims(v[0], v[1]);
  if (!sign) return std::nullopt;
  return truth(*sign < 0 ? kBelow : *sign > 0 ? kAbove : kEqual);
}
Truth andContents(const Attributes&, const Elements& v) {
  auto a = v[0].tryConstant(), b = v[1].tryConstant();
  return a && b ? truth(*a && *b) : std::nullopt;
}
Truth orContents(const Attributes&, const Elements& v) {
  auto a = v[0].tryConstant(), b = v[1].tryConstant();
  return a && b ? truth(*a || *b) : std::nullopt;
}
Truth xorContents(const Attributes&, const Elements& v) {
  auto a = v[0].tryConstant(), b = v[1].tryConstant();
  return a && b ? truth(!*a != !*b) : std::nullopt;
}
Truth notContents(const Attributes&, const Elements& v) {
  auto a = v[0].tryConstant();
  return a ? truth(!*a) : std::nullopt;
}

void evalIsInf(EvalContext& ctx) {
  bool negative = ctx.attrs().integer("detect_negative", 1),
       positive = ctx.attrs().integer("detect_positive", 1);
  evalPredicate<1>(
      ctx, [=](auto x) { return std::isinf(static_cast<double>(x)) && (x < 0 ? negative : positive); });
}

}  // namespace

#define PREDICATE2(NAME, DOC, INFER, EXPRESSION, COMMUTATIVE, ...)    \
  static void eval##NAME(EvalContext& ctx) {                          \
    evalPredicate<2>(ctx, [](auto a, auto b) { return EXPRESSION; }); \
  }                                                                   \
  DEFINE_OP(NAME) { return predicate(#NAME, DOC, 2, INFER, eval##NAME, {__VA_ARGS__}, COMMUTATIVE); }

PREDICATE2(Equal, "a = b; NaN equals nothing.", (inferPredicate<compareContents<false, true, false>>), a == b,
           true, {"a:i32[2,3,5], b:i32[3,1] -> y = Equal(a, b)"}, {"a:f32[4], b:f32[4] -> y = Equal(a, b)"},
           {"a:bool[4], b:bool[1] -> y = Equal(a, b)"})
PREDICATE2(Less, "a < b.", (inferPredicate<compareContents<true, false, false>>), a < b, false,
           {"a:f32[2,3,5], b:f32[3,1] -> y = Less(a, b)"})
PREDICATE2(LessOrEqual, "a <= b.", (inferPredicate<compareContents<true, true, false>>), a <= b, false,
           {"a:i32[2,3,5], b:i32[3,1] -> y = LessOrEqual(a, b)"})
PREDICATE2(Greater, "a > b.", (inferPredicate<compareContents<false, false, true>>), a > b, false,
           {"a:f32[2,3,5], b:f32[3,1] -> y = Greater(a, b)"})
PREDICATE2(GreaterOrEqual, "a >= b.", (inferPredicate<compareContents<false, true, true>>), a >= b, false,
           {"a:i64[2,3,5], b:i64[3,1] -> y = GreaterOrEqual(a, b)"})
PREDICATE2(And, "Both are true.", inferLogic<andContents>, a&& b, true,
           {"a:bool[2,3,5], b:bool[3,1] -> y = And(a, b)"})
PREDICATE2(Or, "At least one is true.", inferLogic<orContents>, a || b, true,
           {"a:bool[2,3,5], b:bool[3,1] -> y = Or(a, b)"})
PREDICATE2(Xor, "Exactly one is true.", inferLogic<xorContents>, !a != !b, true,
           {"a:bool[2,3,5], b:bool[3,1] -> y = Xor(a, b)"})

static void evalNot(EvalContext& ctx) {
  evalPredicate<1>(ctx, [](auto x) { return !x; });
}
DEFINE_OP(Not) {
  return predicate("Not", "True where x is false.", 1, inferLogic<notContents>, evalNot,
                   {{"x:bool[2,3,5] -> y = Not(x)"}}, false);
}

static void evalIsNaN(EvalContext& ctx) {
  evalPredicate<1>(ctx, [](auto x) { return x != x; });
}
DEFINE_OP(IsNaN) {
  return predicate("IsNaN", "True where x is not a number.", 1, inferCompare, evalIsNaN,
                   {{"x:f32[2,3,5] -> y = IsNaN(x)"}}, false);
}

DEFINE_OP(IsInf) {
  OpDef def = predicate("IsInf", "True where x is infinite.", 1, inferCompare, evalIsInf,
                        {{"x:f32[2,3,5] -> y = IsInf(x) {detect_negative=0}"}}, false);
  def.attrs = {{"detect_negative", AttrKind::kInt, "1 (default): minus infinity counts"},
               {"detect_positive", AttrKind::kInt, "1 (default): plus infinity counts"}};
  return def;
}
