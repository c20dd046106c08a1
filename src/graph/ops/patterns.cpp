// OneHot, EyeLike, Trilu: tensors made from positions.
#include <algorithm>

#include "graph/ops/movement.h"

using namespace tenfold;

namespace {

void inferOneHot(InferContext& ctx) {
  ctx.setType(0, ctx.type(2));
  SymShape out = ctx.shape(0);
  int axis = normalizeAxis(ctx.attrs().integer("axis", -1), ctx.rank(0) + 1);
  auto depth = ctx.contents(1);
  const Tensor* constant = ctx.constant(1);
  Dim extent;
  if (depth)
    extent = (*depth)[0];
  else if (constant)
    extent = constant->getInt(0);
  else
    extent = ctx.unknownDim("depth");
  out.insert(out.begin() + axis, extent);
  ctx.setShape(0, out);
}

void evalOneHot(EvalContext& ctx) {
  const Tensor &indices = ctx.input(0), &values = ctx.input(2);
  int axis = normalizeAxis(ctx.attrs().integer("axis", -1), indices.rank() + 1);
  int64_t depth = ctx.input(1).getInt(0), inner = indices.shape().numel(axis, indices.rank());
  Shape shape;
  for (int i = 0; i <= indices.rank(); ++i)
    shape.push_back(i == axis ? depth : indices.shape()[i < axis ? i : i - 1]);
  Tensor& y = ctx.output(0, values.dtype(), shape);
  ElementMover move(values, y);
  for (int64_t i = 0, n = y.numel(); i < n; ++i) move(i, 0);
  for (int64_t i = 0, n = indices.numel(); i < n; ++i) {
    int64_t index = indices.getInt(i);
    if (index >= -depth && index < depth)
      move((i / inner * depth + (index < 0 ? index + depth : index)) * inner + i % inner, 1);
  }
}

void inferEyeLike(InferContext& ctx) {
  ctx.setType(0, ctx.attrs().type("dtype", ctx.type(0)));
  ctx.require(ctx.rank(0) == 2, "the input has shape {}, a matrix is expected", str(ctx.shape(0)));
  ctx.setShape(0, ctx.shape(0));
}

void evalEyeLike(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  Tensor& y = ctx.output(0, ctx.attrs().type("dtype", x.dtype()), x.shape());
  fillWithZeros(y);
  int64_t k = ctx.attrs().integer("k", 0), rows = x.shape()[0], columns = x.shape()[1];
  for (int64_t i = 0; i < rows; ++i)
    if (i + k >= 0 && i + k < columns) y.setInt(i * columns + i + k, 1);
}

void inferTrilu(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  ctx.require(ctx.rank(0) >= 2, "the input has shape {}, matrices are expected", str(ctx.shape(0)));
  ctx.setShape(0, ctx.shape(0));
}

void evalTrilu(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  Tensor& y = ctx.output(0, x.dtype(), x.shape());
  fillWithZeros(y);
  bool upper = ctx.attrs().integer("upper", 1) != 0;
  int64_t k = ctx.has(1) ? ctx.input(1).getInt(0) : 0, rows = x.shape()[x.rank() - 2],
          columns = x.shape().back();
  ElementMover move(x, y);
  for (int64_t row = 0, all = x.shape().numel(0, x.rank() - 1); row < all; ++row) {
    int64_t split = std::clamp<int64_t>(row % rows + k + (upper ? 0 : 1), 0, columns);
    int64_t from = upper ? split : 0, to = upper ? columns : split;
    move(row * columns + from, row * columns + from, to - from);
  }
}

}  // namespace

DEFINE_OP(OneHot) {
  return {.name = "OneHot",
          .doc =
              "Inserts an axis on which the element at the index is `on` and the others are `off`. Inputs: "
              "indices, the "
              "extent of the new axis, [off, on].",
          .minInputs = 3,
          .maxInputs = 3,
          .attrs = {{"axis", AttrKind::kInt, "where the new axis goes; default -1"}},
          .infer = inferOneHot,
          .eval = evalOneHot,
          .cases = {{"x:i64[2,3] -> y = OneHot(x, i64[]{5}, f32[2]{-1,2})"},
                    {"x:i32[4] -> y = OneHot(x, i64[1]{3}, i8[2]{0,1}) {axis=0}"}}};
}

DEFINE_OP(EyeLike) {
  return {
      .name = "EyeLike",
      .doc = "A matrix of the input's shape with ones on a diagonal.",
      .minInputs = 1,
      .maxInputs = 1,
      .attrs = {{"dtype", AttrKind::kType, "default: the input's"},
                {"k", AttrKind::kInt, "which diagonal; above the main one where positive; default 0"}},
      .infer = inferEyeLike,
      .eval = evalEyeLike,
      .cases = {{"x:f32[3,4] -> y = EyeLike(x) {k=1}"}, {"x:i32[4,3] -> y = EyeLike(x) {k=-2, dtype=f16}"}}};
}

DEFINE_OP(Trilu) {
  return {
      .name = "Trilu",
      .doc = "The upper or lower triangle of matrices, zeros elsewhere. Input 1: the diagonal, default 0.",
      .minInputs = 1,
      .maxInputs = 2,
      .attrs = {{"upper", AttrKind::kInt,
                 "1: keeps the diagonal and above, 0: the diagonal and below; default 1"}},
      .infer = inferTrilu,
      .eval = evalTrilu,
      .cases = {{"x:f32[2,3,4] -> y = Trilu(x)"}, {"x:f16[4,3] -> y = Trilu(x, i64[]{-1}) {upper=0}"}}};
}
