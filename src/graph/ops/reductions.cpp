// The Reduce operators: one table row each.
#include <cmath>
#include <limits>

#include "graph/ops/contents.h"
#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/reduce.h"

using namespace tenfold;

namespace {

// The axes that input 1 names; all where it is absent or empty, unless noop_with_empty_axes.
AxisMask maskOf(const Attributes& attrs, const std::vector<int64_t>& axes, int rank) {
  if (!axes.empty()) return axisMask(axes, rank);
  return AxisMask(static_cast<size_t>(rank), attrs.integer("noop_with_empty_axes", 0) == 0);
}

void setReducedContents(InferContext& ctx, const AxisMask& mask, Dim (*fold)(const Dim&, const Dim&),
                        int64_t start, bool startsWithFirst) {
  auto elements = ctx.contents(0);
  if (!elements || mask.size() > 1) return;
  if (mask.empty() || !mask[0]) return ctx.setContents(0, *elements);
  if (elements->empty() && startsWithFirst) return;
  Dim value = startsWithFirst ? elements->front() : Dim(start);
  for (size_t i = startsWithFirst; i < elements->size(); ++i) value = fold(value, (*elements)[i]);
  ctx.setContents(0, {value});
}

// Sets the output; gives the mask, or nothing where the axes are not known.
std::optional<AxisMask> inferReduce(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  const SymShape& x = ctx.shape(0);
  bool keep = ctx.attrs().integer("keepdims", 1) != 0;
  std::optional<std::vector<int64_t>> axes = std::vector<int64_t>{};
  if (ctx.has(1)) axes = ctx.ints(1);
  if (!axes) {
    if (!keep) return std::nullopt;
    SymShape out;
    for (size_t i = 0; i < x.size(); ++i) out.push_back(ctx.unknownDim("reduced" + std::to_string(i), x[i]));
    ctx.setShape(0, out);
    return std::nullopt;
  }
  AxisMask mask = maskOf(ctx.attrs(), *axes, static_cast<int>(x.size()));
  SymShape out;
  for (size_t i = 0; i < x.size(); ++i) {
    if (!mask[i])
      out.push_back(x[i]);
    else if (keep)
      out.push_back(Dim(1));
  }
  ctx.setShape(0, out);
  return mask;
}

void inferPlain(InferContext& ctx) { inferReduce(ctx); }
void inferSum(InferContext& ctx) {
  if (auto mask = inferReduce(ctx))
    setReducedContents(
        ctx, *mask, [](const Dim& a, const Dim& b) { return a + b; }, 0, false);
}
void inferProd(InferContext& ctx) {
  if (auto mask = inferReduce(ctx))
    setReducedContents(
        ctx, *mask, [](const Dim& a, const Dim& b) { return a * b; }, 1, false);
}
void inferMax(InferContext& ctx) {
  if (auto mask = inferReduce(ctx)) setReducedContents(ctx, *mask, Dim::max, 0, true);
}
void inferMin(InferContext& ctx) {
  if (auto mask = inferReduce(ctx)) setReducedContents(ctx, *mask, Dim::min, 0, true);
}

template <typename C>
void reduce(EvalContext& ctx, const Reducer<C>& f) {
  const Tensor& x = ctx.input(0);
  std::vector<int64_t> axes = ctx.has(1) ? ctx.input(1).ints() : std::vector<int64_t>{};
  AxisMask mask = maskOf(ctx.attrs(), axes, x.rank());
  Tensor& y =
      ctx.output(0, x.dtype(), reducedShape(x.shape(), mask, ctx.attrs().integer("keepdims", 1) != 0));
  reduceAxes<C>(x, mask, y, f);
}

// The smallest and the largest value that a type holds.
template <typename C>
C extreme(DataType type, bool largest) {
  if constexpr (std::is_floating_point_v<C>) return largest ? HUGE_VAL : -HUGE_VAL;
  int bits = type == DataType::kBool ? 1 : typeBits(type);
  bool isSigned = typeInfo(type).cls == TypeClass::kSigned;
  uint64_t top = std::numeric_limits<uint64_t>::max() >> (64 - bits + (isSigned ? 1 : 0));
  return static_cast<C>(largest ? top : isSigned ? ~top : 0);
}

// Folds with f from `start`, in the type's own arithmetic.
template <typename F>
void evalFold(EvalContext& ctx, int start, F f) {
  withComputeType(ctx.input(0).dtype(), [&](auto zero) {
    using C = decltype(zero);
    reduce<C>(ctx, [=](const C* v, int64_t n) {
      C result = static_cast<C>(start);
      for (int64_t i = 0; i < n; ++i) result = f(result, v[i]);
      return result;
    });
  });
}

// NaN wins over every number.
template <bool kLargest>
void evalExtreme(EvalContext& ctx) {
  withComputeType(ctx.input(0).dtype(), [&](auto zero) {
    using C = decltype(zero);
    C start = extreme<C>(ctx.input(0).dtype(), !kLargest);
    reduce<C>(ctx, [=](const C* v, int64_t n) {
      C result = start;
      for (int64_t i = 0; i < n; ++i)
        if (v[i] != v[i] || (kLargest ? v[i] > result : v[i] < result)) result = v[i];
      return result;
    });
  });
}

void evalSum(EvalContext& ctx) {
  evalFold(ctx, 0, [](auto a, auto b) { return wrapAdd(a, b); });
}
void evalProd(EvalContext& ctx) {
  evalFold(ctx, 1, [](auto a, auto b) { return wrapMul(a, b); });
}
void evalSumSquare(EvalContext& ctx) {
  evalFold(ctx, 0, [](auto a, auto b) { return wrapAdd(a, wrapMul(b, b)); });
}
void evalL1(EvalContext& ctx) {
  evalFold(ctx, 0, [](auto a, auto b) { return b < decltype(b){0} ? wrapSub(a, b) : wrapAdd(a, b); });
}

double sumOf(const double* v, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += v[i];
  return sum;
}

void evalMean(EvalContext& ctx) {
  reduce<double>(ctx, [](const double* v, int64_t n) { return sumOf(v, n) / static_cast<double>(n); });
}
void evalL2(EvalContext& ctx) {
  reduce<double>(ctx, [](const double* v, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += v[i] * v[i];
    return std::sqrt(sum);
  });
}
void evalLogSum(EvalContext& ctx) {
  reduce<double>(ctx, [](const double* v, int64_t n) { return std::log(sumOf(v, n)); });
}
void evalLogSumExp(EvalContext& ctx) {
  reduce<double>(ctx, [](const double* v, int64_t n) {
    double top = -HUGE_VAL;
    for (int64_t i = 0; i < n; ++i)
      if (v[i] > top || v[i] != v[i]) top = v[i];
    if (std::isinf(top) || std::isnan(top)) return top;
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += std::exp(v[i] - top);
    return top + std::log(sum);
  });
}

OpDef reduction(const char* name, const char* doc, void (*infer)(InferContext&), void (*eval)(EvalContext&),
                std::vector<OpCase> cases) {
  return {.name = name,
          .doc = doc,
          .minInputs = 1,
          .maxInputs = 2,
          .attrs = {{"keepdims", AttrKind::kInt, "1 (default): reduced axes stay with extent 1; 0: they go"},
                    {"noop_with_empty_axes", AttrKind::kInt,
                     "what no axes mean: 0 (default) all of them, 1 none"}},
          .infer = infer,
          .eval = eval,
          .cases = std::move(cases)};
}

}  // namespace

// Input 1 are the axes.
#define REDUCTION(NAME, DOC, INFER, EVAL, ...) \
  DEFINE_OP(NAME) { return reduction(#NAME, DOC, INFER, EVAL, {__VA_ARGS__}); }

REDUCTION(ReduceSum, "The sum over some axes.", inferSum, evalSum,
          {"x:f32[2,3,5], a:i64[1] {1} -> y = ReduceSum(x, a)"},
          {"x:f32[2,3,5], a:i64[2] {0,-1} -> y = ReduceSum(x, a) {keepdims=0}"},
          {"x:i32[4,5] -> y = ReduceSum(x)"}, {"x:f32[0,3], a:i64[1] {0} -> y = ReduceSum(x, a)"},
          {"x:f32[2,3] -> y = ReduceSum(x) {noop_with_empty_axes=1}"})
REDUCTION(ReduceMean, "The mean over some axes.", inferPlain, evalMean,
          {"x:f32[2,3,5], a:i64[2] {1,2} -> y = ReduceMean(x, a)"}, {"x:f16[4,9] -> y = ReduceMean(x)", 2e-3})
REDUCTION(ReduceMax, "The largest element over some axes; NaN where one is NaN.", inferMax, evalExtreme<true>,
          {"x:f32[2,3,5], a:i64[1] {-1} -> y = ReduceMax(x, a)"},
          {"x:i32[2,3,5], a:i64[1] {0} -> y = ReduceMax(x, a) {keepdims=0}"})
REDUCTION(ReduceMin, "The smallest element over some axes; NaN where one is NaN.", inferMin,
          evalExtreme<false>, {"x:f32[2,3,5], a:i64[1] {-1} -> y = ReduceMin(x, a)"},
          {"x:i8[2,7] -> y = ReduceMin(x)"})
REDUCTION(ReduceProd, "The product over some axes.", inferProd, evalProd,
          {"x:f32[2,3,5], a:i64[1] {1} -> y = ReduceProd(x, a)"},
          {"x:i64[4] -> y = ReduceProd(x) {keepdims=0}"})
REDUCTION(ReduceL1, "The sum of magnitudes over some axes.", inferPlain, evalL1,
          {"x:f32[2,3,5], a:i64[1] {1} -> y = ReduceL1(x, a)"})
REDUCTION(ReduceL2, "The Euclidean norm over some axes.", inferPlain, evalL2,
          {"x:f32[2,3,5], a:i64[1] {1} -> y = ReduceL2(x, a)"})
REDUCTION(ReduceLogSum, "The logarithm of the sum over some axes.", inferPlain, evalLogSum,
          {"x:f32[2,3,5], a:i64[1] {1} -> e = Exp(x); y = ReduceLogSum(e, a)"})
REDUCTION(ReduceLogSumExp, "log(sum(e^x)) over some axes, without overflow.", inferPlain, evalLogSumExp,
          {"x:f32[2,3,5], a:i64[1] {1} -> y = ReduceLogSumExp(x, a)"})
REDUCTION(ReduceSumSquare, "The sum of squares over some axes.", inferPlain, evalSumSquare,
          {"x:f32[2,3,5], a:i64[1] {1} -> y = ReduceSumSquare(x, a)"},
          {"x:i32[2,3] -> y = ReduceSumSquare(x)"})
