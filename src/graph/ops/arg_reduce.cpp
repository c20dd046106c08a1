// ArgMax and ArgMin: where the extreme element along an axis is.
#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/reduce.h"

using namespace tenfold;

namespace {

void inferArg(InferContext& ctx) {
  ctx.setType(0, DataType::kInt64);
  SymShape out = ctx.shape(0);
  auto axis = normalizeAxis(ctx.attrs().integer("axis", 0), ctx.rank(0));
  if (!out.empty() && ctx.attrs().integer("keepdims", 1))
    out[static_cast<size_t>(axis)] = Dim(1);
  else if (!out.empty())
    out.erase(out.begin() + axis);
  ctx.setShape(0, out);
}

// NaN counts as the extreme.
template <typename C>
bool beats(C a, C b, bool largest) {
  if (b != b) return false;
  return a != a || (largest ? a > b : a < b);
}

template <bool kLargest>
void evalArg(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  int axis = normalizeAxis(ctx.attrs().integer("axis", 0), x.rank());
  bool last = ctx.attrs().integer("select_last_index", 0) != 0;
  AxisMask mask = axisMask({axis}, x.rank());
  Tensor& y =
      ctx.output(0, DataType::kInt64, reducedShape(x.shape(), mask, ctx.attrs().integer("keepdims", 1) != 0));
  ctx.require(x.rank() == 0 || x.shape()[axis] > 0 || y.numel() == 0,
              "there is no extreme element along an empty axis");
  withComputeType(x.dtype(), [&](auto zero) {
    using C = decltype(zero);
    std::vector<C> v = allElements<C>(x);
    int64_t* out = y.as<int64_t>();
    forEachLane(x.rank() ? x.shape() : Shape{1}, axis, [&](Lane lane) {
      int64_t best = 0;
      auto at = [&](int64_t k) { return v[static_cast<size_t>(lane.offset + k * lane.stride)]; };
      for (int64_t k = 1; k < lane.extent; ++k)
        if (beats(at(k), at(best), kLargest) || (last && !beats(at(best), at(k), kLargest))) best = k;
      *out++ = best;
    });
  });
}

OpDef argReduction(const char* name, const char* doc, void (*eval)(EvalContext&), std::vector<OpCase> cases) {
  return {.name = name,
          .doc = doc,
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = {{"axis", AttrKind::kInt, "the axis; default 0"},
                    {"keepdims", AttrKind::kInt, "1 (default): the axis stays with extent 1; 0: it goes"},
                    {"select_last_index", AttrKind::kInt, "among equals: 0 (default) the first, 1 the last"}},
          .infer = inferArg,
          .eval = eval,
          .cases = std::move(cases)};
}

}  // namespace

DEFINE_OP(ArgMax) {
  return argReduction("ArgMax", "The index of the largest element along an axis.", evalArg<true>,
                      {{"x:f32[2,3,5] -> y = ArgMax(x) {axis=-1}"},
                       {"x:i32[6,4] -> y = ArgMax(x) {keepdims=0, select_last_index=1}"}});
}
DEFINE_OP(ArgMin) {
  return argReduction("ArgMin", "The index of the smallest element along an axis.", evalArg<false>,
                      {{"x:f32[2,3,5] -> y = ArgMin(x) {axis=1, keepdims=0}"},
                       {"x:i32[6,4] -> y = ArgMin(x) {select_last_index=1}"}});
}
