// Normalizations recognised from their small pieces: first the core, with a scale of ones, then scale and
// shift join it one by one.
#include <algorithm>

#include "graph/ops/op_def.h"
#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

// The reduction's axes, if they are the last ones and stay with extent 1: the first of them.
std::optional<int> firstTrailingAxis(const Node& reduction) {
  auto axes = knownInts(reduction.input(1));
  int rank = reduction.inputs[0]->rank();
  if (!axes || axes->empty() || rank < 0 || reduction.attrs.integer("keepdims", 1) == 0) return {};
  for (int64_t& a : *axes) a = a < 0 ? a + rank : a;
  std::sort(axes->begin(), axes->end());
  int first = rank - static_cast<int>(axes->size());
  for (size_t i = 0; i < axes->size(); ++i)
    if ((*axes)[i] != first + static_cast<int>(i)) return {};
  return first;
}

Value* onesFor(RuleContext& ctx, const Value* x, int axis) {
  Shape shape;
  for (size_t i = static_cast<size_t>(axis); i < x->shape->size(); ++i) {
    auto extent = (*x->shape)[i].tryConstant();
    if (!extent) return ctx.miss("a normalized axis has no constant extent");
    shape.push_back(*extent);
  }
  Tensor ones(ctx.dtype(), shape);
  for (int64_t i = 0; i < ones.numel(); ++i) ones.setDouble(i, 1);
  return ctx.rewriter().constant(std::move(ones));
}

Value* core(RuleContext& ctx, const char* op, int axis) {
  auto epsilon = splatOf(ctx["eps"]);
  if (!epsilon || ctx["eps"]->constant.numel() != 1) return ctx.miss("epsilon is no scalar");
  Value* ones = onesFor(ctx, ctx["x"], axis);
  if (!ones) return nullptr;
  Attributes attrs;
  attrs.set("axis", int64_t{axis} - ctx["x"]->rank());
  attrs.set("epsilon", *epsilon);
  return ctx.emit(op, {ctx["x"], ones}, attrs);
}

Value* layerNorm(RuleContext& ctx) {
  auto axis = firstTrailingAxis(*ctx.node("v"));
  if (!axis || axis != firstTrailingAxis(*ctx.node("m")))
    return ctx.miss("mean and variance do not go along the last axes");
  return core(ctx, "LayerNormalization", *axis);
}

Value* rmsNorm(RuleContext& ctx) {
  auto axis = firstTrailingAxis(*ctx.node("v"));
  if (!axis) return ctx.miss("the mean does not go along the last axes");
  return core(ctx, "RMSNormalization", *axis);
}

// A constant in the shape of the normalization's scale, if it broadcasts along the same axes.
Value* likeScale(RuleContext& ctx, const Value* c, const Value* scale) {
  const Shape &shape = c->constant.shape(), &wanted = scale->constant.shape();
  int lead = shape.rank() - wanted.rank();
  if (lead < 0 || shape.numel(0, lead) != 1 || shape.numel() != wanted.numel())
    return ctx.miss("it varies along other axes");
  return ctx.rewriter().constant(c->constant.reshaped(wanted));
}

Value* joinScale(RuleContext& ctx) {
  if (splatOf(ctx["s"]) != 1.0) return ctx.miss("there is a scale already");
  Value* scale = likeScale(ctx, ctx["c"], ctx["s"]);
  if (!scale) return nullptr;
  const Node* n = ctx.node("n");
  return ctx.emit(n->op->name, {ctx["x"], scale}, n->attrs);
}

Value* joinShift(RuleContext& ctx) {
  Value* shift = likeScale(ctx, ctx["c"], ctx["s"]);
  return shift ? ctx.emit("LayerNormalization", {ctx["x"], ctx["s"], shift}, ctx.node("n")->attrs) : nullptr;
}

// A [C,1,...] (or [1,C,1,...]) constant for an input of that rank, as [C].
Value* perChannel(RuleContext& ctx, const Value* c, int rank) {
  const Shape& shape = c->constant.shape();
  int channel = shape.rank() - (rank - 1);
  if (channel < 0 || shape[channel] != shape.numel()) return ctx.miss("it is not per channel");
  return ctx.rewriter().constant(c->constant.reshaped({shape.numel()}));
}

// Normalized over all spatial axes, then scaled and shifted per channel.
Value* instanceNorm(RuleContext& ctx) {
  int rank = ctx["x"]->rank();
  const Node* n = ctx.node("n");
  if (rank < 3 || n->attrs.integer("axis", -1) != 2 - rank || splatOf(ctx["s"]) != 1.0)
    return ctx.miss("not over all spatial axes");
  Value *scale = perChannel(ctx, ctx["c"], rank), *shift = perChannel(ctx, ctx["d"], rank);
  if (!scale || !shift) return nullptr;
  Attributes attrs;
  attrs.set("epsilon", n->attrs.real("epsilon", 1e-5));
  return ctx.emit("InstanceNormalization", {ctx["x"], scale, shift}, attrs);
}

// [N,C,...] seen as [N,groups,...], normalized per group, and back.
Value* groupNorm(RuleContext& ctx) {
  const Value *x = ctx["x"], *grouped = ctx["g"];
  if (splatOf(ctx["s"]) != 1.0 || splatOf(ctx["b"]) != 0.0) return ctx.miss("the groups are scaled");
  if (x->rank() < 3 || grouped->rank() < 3 || !sameShape(x, ctx.root()->outputs[0]))
    return ctx.miss("the shapes do not fit");
  auto groups = (*grouped->shape)[1].tryConstant();
  auto channels = (*x->shape)[1].tryConstant();
  if (!groups || !channels || *groups == 0 || *channels % *groups ||
      !((*grouped->shape)[0] == (*x->shape)[0]))
    return ctx.miss("no groups of channels");
  Value *scale = perChannel(ctx, ctx["c"], x->rank()), *shift = perChannel(ctx, ctx["d"], x->rank());
  if (!scale || !shift || scale->constant.numel() != *channels || shift->constant.numel() != *channels)
    return ctx.miss("scale and shift are not per channel");
  Attributes attrs;
  attrs.set("epsilon", ctx.node("n")->attrs.real("epsilon", 1e-5));
  attrs.set("num_groups", *groups);
  return ctx.emit("GroupNormalization", {ctx["x"], scale, shift}, attrs);
}

constexpr Rule kRules[] = {
    {"layer-norm", "Div(d:Sub(x, m:ReduceMean(x, @a)), Sqrt(Add(v:ReduceMean(Mul(d, d), @b), @eps)))",
     nullptr, layerNorm},
    {"layer-norm-twice",
     "Div(Sub(x, m:ReduceMean(x, @a)), Sqrt(Add(v:ReduceMean(Mul(d:Sub(x, ReduceMean(x, @a)), d), @b), "
     "@eps)))",
     nullptr, layerNorm},
    {"rms-norm", "Div(x, Sqrt(Add(v:ReduceMean(Mul(x, x), @a), @eps)))", nullptr, rmsNorm},
    {"norm-scale", "Mul(n:LayerNormalization|RMSNormalization(x, @s), @c)", nullptr, joinScale},
    {"norm-shift", "Add(n:LayerNormalization(x, @s), @c)", nullptr, joinShift},
    {"instance-norm", "Add(Mul(n:LayerNormalization(x, @s), @c), @d)", nullptr, instanceNorm},
    {"group-norm", "Add(Mul(Reshape(n:InstanceNormalization(g:Reshape(x, ...), @s, @b), ...), @c), @d)",
     nullptr, groupNorm},
};

}  // namespace

std::span<const Rule> normalizationRules() { return kRules; }

}  // namespace tenfold
