// Elementwise functions of any number of tensors.
#include <cmath>

#include "graph/ops/contents.h"
#include "graph/ops/pointwise.h"

using namespace tenfold;

namespace {

// Folds the inputs in order with f, then divides by their number where `mean`.
template <typename F>
void evalFold(EvalContext& ctx, F f, bool mean = false) {
  DataType type = ctx.input(0).dtype();
  withComputeType(type, [&](auto zero) {
    using C = decltype(zero);
    evalRows<C, C>(ctx, type, [=, count = ctx.numInputs()](const C* const* in, C* out, int64_t n) {
      for (int64_t i = 0; i < n; ++i) {
        C value = in[0][i];
        for (size_t k = 1; k < count; ++k) value = f(value, in[k][i]);
        out[i] = mean ? value / static_cast<C>(count) : value;
      }
    });
  });
}

// NaN wins over every number.
template <typename C>
C larger(C a, C b) {
  return a > b || a != a ? a : b;
}
template <typename C>
C smaller(C a, C b) {
  return a < b || a != a ? a : b;
}

void evalMax(EvalContext& ctx) {
  evalFold(ctx, [](auto a, auto b) { return larger(a, b); });
}
void evalMin(EvalContext& ctx) {
  evalFold(ctx, [](auto a, auto b) { return smaller(a, b); });
}
void evalSum(EvalContext& ctx) {
  evalFold(ctx, [](auto a, auto b) { return wrapAdd(a, b); });
}
void evalMean(EvalContext& ctx) {
  evalFold(
      ctx, [](auto a, auto b) { return wrapAdd(a, b); }, true);
}

template <Dim (*kFold)(const Dim&, const Dim&)>
void inferFold(InferContext& ctx) {
  for (size_t i = 1; i < ctx.numInputs(); ++i)
    ctx.require(ctx.type(i) == ctx.type(0), "input {} is {}, input 0 is {}", i, typeName(ctx.type(i)),
                typeName(ctx.type(0)));
  inferBroadcast(ctx);
  setMappedContents(ctx, [](const Attributes&, const DimList& v) {
    Dim value = v[0];
    for (size_t i = 1; i < v.size(); ++i) value = kFold(value, v[i]);
    return std::optional<Dim>(value);
  });
}

Dim addDims(const Dim& a, const Dim& b) { return a + b; }

OpDef variadic(const char* name, const char* doc, void (*infer)(InferContext&), void (*eval)(EvalContext&),
               std::vector<OpCase> cases) {
  return {.name = name,
          .doc = doc,
          .minInputs = 1,
          .maxInputs = -1,
          .infer = infer,
          .eval = eval,
          .cases = std::move(cases),
          .pointwise = true,
          .commutative = true};
}

}  // namespace

DEFINE_OP(Max) {
  return variadic("Max", "The largest of the inputs' elements; NaN where one is NaN.", inferFold<Dim::max>,
                  evalMax,
                  {{"a:f32[2,3,5], b:f32[3,1], c:f32[5] -> y = Max(a, b, c)"},
                   {"a:i64[4,1], b:i64[5] -> y = Max(a, b)"}});
}

DEFINE_OP(Min) {
  return variadic(
      "Min", "The smallest of the inputs' elements; NaN where one is NaN.", inferFold<Dim::min>, evalMin,
      {{"a:f32[2,3,5], b:f32[3,1], c:f32[5] -> y = Min(a, b, c)"}, {"a:u8[4,1], b:u8[5] -> y = Min(a, b)"}});
}

DEFINE_OP(Sum) {
  return variadic("Sum", "The sum of the inputs' elements.", inferFold<addDims>, evalSum,
                  {{"a:f32[2,3,5], b:f32[3,1], c:f32[5] -> y = Sum(a, b, c)"}, {"a:f32[3] -> y = Sum(a)"}});
}

DEFINE_OP(Mean) {
  return variadic("Mean", "The mean of the inputs' elements.", inferBroadcast, evalMean,
                  {{"a:f32[2,3,5], b:f32[3,1], c:f32[5] -> y = Mean(a, b, c)"}});
}
