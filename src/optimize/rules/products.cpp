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

// Views, which an Attention at their end reads or writes through.
bool isView(const Node& n) {
  return n.is("Transpose") || n.is("Reshape") || n.is("Squeeze") || n.is("Unsqueeze") || n.is("Split") ||
         n.is("Slice") || n.is("Gather");
}
constexpr int kFarthest = 12;  // views between a product and an attention

bool leadsToAttention(const Graph& graph, const Value* v, int far = kFarthest) {
  if (!v || far == 0 || v->uses.empty() || graph.isOutput(v)) return false;
  return std::all_of(v->uses.begin(), v->uses.end(), [&](const Node* n) {
    if (n->is("Attention")) return true;
    return isView(*n) && n->inputs[0] == v &&
           std::all_of(n->outputs.begin(), n->outputs.end(),
                       [&](const Value* o) { return !o || leadsToAttention(graph, o, far - 1); });
  });
}

bool comesFromAttention(const Graph& graph, const Value* v) {
  for (int i = 0; i < kFarthest && v->producer && v->uses.size() == 1 && !graph.isOutput(v); ++i) {
    if (v->producer->is("Attention")) return v->outputIndex == 0;
    if (!isView(*v->producer)) return false;
    v = v->producer->inputs[0];
  }
  return false;
}

bool keepsLastAxis(const Node& transpose) {
  std::vector<int64_t> perm = transpose.attrs.integers("perm");
  return perm.size() > 2 && perm.back() == static_cast<int64_t>(perm.size()) - 1;
}

bool multipliesRows(const Node& product) {
  return product.inputs[1]->rank() == 2 && product.attrs.integer("transA", 0) == 0;
}

bool isPerColumn(const Value* bias) {
  return bias->rank() >= 1 && bias->constant.numel() == bias->constant.shape().back();
}

// Rows may be multiplied before they are transposed; the transpose behind the product is one of the views
// before an attention.
Value* rowsBeforeTranspose(RuleContext& ctx) {
  const Value* out = ctx.root()->outputs[0];
  if (!keepsLastAxis(*ctx.node("t")) || !multipliesRows(*ctx.root())) return ctx.miss("no product of rows");
  if (comesFromAttention(ctx.graph(), ctx["t"])) return ctx.miss("the rows come from an attention");
  const Node* reader = out->uses.size() == 1 ? out->uses[0] : nullptr;
  bool sum = reader && reader->is("Add") && reader->output();
  if (!leadsToAttention(ctx.graph(), sum ? reader->outputs[0] : out)) return ctx.miss("no attention follows");
  return ctx.emit("Transpose", {ctx.emit("MatMul", {ctx["x"], ctx["w"]}, ctx.root()->attrs)},
                  ctx.node("t")->attrs);
}

Value* biasBeforeTranspose(RuleContext& ctx) {
  if (!keepsLastAxis(*ctx.node("t")) || !isPerColumn(ctx["b"])) return ctx.miss("the sum is not per column");
  Value* bias = ctx.rewriter().constant(ctx["b"]->constant.reshaped({ctx["b"]->constant.numel()}));
  return ctx.emit("Transpose", {ctx.emit("Add", {ctx["p"], bias})}, ctx.node("t")->attrs);
}

// The other way round behind an attention.
Value* transposeBeforeRows(RuleContext& ctx) {
  const Node& product = *ctx.node("p");
  if (!keepsLastAxis(*ctx.root()) || !multipliesRows(product)) return ctx.miss("no product of rows");
  if (!comesFromAttention(ctx.graph(), ctx["x"])) return ctx.miss("no attention comes before");
  Value* x = ctx.emit("Transpose", {ctx["x"]}, ctx.root()->attrs);
  return ctx.emit("MatMul", {x, ctx["w"]}, product.attrs);
}

Value* transposeBeforeRowsWithBias(RuleContext& ctx) {
  if (!isPerColumn(ctx["b"])) return ctx.miss("the sum is not per column");
  Value* y = transposeBeforeRows(ctx);
  if (!y) return nullptr;
  return ctx.emit("Add",
                  {y, ctx.rewriter().constant(ctx["b"]->constant.reshaped({ctx["b"]->constant.numel()}))});
}

constexpr Rule kRules[] = {
    {"rows-before-transpose", "MatMul(t:Transpose(x), w)", nullptr, rowsBeforeTranspose},
    {"bias-before-transpose", "Add(t:Transpose(p:MatMul(x, w)), @b)", nullptr, biasBeforeTranspose},
    {"transpose-before-rows", "Transpose(p:MatMul(x, w))", nullptr, transposeBeforeRows},
    {"transpose-before-rows-bias", "Transpose(Add(p:MatMul(x, w), @b))", nullptr,
     transposeBeforeRowsWithBias},
    {"product-rows", "Reshape(p:MatMul(r:Reshape(x, ...), w), ...)", nullptr, keepRows},
    {"product-rows-bias", "Reshape(Add(p:MatMul(r:Reshape(x, ...), w), @b), ...)", nullptr, keepRowsWithBias},
    {"transposed-right", "MatMul(a, t:Transpose(b))", nullptr, transposedRight},
    {"transposed-left", "MatMul(t:Transpose(a), b)", nullptr, transposedLeft},
};

}  // namespace

std::span<const Rule> productRules() { return kRules; }

}  // namespace tenfold
