// Poolings over everything but batch and channels.
#include <cmath>

#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/reduce.h"

using namespace tenfold;

namespace {

void inferGlobalPool(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  SymShape shape = ctx.shape(0);
  ctx.require(shape.size() >= 2, "the input has shape {}; a batch and a channel axis are expected",
              str(shape));
  for (size_t i = 2; i < shape.size(); ++i) shape[i] = Dim(1);
  ctx.setShape(0, shape);
}

void pool(EvalContext& ctx, const Reducer<double>& f) {
  const Tensor& x = ctx.input(0);
  AxisMask mask(static_cast<size_t>(x.rank()), true);
  mask[0] = mask[1] = false;
  reduceAxes<double>(x, mask, ctx.output(0, x.dtype(), reducedShape(x.shape(), mask, true)), f);
}

void evalGlobalAveragePool(EvalContext& ctx) {
  pool(ctx, [](const double* v, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += v[i];
    return sum / static_cast<double>(n);
  });
}

void evalGlobalMaxPool(EvalContext& ctx) {
  pool(ctx, [](const double* v, int64_t n) {
    double top = -HUGE_VAL;
    for (int64_t i = 0; i < n; ++i)
      if (v[i] > top || v[i] != v[i]) top = v[i];
    return top;
  });
}

void evalGlobalLpPool(EvalContext& ctx) {
  pool(ctx, [p = static_cast<double>(ctx.attrs().integer("p", 2))](const double* v, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += std::pow(std::fabs(v[i]), p);
    return std::pow(sum, 1 / p);
  });
}

OpDef globalPool(const char* name, const char* doc, void (*eval)(EvalContext&), std::vector<OpCase> cases) {
  return {.name = name,
          .doc = doc,
          .minInputs = 1,
          .maxInputs = 1,
          .infer = inferGlobalPool,
          .eval = eval,
          .cases = std::move(cases)};
}

}  // namespace

DEFINE_OP(GlobalAveragePool) {
  return globalPool(
      "GlobalAveragePool", "The mean of each channel of each image.", evalGlobalAveragePool,
      {{"x:f32[2,3,5,7] -> y = GlobalAveragePool(x)"}, {"x:f16[1,4,6] -> y = GlobalAveragePool(x)", 2e-3}});
}
DEFINE_OP(GlobalMaxPool) {
  return globalPool("GlobalMaxPool", "The largest element of each channel of each image.", evalGlobalMaxPool,
                    {{"x:f32[2,3,5,7] -> y = GlobalMaxPool(x)"}});
}
DEFINE_OP(GlobalLpPool) {
  OpDef def = globalPool("GlobalLpPool", "The Lp norm of each channel of each image.", evalGlobalLpPool,
                         {{"x:f32[2,3,5,7] -> y = GlobalLpPool(x) {p=3}"}});
  def.attrs = {{"p", AttrKind::kInt, "the norm's exponent; default 2"}};
  return def;
}
