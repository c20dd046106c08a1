#include <algorithm>
#include <numeric>

#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/reduce.h"

using namespace tenfold;

namespace {

void inferTopK(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  ctx.setType(1, DataType::kInt64);
  SymShape out = ctx.shape(0);
  ctx.require(!out.empty(), "a scalar has no elements to choose from");
  auto axis = static_cast<size_t>(normalizeAxis(ctx.attrs().integer("axis", -1), ctx.rank(0)));
  auto k = ctx.contents(1);
  auto extent = out[axis].tryConstant(),
       wanted = k && k->size() == 1 ? k->front().tryConstant() : std::nullopt;
  ctx.require(!extent || !wanted || (0 <= *wanted && *wanted <= *extent), "k is {}; the axis has {} elements",
              wanted.value_or(0), extent.value_or(0));
  out[axis] = k && k->size() == 1 ? k->front() : ctx.unknownDim("k", out[axis]);
  ctx.setShape(0, out);
  ctx.setShape(1, out);
}

// Larger numbers first (or last); among equals the lower index; NaN counts as the largest.
template <typename C>
bool precedes(C a, C b, bool largest) {
  if (!largest) std::swap(a, b);
  return a != a ? b == b : a > b;
}

void evalTopK(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  int axis = normalizeAxis(ctx.attrs().integer("axis", -1), x.rank());
  bool largest = ctx.attrs().integer("largest", 1) != 0;
  int64_t k = ctx.input(1).getInt(0);
  ctx.require(k >= 0 && k <= x.shape()[axis], "k is {}; the axis has {} elements", k, x.shape()[axis]);
  Shape shape = x.shape();
  shape[axis] = k;
  Tensor& values = ctx.output(0, x.dtype(), shape);
  Tensor& indices = ctx.output(1, DataType::kInt64, shape);
  withComputeType(x.dtype(), [&](auto zero) {
    using C = decltype(zero);
    std::vector<C> v = allElements<C>(x), best(static_cast<size_t>(shape.numel()));
    std::vector<int64_t> order(static_cast<size_t>(x.shape()[axis]));
    forEachLane(x.shape(), axis, [&](Lane lane) {
      auto at = [&](int64_t i) { return v[static_cast<size_t>(lane.offset + i * lane.stride)]; };
      std::iota(order.begin(), order.end(), 0);
      std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](int64_t a, int64_t b) {
        if (precedes(at(a), at(b), largest)) return true;
        return !precedes(at(b), at(a), largest) && a < b;
      });
      int64_t inner = lane.offset % lane.stride, outer = lane.offset / (lane.stride * lane.extent);
      for (int64_t i = 0; i < k; ++i) {
        int64_t to = (outer * k + i) * lane.stride + inner;
        best[static_cast<size_t>(to)] = at(order[static_cast<size_t>(i)]);
        indices.as<int64_t>()[to] = order[static_cast<size_t>(i)];
      }
    });
    writeElements(values, 0, values.numel(), best.data());
  });
}

}  // namespace

DEFINE_OP(TopK) {
  return {
      .name = "TopK",
      .doc = "The k largest or smallest elements along an axis, in order, and their indices; k is input 1.",
      .minInputs = 2,
      .maxInputs = 2,
      .minOutputs = 2,
      .maxOutputs = 2,
      .attrs = {{"axis", AttrKind::kInt, "the axis; default -1, the last"},
                {"largest", AttrKind::kInt, "1 (default): the largest; 0: the smallest"},
                {"sorted", AttrKind::kInt, "1 (default): in order; 0: in any order (here in order too)"}},
      .infer = inferTopK,
      .eval = evalTopK,
      .cases = {{"x:f32[2,3,9], k:i64[1] {4} -> y, i = TopK(x, k)"},
                {"x:i32[7,3], k:i64[1] {2} -> y, i = TopK(x, k) {axis=0, largest=0}"}}};
}
