#include <algorithm>
#include <string_view>

#include "graph/ops/movement.h"

using namespace tenfold;

namespace {

// Where position i of an axis of `extent` elements reads from when i may lie outside; -1: the constant.
using Source = int64_t (*)(int64_t i, int64_t extent);

int64_t positiveMod(int64_t i, int64_t n) { return (i % n + n) % n; }

struct PadMode {
  std::string_view name;
  Source source;
};
constexpr PadMode kModes[] = {
    {"constant", [](int64_t i, int64_t n) { return i < 0 || i >= n ? int64_t{-1} : i; }},
    {"edge", [](int64_t i, int64_t n) { return i < 0    ? 0
                                               : i >= n ? n - 1
                                                        : i; }},
    {"wrap", [](int64_t i, int64_t n) { return n == 0 ? int64_t{-1} : positiveMod(i, n); }},
    {"reflect",
     [](int64_t i, int64_t n) {
       if (n <= 1) return n - 1;
       int64_t period = 2 * (n - 1), at = positiveMod(i, period);
       return at < n ? at : period - at;
     }},
};

Source padSource(const Attributes& attrs) {
  std::string mode = attrs.text("mode", "constant");
  for (const PadMode& row : kModes)
    if (row.name == mode) return row.source;
  fail("mode '{}' is unknown; constant, edge, reflect and wrap are", mode);
}

std::vector<int> paddedAxes(const std::optional<std::vector<int64_t>>& axes, int rank) {
  if (axes) return normalizeAxes(*axes, rank);
  std::vector<int> all;
  for (int i = 0; i < rank; ++i) all.push_back(i);
  return all;
}

void inferPad(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  padSource(ctx.attrs());
  SymShape out = ctx.shape(0);
  auto pads = ctx.contents(1);
  bool axesKnown = !ctx.has(3) || ctx.ints(3);
  std::vector<int> axes = paddedAxes(ctx.has(3) ? ctx.ints(3) : std::nullopt, ctx.rank(0));
  ctx.require(!pads || !axesKnown || pads->size() == 2 * axes.size(), "{} pads are given for {} axes",
              pads ? pads->size() : 0, axes.size());
  for (size_t i = 0; i < axes.size(); ++i) {
    Dim& d = out[static_cast<size_t>(axes[i])];
    d = pads && axesKnown ? d + (*pads)[i] + (*pads)[i + axes.size()]
                          : ctx.unknownDim(fmt::format("dim{}", axes[i]));
  }
  ctx.setShape(0, out);
}

void evalPad(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  Source source = padSource(ctx.attrs());
  std::vector<int64_t> pads = ctx.input(1).ints();
  std::vector<int> axes =
      paddedAxes(ctx.has(3) ? std::optional(ctx.input(3).ints()) : std::nullopt, x.rank());
  ctx.require(pads.size() == 2 * axes.size(), "{} pads are given for {} axes", pads.size(), axes.size());
  Shape shape = x.shape(), before = Shape::filled(x.rank(), 0), strides = contiguousStrides(x.shape());
  for (size_t i = 0; i < axes.size(); ++i) {
    before[axes[i]] = pads[i];
    shape[axes[i]] = std::max<int64_t>(shape[axes[i]] + pads[i] + pads[i + axes.size()], 0);
  }
  Tensor& y = ctx.output(0, x.dtype(), shape);
  Tensor zero(x.dtype(), {});
  ElementMover move(x, y), fill(ctx.has(2) ? ctx.input(2) : zero, y);
  forEachIndex(shape, [&](int64_t i, const Shape& index) {
    int64_t at = 0;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      int64_t from = source(index[axis] - before[axis], x.shape()[axis]);
      if (from < 0) return fill(i, 0);
      at += from * strides[axis];
    }
    move(i, at);
  });
}

}  // namespace

DEFINE_OP(Pad) {
  return {.name = "Pad",
          .doc =
              "Adds elements before and after the axes; negative counts remove some. Inputs: data, pads (all "
              "counts "
              "before, then all counts after), the constant (default 0), axes (default all).",
          .minInputs = 2,
          .maxInputs = 4,
          .attrs = {{"mode", AttrKind::kText, "constant, edge, reflect or wrap; default constant"}},
          .infer = inferPad,
          .eval = evalPad,
          .cases = {{"x:f32[2,3] -> y = Pad(x, i64[4]{1,0,0,2}, f32[]{1.5})"},
                    {"x:f16[2,3] -> y = Pad(x, i64[4]{0,2,0,1}) {mode=\"reflect\"}"},
                    {"x:f32[2,3] -> y = Pad(x, i64[2]{4,-1}, _, i64[1]{-1}) {mode=\"wrap\"}"},
                    {"x:i4[2,3] -> y = Pad(x, i64[4]{0,1,1,1}) {mode=\"edge\"}"}}};
}
