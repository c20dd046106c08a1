#include <algorithm>

#include "graph/ops/movement.h"

using namespace tenfold;

namespace {

void inferExpand(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  if (auto target = ctx.contents(1)) {
    // Exporters write -1 for "as it is", as other frameworks do.
    std::replace(target->begin(), target->end(), Dim(-1), Dim(1));
    ctx.setShape(0, broadcastShapes(ctx.shape(0), *target));
    inferMovedContents(ctx);
    return;
  }
  auto length = ctx.shape(1)[0].tryConstant();
  if (!length) return;
  SymShape out;
  int64_t rank = std::max<int64_t>(*length, ctx.rank(0));
  for (int64_t i = 0; i < rank; ++i) out.push_back(ctx.unknownDim(fmt::format("dim{}", i)));
  ctx.setShape(0, out);
}

void evalExpand(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  std::vector<int64_t> target = ctx.input(1).ints();
  std::replace(target.begin(), target.end(), int64_t{-1}, int64_t{1});
  Shape shape = broadcastShapes(x.shape(), Shape(target.begin(), target.end()));
  Tensor& y = ctx.output(0, x.dtype(), shape);
  copyStrided(x, y, broadcastStrides(x.shape(), shape));
}

void inferTile(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  SymShape out = ctx.shape(0);
  auto repeats = ctx.contents(1);
  ctx.require(!repeats || repeats->size() == out.size(), "{} repeats are given for shape {}", repeats->size(),
              str(out));
  for (size_t i = 0; i < out.size(); ++i)
    out[i] = repeats ? out[i] * (*repeats)[i] : ctx.unknownDim(fmt::format("dim{}", i));
  ctx.setShape(0, out);
  inferMovedContents(ctx);
}

// With one axis split into (repeat, extent), tiling is a broadcast: this keeps the copy a plain strided one.
void evalTile(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  std::vector<int64_t> repeats = ctx.input(1).ints();
  Tensor current = x;
  Shape shape = x.shape();
  for (int axis = x.rank() - 1; axis >= 0; --axis) {
    int64_t repeat = repeats.at(static_cast<size_t>(axis)), outer = shape.numel(0, axis),
            inner = shape.numel(axis, shape.rank());
    if (repeat == 1) continue;
    ctx.require(repeat >= 0, "the repeat {} is negative", repeat);
    Tensor next(x.dtype(), {outer, repeat, inner});
    copyStrided(current, next, {inner, 0, 1});
    shape[axis] *= repeat;
    current = next;
  }
  ctx.setOutput(0, current.reshaped(shape));
}

}  // namespace

DEFINE_OP(Expand) {
  return {
      .name = "Expand",
      .doc = "Broadcasts a tensor against the shape that is input 1.",
      .minInputs = 2,
      .maxInputs = 2,
      .infer = inferExpand,
      .eval = evalExpand,
      .cases = {{"x:f32[3,1] -> y = Expand(x, i64[3]{2,1,4})"}, {"x:i8[2,3] -> y = Expand(x, i64[1]{1})"}}};
}

DEFINE_OP(Tile) {
  return {.name = "Tile",
          .doc = "Repeats a tensor along each axis as often as input 1 says.",
          .minInputs = 2,
          .maxInputs = 2,
          .infer = inferTile,
          .eval = evalTile,
          .cases = {{"x:f32[2,3] -> y = Tile(x, i64[2]{2,2})"}, {"x:u4[2,3] -> y = Tile(x, i64[2]{1,3})"}}};
}
