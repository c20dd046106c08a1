#include <algorithm>

#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

using namespace tenfold;

namespace {

// The part of the dimensions that `start` and `end` choose; both clamp into [0, rank].
struct Part {
  int64_t from, to;
};
Part chosenPart(const Attributes& attrs, int64_t rank) {
  auto clamp = [&](int64_t i) { return std::clamp<int64_t>(i < 0 ? i + rank : i, 0, rank); };
  Part part{clamp(attrs.integer("start", 0)), clamp(attrs.integer("end", rank))};
  part.to = std::max(part.from, part.to);
  return part;
}

void inferShape(InferContext& ctx) {
  ctx.setType(0, DataType::kInt64);
  const SymShape& shape = ctx.shape(0);
  Part part = chosenPart(ctx.attrs(), ctx.rank(0));
  ctx.setShape(0, {part.to - part.from});
  ctx.setContents(0, {shape.begin() + part.from, shape.begin() + part.to});
}

void evalShape(EvalContext& ctx) {
  const Shape& shape = ctx.input(0).shape();
  Part part = chosenPart(ctx.attrs(), shape.rank());
  Tensor& out = ctx.output(0, DataType::kInt64, {part.to - part.from});
  std::copy(shape.begin() + part.from, shape.begin() + part.to, out.as<int64_t>());
}

void inferSize(InferContext& ctx) {
  ctx.set(0, DataType::kInt64, {});
  ctx.setContents(0, {numel(ctx.shape(0))});
}

void evalSize(EvalContext& ctx) {
  ctx.output(0, DataType::kInt64, {}).as<int64_t>()[0] = ctx.input(0).numel();
}

}  // namespace

DEFINE_OP(Shape) {
  return {.name = "Shape",
          .doc = "The dimensions of a tensor, as int64.",
          .minInputs = 1,
          .maxInputs = 1,
          .attrs = {{"start", AttrKind::kInt, "the first dimension, from the back where negative; default 0"},
                    {"end", AttrKind::kInt, "one past the last dimension; default the rank"}},
          .infer = inferShape,
          .eval = evalShape,
          .cases = {{"x:f32[2,3,5] -> y = Shape(x)"}, {"x:i4[2,3,5] -> y = Shape(x) {start=-2, end=9}"}}};
}

DEFINE_OP(Size) {
  return {.name = "Size",
          .doc = "The number of elements of a tensor, as an int64 scalar.",
          .minInputs = 1,
          .maxInputs = 1,
          .infer = inferSize,
          .eval = evalSize,
          .cases = {{"x:f32[2,3,5] -> y = Size(x)"}, {"x:f16[0,4] -> y = Size(x)"}}};
}
