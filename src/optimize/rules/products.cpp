// Matrix products: what lies around them goes into their attributes or away.
#include <algorithm>

#include "graph/ops/op_def.h"
#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

bool swapsLastTwo(const Node& transpose) {
  int rank = transpose.inputs[0]->rank();
  std::vector<int64_t> perm = transpose.attrs.integers("perm");
  if (rank < 2) return false;
  if (!transpose.attrs.has("perm")) return rank == 2;
  for (int i = 0; i < rank - 2; ++i)
    if (perm[static_cast<size_t>(i)] != i) return false;
  return perm[static_cast<size_t>(rank) - 2] == rank - 1 && perm[static_cast<size_t>(rank) - 1] == rank - 2;
}

Value* flipped(RuleContext& ctx, const char* attribute, Value* left, Value* right) {
  Attributes attrs = ctx.root()->attrs;
  attrs.set(attribute, int64_t{attrs.integer(attribute, 0) == 0});
  return ctx.emit("MatMul", {left, right}, attrs);
}

Value* transposedRight(RuleContext& ctx) {
  if (!swapsLastTwo(*ctx.node("t"))) return ctx.miss("other axes are swapped");
  return flipped(ctx, "transB", ctx["a"], ctx["b"]);
}

Value* transposedLeft(RuleContext& ctx) {
  if (!swapsLastTwo(*ctx.node("t"))) return ctx.miss("other axes are swapped");
  return flipped(ctx, "transA", ctx["a"], ctx["b"]);
}

// `x` as [leading axes of `like`, columns]: x itself, or a view of it; null where its target is no constant.
Value* withRows(RuleContext& ctx, Value* x, const Value* like, const Dim& columns) {
  SymShape wanted = *like->shape;
  wanted.back() = columns;
  if (x->shape && *x->shape == wanted) return x;
  std::vector<int64_t> target;
  int inferred = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    auto c = wanted[i].tryConstant();
    bool same = x->shape && i < x->shape->size() && (*x->shape)[i] == wanted[i];
    if (c == 0) return nullptr;
    target.push_back(c ? *c : same ? 0 : -1);
    inferred += !c && !same;
  }
  return inferred > 1 ? nullptr : ctx.emit("Reshape", {x, ctx.rewriter().ints(target)});
}

// Reshape(product of rows [m,k] @ [k,n]) to [...,n]: the product takes [...,k] as it is.
Value* keepRows(RuleContext& ctx) {
  const Value* out = ctx.root()->outputs[0];
  const Value *rows = ctx["r"], *product = ctx["p"];
  if (!out->shape || rows->rank() != 2 || ctx["w"]->rank() != 2 || out->rank() < 2 || !product->shape)
    return ctx.miss("no product of rows");
  if (ctx.node("p")->attrs.integer("transA", 0)) return ctx.miss("the rows are transposed");
  if (!(out->shape->back() == product->shape->back())) return ctx.miss("the columns are divided");
  Value* x = withRows(ctx, ctx["x"], out, rows->shape->back());
  if (!x) return ctx.miss("the rows' shape cannot be written as a constant");
  return ctx.emit("MatMul", {x, ctx["w"]}, ctx.node("p")->attrs);
}

Value* keepRowsWithBias(RuleContext& ctx) {
  const Tensor& bias = ctx["b"]->constant;
  if (bias.rank() < 1 || bias.numel() != bias.shape().back()) return ctx.miss("the sum is not per column");
  Value* product = keepRows(ctx);
  if (!product) return nullptr;
  return ctx.emit("Add", {product, ctx.rewriter().constant(bias.reshaped({bias.numel()}))});
}

constexpr Rule kRules[] = {
    {"product-rows", "Reshape(p:MatMul(r:Reshape(x, ...), w), ...)", nullptr, keepRows},
    {"product-rows-bias", "Reshape(Add(p:MatMul(r:Reshape(x, ...), w), @b), ...)", nullptr, keepRowsWithBias},
    {"transposed-right", "MatMul(a, t:Transpose(b))", nullptr, transposedRight},
    {"transposed-left", "MatMul(t:Transpose(a), b)", nullptr, transposedLeft},
};

}  // namespace

std::span<const Rule> productRules() { return kRules; }

}  // namespace tenfold
