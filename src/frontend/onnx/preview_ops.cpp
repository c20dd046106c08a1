// Operators of ai.onnx.preview.
#include <cmath>

#include "frontend/onnx/registry.h"

namespace tenfold::onnx_frontend {
namespace {

constexpr const char* kDomain = "ai.onnx.preview";

Value* shapeOf(OpContext& ctx, Value* x, int64_t start, int64_t end) {
  Attributes attrs;
  attrs.set("start", start);
  attrs.set("end", end);
  return ctx.emit("Shape", {x}, attrs);
}

Value* castTo(OpContext& ctx, Value* x, DataType type) {
  if (x->dtype == type) return x;
  Attributes attrs;
  attrs.setType("to", type);
  return ctx.emit("Cast", {x}, attrs);
}

// x[batch, heads, length, size] as [batch, groups, heads / groups * length, size]: the heads of a group share
// keys.
Value* groupHeads(OpContext& ctx, Value* x, int64_t groups) {
  Value* size = shapeOf(ctx, x, 3, 4);
  Attributes attrs;
  attrs.set("axis", int64_t{0});
  return ctx.emit("Reshape", {x, ctx.emit("Concat", {ctx.ints({0, groups, -1}), size}, attrs)});
}

// The product of `left`, of x's heads, with `right`, of as many or fewer; [batch, heads of x, length of x,
// ...].
Value* multiplyHeads(OpContext& ctx, Value* x, Value* left, Value* right, bool transposed) {
  auto heads = (*x->shape)[1].tryConstant(), groups = (*right->shape)[1].tryConstant();
  require(heads && groups && *groups > 0 && *heads % *groups == 0,
          "the number of query heads must be a known multiple of that of the key heads");
  Attributes attrs, first;
  attrs.set("transB", int64_t{transposed});
  first.set("axis", int64_t{0});
  if (*heads == *groups) return ctx.emit("MatMul", {left, right}, attrs);
  Value* product = ctx.emit("MatMul", {groupHeads(ctx, left, *groups), right}, attrs);
  Value* shape = ctx.emit("Concat", {shapeOf(ctx, x, 0, 3), shapeOf(ctx, product, 3, 4)}, first);
  return ctx.emit("Reshape", {product, shape});
}

// A graph that the model gives to change scores or probabilities.
Value* modify(OpContext& ctx, const char* attribute, Value* x) {
  if (!ctx.hasBody(attribute)) return x;
  std::vector<Value*> results = ctx.inlineBody(attribute, {x});
  require(results.size() == 1, "the graph '{}' has {} outputs, expected 1", attribute, results.size());
  return results[0];
}

// softmax(score_mod(scale * Q K^T)), changed by prob_mod, times V.
void importFlexAttention(OpContext& ctx) {
  for (size_t i = 0; i < 3; ++i)
    require(ctx.rank(i) == 4, "input {} has {} axes, expected 4", i, ctx.rank(i));
  Value *q = ctx.input(0), *k = ctx.input(1), *v = ctx.input(2);
  auto size = (*q->shape)[3].tryConstant();
  require(size || ctx.attrs.has("scale"), "the scale or the size of a head must be known");
  double scale = ctx.takeReal("scale", 1 / std::sqrt(static_cast<double>(size.value_or(1))));
  int64_t precision = ctx.takeInt("softmax_precision", 0);
  DataType type = precision                        ? ctx.elementType(precision)
                  : q->dtype == DataType::kFloat64 ? DataType::kFloat64
                                                   : DataType::kFloat32;
  Value* root = ctx.scalar(q->dtype, std::sqrt(scale));
  Value* scores = multiplyHeads(ctx, q, ctx.emit("Mul", {q, root}), ctx.emit("Mul", {k, root}), true);
  scores = modify(ctx, "score_mod", castTo(ctx, scores, type));
  Value* probabilities = modify(ctx, "prob_mod", ctx.emit("Softmax", {scores}));
  Value* result = multiplyHeads(ctx, q, probabilities, castTo(ctx, v, type), false);
  ctx.setOutput(0, castTo(ctx, result, q->dtype));
}

constexpr ImporterRow kRows[] = {{"FlexAttention", 1, kNewestOpset, importFlexAttention, kDomain}};

}  // namespace

Family previewFamily() { return kRows; }

}  // namespace tenfold::onnx_frontend
