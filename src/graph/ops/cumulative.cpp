// Running sums and products along an axis.
#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/reduce.h"

using namespace tenfold;

namespace {

void inferCumulative(InferContext& ctx) { ctx.set(0, ctx.type(0), ctx.shape(0)); }

template <typename F>
void evalCumulative(EvalContext& ctx, int start, F f) {
  const Tensor& x = ctx.input(0);
  Tensor& y = ctx.output(0, x.dtype(), x.shape());
  int axis = normalizeAxis(ctx.input(1).getInt(0), x.rank());
  bool exclusive = ctx.attrs().integer("exclusive", 0) != 0, reverse = ctx.attrs().integer("reverse", 0) != 0;
  withComputeType(x.dtype(), [&](auto zero) {
    using C = decltype(zero);
    std::vector<C> v = allElements<C>(x);
    forEachLane(x.rank() ? x.shape() : Shape{1}, axis, [&](Lane lane) {
      C running = static_cast<C>(start);
      for (int64_t k = 0; k < lane.extent; ++k) {
        C& element = v[static_cast<size_t>(lane.offset + (reverse ? lane.extent - 1 - k : k) * lane.stride)];
        C before = running;
        running = f(running, element);
        element = exclusive ? before : running;
      }
    });
    writeElements(y, 0, x.numel(), v.data());
  });
}

void evalCumSum(EvalContext& ctx) {
  evalCumulative(ctx, 0, [](auto a, auto b) { return wrapAdd(a, b); });
}
void evalCumProd(EvalContext& ctx) {
  evalCumulative(ctx, 1, [](auto a, auto b) { return wrapMul(a, b); });
}

OpDef cumulative(const char* name, const char* doc, void (*eval)(EvalContext&), std::vector<OpCase> cases) {
  return {.name = name,
          .doc = doc,
          .minInputs = 2,
          .maxInputs = 2,
          .attrs = {{"exclusive", AttrKind::kInt, "1: an element's own value does not count; default 0"},
                    {"reverse", AttrKind::kInt, "1: from the end; default 0"}},
          .infer = inferCumulative,
          .eval = eval,
          .cases = std::move(cases)};
}

}  // namespace

DEFINE_OP(CumSum) {
  return cumulative("CumSum", "The running sum along the axis that input 1 gives.", evalCumSum,
                    {{"x:f32[2,3,5], a:i64[] {1} -> y = CumSum(x, a)"},
                     {"x:i32[2,7], a:i64[] {-1} -> y = CumSum(x, a) {exclusive=1, reverse=1}"}});
}
DEFINE_OP(CumProd) {
  return cumulative("CumProd", "The running product along the axis that input 1 gives.", evalCumProd,
                    {{"x:f32[2,3,5], a:i64[] {1} -> y = CumProd(x, a)"},
                     {"x:f32[2,7], a:i32[1] {-1} -> y = CumProd(x, a) {exclusive=1}"}});
}
