#include "graph/ops/contents.h"
#include "graph/ops/pointwise.h"

using namespace tenfold;

static void inferClip(InferContext& ctx) {
  ctx.set(0, ctx.type(0), ctx.shape(0));
  auto values = ctx.contents(0);
  if (!values) return;
  for (size_t bound : {size_t{1}, size_t{2}}) {
    if (!ctx.has(bound)) continue;
    auto limit = wholeContents(ctx, bound);
    if (!limit || limit->size() != 1) return;
    for (Dim& d : *values) d = bound == 1 ? Dim::max(d, limit->front()) : Dim::min(d, limit->front());
  }
  ctx.setContents(0, *values);
}

// min(max(x, low), high): where low is above high, high wins; NaN passes through.
static void evalClip(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  Tensor& y = ctx.output(0, x.dtype(), x.shape());
  withComputeType(x.dtype(), [&](auto zero) {
    using C = decltype(zero);
    std::vector<C> values = allElements<C>(x);
    for (size_t bound : {size_t{1}, size_t{2}}) {
      if (!ctx.has(bound)) continue;
      ctx.require(ctx.input(bound).numel() == 1, "input {} has {} elements; a scalar is expected", bound,
                  ctx.input(bound).numel());
      C limit;
      readElements(ctx.input(bound), 0, 1, &limit);
      for (C& v : values)
        if (bound == 1 ? v < limit : v > limit) v = limit;
    }
    writeElements(y, 0, x.numel(), values.data());
  });
}

DEFINE_OP(Clip) {
  return {.name = "Clip",
          .doc = "Limits x to [low, high]; each bound is an optional scalar input.",
          .minInputs = 1,
          .maxInputs = 3,
          .infer = inferClip,
          .eval = evalClip,
          .cases = {{"x:f32[2,3,5], a:f32[], b:f32[] -> y = Clip(x, a, b)"},
                    {"x:i32[7], a:i32[] -> y = Clip(x, a)"}},
          .pointwise = true};
}
