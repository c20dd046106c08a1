#include "graph/ops/movement.h"

using namespace tenfold;

static void inferConcat(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  SymShape out = ctx.shape(0);
  ctx.require(!out.empty(), "scalars cannot be concatenated");
  int axis = normalizeAxis(ctx.attrs().integer("axis", 0), ctx.rank(0));
  bool known = ctx.contents(0).has_value();
  DimList contents = known ? *ctx.contents(0) : DimList{};
  for (size_t i = 1; i < ctx.numInputs(); ++i) {
    const SymShape& shape = ctx.shape(i);
    ctx.require(shape.size() == out.size(), "input {} has shape {}, input 0 has {}: ranks differ", i,
                str(shape), str(out));
    ctx.require(ctx.type(i) == ctx.type(0), "input {} is {}, input 0 is {}", i, typeName(ctx.type(i)),
                typeName(ctx.type(0)));
    for (size_t d = 0; d < out.size(); ++d) {
      if (static_cast<int>(d) == axis)
        out[d] = out[d] + shape[d];
      else if (!out[d].isConstant())
        out[d] = shape[d];
      else
        ctx.require(!shape[d].isConstant() || shape[d] == out[d],
                    "input {} of shape {} does not fit {} outside axis {}", i, str(shape), str(out), axis);
    }
    auto more = ctx.contents(i);
    known = known && more;
    if (known) contents.insert(contents.end(), more->begin(), more->end());
  }
  ctx.setShape(0, out);
  if (known && out.size() == 1) ctx.setContents(0, contents);
}

static void evalConcat(EvalContext& ctx) {
  const Tensor& first = ctx.input(0);
  int axis = normalizeAxis(ctx.attrs().integer("axis", 0), first.rank());
  Shape shape = first.shape();
  for (size_t i = 1; i < ctx.numInputs(); ++i) shape[axis] += ctx.input(i).shape()[axis];
  Tensor& out = ctx.output(0, first.dtype(), shape);
  int64_t outer = shape.numel(0, axis), row = shape.numel(axis, shape.rank()), at = 0;
  for (size_t i = 0; i < ctx.numInputs(); ++i) {
    const Tensor& in = ctx.input(i);
    int64_t part = in.shape().numel(axis, in.rank());
    ElementMover move(in, out);
    for (int64_t o = 0; o < outer && part; ++o) move(o * row + at, o * part, part);
    at += part;
  }
}

DEFINE_OP(Concat) {
  return {.name = "Concat",
          .doc = "Joins tensors along one axis.",
          .minInputs = 1,
          .maxInputs = -1,
          .attrs = {{"axis", AttrKind::kInt, "the axis, from the back where negative; default 0"}},
          .infer = inferConcat,
          .eval = evalConcat,
          .cases = {{"a:f32[2,3], b:f32[2,5] -> y = Concat(a, b) {axis=1}"},
                    {"a:i64[0,3], b:i64[2,3] -> y = Concat(a, b) {axis=-2}"},
                    {"a:u4[2,3], b:u4[2,4] -> y = Concat(a, b) {axis=1}"}}};
}
