#include <cmath>

#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/reduce.h"

using namespace tenfold;

static void inferLpNormalization(InferContext& ctx) {
  ctx.set(0, ctx.type(0), ctx.shape(0));
  normalizeAxis(ctx.attrs().integer("axis", -1), ctx.rank(0));
}

// A line of zeros stays as it is.
static void evalLpNormalization(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  int64_t p = ctx.attrs().integer("p", 2);
  ctx.require(p == 1 || p == 2, "p is {}; 1 and 2 are known", p);
  std::vector<double> v = allElements<double>(x);
  forEachLane(x.shape(), normalizeAxis(ctx.attrs().integer("axis", -1), x.rank()), [&](Lane lane) {
    double* at = v.data() + lane.offset;
    double norm = 0;
    for (int64_t k = 0; k < lane.extent; ++k) {
      double e = at[k * lane.stride];
      norm += p == 1 ? std::fabs(e) : e * e;
    }
    if (p == 2) norm = std::sqrt(norm);
    for (int64_t k = 0; k < lane.extent && norm != 0; ++k) at[k * lane.stride] /= norm;
  });
  writeElements(ctx.output(0, x.dtype(), x.shape()), 0, x.numel(), v.data());
}

DEFINE_OP(LpNormalization) {
  return {.name = "LpNormalization",
          .doc = "x divided by its L1 or L2 norm along an axis; zeros where the norm is 0.",
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = {{"axis", AttrKind::kInt, "the axis; default -1, the last"},
                    {"p", AttrKind::kInt, "the norm: 1 or 2 (default)"}},
          .infer = inferLpNormalization,
          .eval = evalLpNormalization,
          .cases = {{"x:f32[2,3,5] -> y = LpNormalization(x)"},
                    {"x:f32[2,3,5] -> y = LpNormalization(x) {axis=1, p=1}"}}};
}
