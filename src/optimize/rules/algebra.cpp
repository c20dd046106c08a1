// Arithmetic simplifications and normal forms: a subtraction or division by a constant becomes an addition or
// multiplication, small powers become products, so that the other tables need fewer spellings.
#include <cmath>

#include "graph/ops/eval.h"
#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

// f applied to every element of a float constant.
template <typename F>
Value* mapConstant(RuleContext& ctx, const Value* c, F f) {
  Tensor t(c->dtype, c->constant.shape());
  for (int64_t i = 0; i < t.numel(); ++i) {
    t.setDouble(i, f(c->constant.getDouble(i)));
    if (!std::isfinite(t.getDouble(i))) return ctx.miss("the constant leaves the type's range");
  }
  return ctx.rewriter().constant(std::move(t));
}

Value* subToAdd(RuleContext& ctx) {
  if (!isFloat(ctx.dtype())) return ctx.miss("integers wrap");
  Value* negative = mapConstant(ctx, ctx["c"], [](double x) { return -x; });
  return negative ? ctx.emit("Add", {ctx["x"], negative}) : nullptr;
}

// One rounding more than the division: at most one unit in the last place, none for powers of two. Not for
// types whose unit is large.
Value* divToMul(RuleContext& ctx) {
  if (!isFloat(ctx.dtype())) return ctx.miss("integer division");
  bool wide = typeBits(ctx.dtype()) >= 32;
  for (int64_t i = 0; i < ctx["c"]->constant.numel(); ++i) {
    int exponent;
    double c = ctx["c"]->constant.getDouble(i);
    if (!wide && std::abs(std::frexp(c, &exponent)) != 0.5) return ctx.miss("the reciprocal is not exact");
  }
  Value* reciprocal = mapConstant(ctx, ctx["c"], [](double x) { return 1 / x; });
  return reciprocal ? ctx.emit("Mul", {ctx["x"], reciprocal}) : nullptr;
}

Value* isFloatRoot(RuleContext& ctx) {
  return isFloat(ctx.dtype()) ? ctx.root()->outputs[0] : ctx.miss("no floats");
}

// (x op c) op d = x op (c op d), for constants of which at least one is a scalar: the result is no larger.
Value* joinConstants(RuleContext& ctx) {
  Value *c = ctx["c"], *d = ctx["d"];
  if (c->constant.numel() != 1 && d->constant.numel() != 1) return ctx.miss("neither constant is a scalar");
  if (!isFloat(ctx.dtype()) && !isInteger(ctx.dtype())) return ctx.miss("no numbers");
  std::string op(ctx.root()->opName());
  Value* both = ctx.emit(op, {c, d});
  Tensor result = evalNode(*both->producer, {c->constant, d->constant}).at(0);
  return ctx.emit(op, {ctx["x"], ctx.rewriter().constant(std::move(result))});
}

Value* scalarBounds(RuleContext& ctx) {
  for (const char* name : {"lo", "hi"})
    if (ctx[name]->constant.numel() != 1) return ctx.miss("the bounds are no scalars");
  auto scalar = [&](const char* name) { return ctx.rewriter().constant(ctx[name]->constant.reshaped({})); };
  return ctx.emit("Clip", {ctx["x"], scalar("lo"), scalar("hi")});
}

Value* reluThenMin(RuleContext& ctx) {
  if (ctx["hi"]->constant.numel() != 1) return ctx.miss("the bound is no scalar");
  if (ctx["hi"]->constant.getDouble(0) < 0) return ctx.miss("the bound is negative");
  return ctx.emit("Clip", {ctx["x"], ctx.rewriter().scalar(ctx.dtype(), 0),
                           ctx.rewriter().constant(ctx["hi"]->constant.reshaped({}))});
}

// x, in the root's shape, to which a constant c contributed nothing but its own.
Value* spread(RuleContext& ctx, Value* x, const Value* c) {
  if (sameShape(x, ctx.root()->outputs[0])) return x;
  const Shape& shape = c->constant.shape();
  return ctx.emit("Expand", {x, ctx.rewriter().ints({shape.begin(), shape.end()})});
}

Value* whereConstant(RuleContext& ctx) {
  auto condition = splatOf(ctx["c"]);
  if (!condition) return ctx.miss("the condition is mixed");
  return spread(ctx, *condition != 0 ? ctx["a"] : ctx["b"], ctx["c"]);
}

Value* andTrue(RuleContext& ctx) {
  if (splatOf(ctx["c"]) != 1.0) return ctx.miss("not all is true");
  return spread(ctx, ctx["x"], ctx["c"]);
}

constexpr Rule kRules[] = {
    {"add-zero", "Add(x, 0)", "x"},
    {"sub-zero", "Sub(x, 0)", "x"},
    {"mul-one", "Mul(x, 1)", "x"},
    {"div-one", "Div(x, 1)", "x"},
    {"pow-one", "Pow(x, 1)", "x"},
    {"pow-two", "Pow(x, 2)", "Mul(x, x)", isFloatRoot},
    {"pow-three", "Pow(x, 3)", "Mul(Mul(x, x), x)", isFloatRoot},
    {"pow-half", "Pow(x, 0.5)", "Sqrt(x)", isFloatRoot},
    {"pow-minus-one", "Pow(x, -1)", "Reciprocal(x)", isFloatRoot},
    {"pow-minus-half", "Pow(x, -0.5)", "Reciprocal(Sqrt(x))", isFloatRoot},
    {"one-over", "Div(1, x)", "Reciprocal(x)", isFloatRoot},
    {"mul-reciprocal", "Mul(x, Reciprocal(y))", "Div(x, y)", nullptr},
    {"sub-constant", "Sub(x, @c)", nullptr, subToAdd},
    {"div-constant", "Div(x, @c)", nullptr, divToMul},
    {"add-negative", "Add(x, Neg(y))", "Sub(x, y)"},
    {"sub-negative", "Sub(x, Neg(y))", "Add(x, y)"},
    {"neg-neg", "Neg(Neg(x))", "x", nullptr, true},
    {"not-not", "Not(Not(x))", "x", nullptr, true},
    {"reciprocal-reciprocal", "Reciprocal(Reciprocal(x))", "x"},
    {"mul-minus-one", "Mul(x, -1)", "Neg(x)", isFloatRoot},
    {"add-add", "Add(Add(x, @c), @d)", nullptr, joinConstants},
    {"mul-mul", "Mul(Mul(x, @c), @d)", nullptr, joinConstants},
    {"max-min", "Min(Max(x, @lo), @hi)", nullptr, scalarBounds},
    {"relu-min", "Min(Relu(x), @hi)", nullptr, reluThenMin},
    {"relu-clip", "Clip(Relu(x), 0, hi)", "Clip(x, 0, hi)"},
    {"relu-relu", "Relu(Relu(x))", "Relu(x)"},
    {"where-not", "Where(Not(c), a, b)", "Where(c, b, a)"},
    {"where-constant", "Where(@c, a, b)", nullptr, whereConstant},
    {"where-same", "Where(c, a, a)", "a"},
    {"and-true", "And(x, @c)", nullptr, andTrue},
    {"or-false", "Or(x, 0)", "x"},
    {"identity", "Identity(x)", "x"},
    {"sum-of-one", "Sum(x)", "x"},
    {"sum-of-two", "Sum(x, y)", "Add(x, y)"},
    {"max-of-one", "Max(x)", "x"},
    {"min-of-one", "Min(x)", "x"},
    {"mean-of-one", "Mean(x)", "x"},
};

}  // namespace

std::span<const Rule> algebraRules() { return kRules; }

}  // namespace tenfold
