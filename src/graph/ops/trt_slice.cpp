// TensorRT's Slice: start, size and stride for each axis, and a choice of what lies outside.
#include <algorithm>
#include <string_view>

#include "graph/ir/with.h"
#include "graph/ops/expand.h"

using namespace tenfold;

namespace {

Value* number(ExpandContext& ctx, int64_t value) {
  return ctx.scalar(DataType::kInt64, static_cast<double>(value));
}

struct SliceInputs {
  Value *start, *size, *stride;
};

// Positions outside brought back inside, as the mode says; `extent` is a scalar.
Value* bringInside(ExpandContext& ctx, const std::string& mode, Value* index, Value* extent) {
  Value *one = number(ctx, 1), *last = ctx.emit("Sub", {extent, one});
  if (mode == "wrap") return ctx.emit("Mod", {index, extent});
  if (mode == "reflect") {
    Value* period = ctx.emit("Mul", {last, number(ctx, 2)});
    Value* at = ctx.emit("Mod", {index, ctx.emit("Max", {period, one})});
    return ctx.emit("Min", {at, ctx.emit("Sub", {period, at})});
  }
  if (mode == "strict_bounds") return index;
  return ctx.emit("Max", {number(ctx, 0), ctx.emit("Min", {index, last})});
}

// Whether axis `k` of the list is taken as it is: all of it, from the front.
bool isWhole(ExpandContext& ctx, const SliceInputs& in, int64_t axis, size_t k) {
  auto element = [&](const Value* v) -> std::optional<Dim> {
    if (v->isConstant()) return Dim(v->constant.getInt(static_cast<int64_t>(k)));
    return v->contents ? std::optional((*v->contents)[k]) : std::nullopt;
  };
  auto start = element(in.start), size = element(in.size), stride = element(in.stride);
  const auto& shape = ctx.input(0)->shape;
  return start == Dim(0) && stride == Dim(1) && size && *size == (*shape)[static_cast<size_t>(axis)];
}

// Complains where it is known that elements behind or before the axes would be read.
void requireInside(ExpandContext& ctx, const SliceInputs& in, const std::vector<int64_t>& axes) {
  if (!in.start->isConstant() || !in.size->isConstant() || !in.stride->isConstant()) return;
  for (size_t k = 0; k < axes.size(); ++k) {
    auto extent = (*ctx.input(0)->shape)[static_cast<size_t>(axes[k])].tryConstant();
    auto element = [&](const Value* v) { return v->constant.getInt(static_cast<int64_t>(k)); };
    int64_t first = element(in.start), size = element(in.size),
            last = first + (size - 1) * element(in.stride);
    ctx.require(
        !extent || size <= 0 || (std::min(first, last) >= 0 && std::max(first, last) < *extent),
        "axis {} has {} elements; the slice reads from {} to {} (another mode than kSTRICT_BOUNDS says what "
        "lies outside)",
        axes[k], extent.value_or(0), first, last);
  }
}

// One axis at a time, by Gather along it.
Value* gatherAxis(ExpandContext& ctx, const SliceInputs& in, Value* x, int64_t axis, size_t k,
                  const std::string& mode) {
  auto element = [&](Value* v) { return ctx.emit("Gather", {v, number(ctx, static_cast<int64_t>(k))}); };
  Value* steps = ctx.emit("Range", {number(ctx, 0), element(in.size), number(ctx, 1)});
  Value* index = ctx.emit("Add", {ctx.emit("Mul", {steps, element(in.stride)}), element(in.start)});
  Value* extent = ctx.emit("Gather", {ctx.emit("Shape", {ctx.input(0)}), number(ctx, axis)});
  Value* y = ctx.emit("Gather", {x, bringInside(ctx, mode, index, extent)}, with("axis", axis));
  if (mode != "fill") return y;
  Value* inside = ctx.emit(
      "And", {ctx.emit("GreaterOrEqual", {index, number(ctx, 0)}), ctx.emit("Less", {index, extent})});
  std::vector<int64_t> behind;
  for (int64_t i = 1; i < ctx.rank(0) - axis; ++i) behind.push_back(i);
  Value* fill = ctx.has(4) ? ctx.input(4) : ctx.scalar(x->dtype, 0);
  return ctx.emit("Where", {ctx.emit("Unsqueeze", {inside, ctx.ints(behind)}), y,
                            ctx.emit("Reshape", {fill, ctx.ints({})})});
}

bool allPositive(const Value* v) {
  if (!v->isConstant()) return false;
  for (int64_t s : v->constant.ints())
    if (s <= 0) return false;
  return true;
}

Value* wide(ExpandContext& ctx, size_t i) {
  Value* v = ctx.input(i);
  return v->isConstant() ? ctx.ints(v->constant.ints()) : ctx.cast(v, DataType::kInt64);
}

void expandTrtSlice(ExpandContext& ctx) {
  std::string mode = ctx.attrs().text("mode", "strict_bounds");
  constexpr std::string_view kModes[] = {"strict_bounds", "wrap", "clamp", "fill", "reflect"};
  ctx.require(std::find(std::begin(kModes), std::end(kModes), mode) != std::end(kModes),
              "mode '{}' is unknown; strict_bounds, wrap, clamp, fill and reflect are", mode);
  SliceInputs in{wide(ctx, 1), wide(ctx, 2), wide(ctx, 3)};
  std::vector<int64_t> axes = ctx.attrs().integers("axes");
  for (int i = 0; i < ctx.rank(0) && !ctx.attrs().has("axes"); ++i) axes.push_back(i);
  for (int64_t& axis : axes) axis = normalizeAxis(axis, ctx.rank(0));
  bool fitsAxes = true;
  for (const Value* v : {in.start, in.size, in.stride})
    fitsAxes = fitsAxes && (!v->isConstant() || v->constant.numel() == static_cast<int64_t>(axes.size()));
  ctx.require(fitsAxes, "{} axes need as many starts, sizes and strides", axes.size());
  if (mode == "strict_bounds") requireInside(ctx, in, axes);
  // Inside the bounds and forward, it is ONNX's Slice: it ends one behind the last element.
  if (mode == "strict_bounds" && allPositive(in.stride)) {
    Value* one = ctx.ints({1});
    Value* last = ctx.emit("Add", {in.start, ctx.emit("Mul", {ctx.emit("Sub", {in.size, one}), in.stride})});
    return ctx.setOutput(0, ctx.emit("Slice", {ctx.input(0), in.start, ctx.emit("Add", {last, one}),
                                               ctx.ints(axes), in.stride}));
  }
  Value* y = ctx.input(0);
  for (size_t k = 0; k < axes.size(); ++k)
    if (!isWhole(ctx, in, axes[k], k)) y = gatherAxis(ctx, in, y, axes[k], k, mode);
  ctx.setOutput(0, y == ctx.input(0) ? ctx.emit("Identity", {y}) : y);
}

}  // namespace

DEFINE_OP(TrtSlice) {
  return {
      .name = "TrtSlice",
      .doc =
          "`size` elements from `start` on, `stride` apart. Inputs: x, start, size, stride, and the value "
          "for mode fill.",
      .minInputs = 4,
      .maxInputs = 5,
      .attrs =
          {{"mode", AttrKind::kText,
            "beyond the bounds: strict_bounds (never), wrap, clamp, fill or reflect; default strict_bounds"},
           {"axes", AttrKind::kInts, "the axes that the inputs are for; default all"}},
      .expand = expandTrtSlice,
      .cases = {
          {"x:f32[4,6] -> y = TrtSlice(x, i32[2]{1,0}, i32[2]{2,3}, i32[2]{1,2})"},
          {"x:f32[4,6] -> y = TrtSlice(x, i64[2]{3,0}, i64[2]{4,6}, i64[2]{-1,1})"},
          {"x:f32[4,6] -> y = TrtSlice(x, i64[1]{-2}, i64[1]{9}, i64[1]{1}) {axes=[1], mode=\"wrap\"}"},
          {"x:f32[4,6] -> y = TrtSlice(x, i64[2]{-2,1}, i64[2]{7,9}, i64[2]{1,1}) {mode=\"reflect\"}"},
          {"x:f16[4,6] -> y = TrtSlice(x, i64[2]{-1,1}, i64[2]{6,4}, i64[2]{1,2}, f16[]{7}) {mode=\"fill\"}"},
          {"x:i8[4,6] -> y = TrtSlice(x, i64[2]{-1,1}, i64[2]{6,4}, i64[2]{1,2}) {mode=\"clamp\"}"}}};
}
