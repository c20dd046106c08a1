#include <algorithm>
#include <limits>

#include "graph/ops/movement.h"

using namespace tenfold;

namespace {

// Exporters mark "to the end" and "from the start" by numbers at the ends of int32 or int64.
constexpr int64_t kFar = std::numeric_limits<int32_t>::max();

// What Slice's optional inputs say for one axis.
struct AxisRange {
  int axis;
  int64_t step;
};

// A position that may count from the end: v + extent where v < 0. With an open sign the expression takes
// either form by itself: max(-1, min(0, v)) is -1 for negative integers and 0 for the others.
Dim fromFront(const Dim& v, const Dim& extent) {
  if (Dim::provablyAtMost(0, v)) return v;
  if (Dim::provablyAtMost(v, -1)) return v + extent;
  return v - extent * Dim::max(-1, Dim::min(0, v));
}

// How many elements start:end:step takes from an axis.
Dim sliceLength(const Dim& start, const Dim& end, int64_t step, const Dim& extent) {
  auto s = start.tryConstant(), e = end.tryConstant();
  Dim length;
  if (step > 0) {
    Dim from = s && *s <= -kFar ? Dim(0) : Dim::min(Dim::max(fromFront(start, extent), 0), extent);
    Dim to = e && *e >= kFar ? extent : Dim::min(Dim::max(fromFront(end, extent), 0), extent);
    length = Dim::ceilDiv(to - from, step);
  } else {
    Dim last = extent - 1;
    Dim from = s && (*s == -1 || *s >= kFar) ? last : Dim::min(Dim::max(fromFront(start, extent), 0), last);
    Dim to = e && *e <= -kFar ? Dim(-1) : Dim::min(Dim::max(fromFront(end, extent), -1), last);
    length = Dim::ceilDiv(from - to, -step);
  }
  return Dim::max(0, length);
}

// Axes and steps; nothing where run time decides them.
std::optional<std::vector<AxisRange>> sliceAxes(const InferContext& ctx, size_t count) {
  std::vector<int64_t> axes, steps(count, 1);
  for (size_t i = 0; i < count; ++i) axes.push_back(static_cast<int64_t>(i));
  if (ctx.has(3)) {
    auto known = ctx.ints(3);
    if (!known) return std::nullopt;
    axes = *known;
  }
  if (ctx.has(4)) {
    auto known = ctx.ints(4);
    if (!known) return std::nullopt;
    steps = *known;
  }
  std::vector<int> normal = normalizeAxes(axes, static_cast<int>(ctx.shape(0).size()));
  ctx.require(normal.size() == count && steps.size() == count,
              "{} starts, {} axes and {} steps do not fit together", count, normal.size(), steps.size());
  std::vector<AxisRange> ranges;
  for (size_t i = 0; i < count; ++i) {
    ctx.require(steps[i] != 0, "the step of axis {} is 0", normal[i]);
    ranges.push_back({normal[i], steps[i]});
  }
  return ranges;
}

void inferSlice(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  SymShape out = ctx.shape(0);
  ctx.require(ctx.rank(1) == 1, "starts has shape {}, a list is expected", str(ctx.shape(1)));
  auto count = ctx.shape(1)[0].tryConstant();
  auto axes = count ? sliceAxes(ctx, static_cast<size_t>(*count)) : std::nullopt;
  if (!axes) {
    for (size_t i = 0; i < out.size(); ++i) out[i] = ctx.unknownDim(fmt::format("dim{}", i), ctx.shape(0)[i]);
    ctx.setShape(0, out);
    return;
  }
  auto starts = ctx.contents(1), ends = ctx.contents(2);
  ctx.require(!starts || !ends || (starts->size() == axes->size() && ends->size() == axes->size()),
              "starts, ends and axes differ in length");
  for (size_t i = 0; i < axes->size(); ++i) {
    auto [axis, step] = (*axes)[i];
    Dim& d = out[static_cast<size_t>(axis)];
    d = starts && ends ? sliceLength((*starts)[i], (*ends)[i], step, d)
                       : ctx.unknownDim(fmt::format("dim{}", axis), d);
  }
  ctx.setShape(0, out);
  inferMovedContents(ctx);
}

void evalSlice(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  std::vector<int64_t> starts = ctx.input(1).ints(), ends = ctx.input(2).ints();
  size_t count = starts.size();
  std::vector<int64_t> axes = ctx.has(3) ? ctx.input(3).ints() : std::vector<int64_t>{};
  std::vector<int64_t> steps = ctx.has(4) ? ctx.input(4).ints() : std::vector<int64_t>(count, 1);
  for (size_t i = 0; i < count && !ctx.has(3); ++i) axes.push_back(static_cast<int64_t>(i));
  std::vector<int> normal = normalizeAxes(axes, x.rank());
  ctx.require(ends.size() == count && normal.size() == count && steps.size() == count,
              "{} starts, {} ends, {} axes and {} steps do not fit together", count, ends.size(),
              normal.size(), steps.size());
  Shape shape = x.shape(), strides = contiguousStrides(x.shape());
  int64_t offset = 0;
  for (size_t i = 0; i < count; ++i) {
    int axis = normal[i];
    int64_t extent = x.shape()[axis], step = steps[i];
    ctx.require(step != 0, "the step of axis {} is 0", axis);
    int64_t low = step > 0 ? 0 : -1, high = step > 0 ? extent : extent - 1;
    int64_t start = std::max<int64_t>(starts[i] < 0 ? starts[i] + extent : starts[i], 0);
    int64_t end = ends[i] < 0 ? std::max(ends[i], -2 * kFar) + extent : ends[i];
    start = std::min(start, high);
    end = std::clamp(end, low, std::max(low, high));
    int64_t span = step > 0 ? end - start : start - end, size = step > 0 ? step : -step;
    shape[axis] = span > 0 ? (span - 1) / size + 1 : 0;
    offset += start * strides[axis];
    strides[axis] *= step;
  }
  Tensor& y = ctx.output(0, x.dtype(), shape);
  copyStrided(x, y, strides, offset);
}

}  // namespace

DEFINE_OP(Slice) {
  return {
      .name = "Slice",
      .doc =
          "start:end:step along chosen axes; inputs are data, starts, ends, axes (default: the first ones), "
          "steps (default 1). Positions count from the end where negative, and clamp to the axis.",
      .minInputs = 3,
      .maxInputs = 5,
      .infer = inferSlice,
      .eval = evalSlice,
      .cases = {{"x:f32[5,6] -> y = Slice(x, i64[2]{1,-3}, i64[2]{9,-1})"},
                {"x:f16[2,7] -> y = Slice(x, i64[1]{-1}, i64[1]{-99}, i64[1]{1}, i64[1]{-2})"},
                {"x:i4[3,5] -> y = Slice(x, i64[1]{1}, i64[1]{4}, i64[1]{-1})"}}};
}
