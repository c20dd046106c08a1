// Operators that move or convert elements: views of views, copies of everything, casts there and back.
#include <algorithm>

#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

std::vector<int64_t> permutation(const Node& node) {
  std::vector<int64_t> perm = node.attrs.integers("perm");
  if (node.attrs.has("perm")) return perm;
  for (int64_t i = node.inputs[0]->rank() - 1; i >= 0; --i) perm.push_back(i);
  return perm;
}

Value* transposeBy(RuleContext& ctx, Value* x, const std::vector<int64_t>& perm) {
  if (std::is_sorted(perm.begin(), perm.end())) return x;
  Attributes attrs;
  attrs.set("perm", perm);
  return ctx.emit("Transpose", {x}, attrs);
}

Value* joinTransposes(RuleContext& ctx) {
  if (ctx["x"]->rank() < 0) return ctx.miss("the rank is not known");
  std::vector<int64_t> first = permutation(*ctx.node("inner")), perm;
  for (int64_t axis : permutation(*ctx.root())) perm.push_back(first.at(static_cast<size_t>(axis)));
  return transposeBy(ctx, ctx["x"], perm);
}

// The target of a Reshape to the root's shape, if a constant can express it.
Value* reshapeToRoot(RuleContext& ctx, Value* x) {
  const Value* out = ctx.root()->outputs[0];
  if (!out->shape) return ctx.miss("the shape is not known");
  std::vector<int64_t> target;
  int inferred = 0;
  for (const Dim& d : *out->shape) {
    auto c = d.tryConstant();
    if (c == 0) return ctx.miss("an extent is 0");
    target.push_back(c.value_or(-1));
    inferred += !c;
  }
  if (inferred > 1) return ctx.miss("more than one extent is not constant");
  return ctx.emit("Reshape", {x, ctx.rewriter().ints(target)});
}

// A transpose that moves only axes of extent 1 past others moves no element.
Value* transposeAsReshape(RuleContext& ctx) {
  const Value* x = ctx["x"];
  if (!x->shape) return ctx.miss("the shape is not known");
  std::vector<int64_t> moved;
  for (int64_t axis : permutation(*ctx.root()))
    if ((*x->shape)[static_cast<size_t>(axis)].tryConstant() != 1) moved.push_back(axis);
  if (!std::is_sorted(moved.begin(), moved.end())) return ctx.miss("elements move");
  if (std::vector<int64_t> perm = permutation(*ctx.root()); std::is_sorted(perm.begin(), perm.end()))
    return ctx["x"];
  return reshapeToRoot(ctx, ctx["x"]);
}

// [a,b,c,d] seen as [a*b,c,d], turned, and seen as [a,b,d,c]: one transpose.
Value* turnBehindView(RuleContext& ctx) {
  const Value *x = ctx["x"], *inner = ctx["r"], *out = ctx.root()->outputs[0];
  if (x->rank() != 4 || inner->rank() != 3 || out->rank() != 4) return ctx.miss("other ranks");
  if (permutation(*ctx.node("t")) != std::vector<int64_t>{0, 2, 1}) return ctx.miss("another permutation");
  const SymShape &a = *x->shape, &b = *inner->shape, &c = *out->shape;
  bool fits = a[2] == b[1] && a[3] == b[2] && c[0] == a[0] && c[1] == a[1] && c[2] == a[3] && c[3] == a[2];
  return fits ? transposeBy(ctx, ctx["x"], {0, 1, 3, 2}) : ctx.miss("the views do not fit");
}

Value* reshapeOfReshape(RuleContext& ctx) {
  if (Value* view = reshapeToRoot(ctx, ctx["x"])) return view;
  // A target without 0 reads nothing of the input's shape.
  if (!ctx.root()->is("Reshape")) return nullptr;
  auto target = knownInts(ctx.root()->input(1));
  if (!target || std::count(target->begin(), target->end(), 0)) return nullptr;
  return ctx.emit("Reshape", {ctx["x"], ctx.root()->inputs[1]});
}

Value* sameShapeAsInput(RuleContext& ctx) {
  return sameShape(ctx["x"], ctx.root()->outputs[0]) ? ctx["x"] : ctx.miss("the shape changes");
}

// A slice with steps of one that keeps the shape takes everything.
Value* wholeSlice(RuleContext& ctx) {
  if (ctx.root()->hasInput(4)) {
    auto steps = knownInts(ctx.root()->inputs[4]);
    if (!steps || std::any_of(steps->begin(), steps->end(), [](int64_t s) { return s != 1; }))
      return ctx.miss("steps");
  }
  return sameShapeAsInput(ctx);
}

// Masks that every row shares stay small.
Value* expandAfterChoice(RuleContext& ctx) {
  for (const char* name : {"a", "b"})
    if (ctx[name]->constant.numel() != 1) return ctx.miss("a choice is no scalar");
  return ctx.emit("Expand", {ctx.emit("Where", {ctx["c"], ctx["a"], ctx["b"]}), ctx["shape"]});
}

Value* zeroPad(RuleContext& ctx) {
  auto pads = knownInts(ctx["pads"]);
  if (!pads || std::any_of(pads->begin(), pads->end(), [](int64_t p) { return p != 0; }))
    return ctx.miss("it pads");
  return ctx["x"];
}

Value* unitTile(RuleContext& ctx) {
  auto repeats = knownInts(ctx["r"]);
  if (!repeats || std::any_of(repeats->begin(), repeats->end(), [](int64_t r) { return r != 1; }))
    return ctx.miss("it repeats");
  return ctx["x"];
}

Value* inferenceDropout(RuleContext& ctx) {
  const Node& n = *ctx.root();
  if (n.output(1)) return ctx.miss("the mask is wanted");
  if (n.hasInput(2) && splatOf(n.inputs[2]) != 0.0) return ctx.miss("it is in training mode");
  return ctx["x"];
}

Value* sameTypeCast(RuleContext& ctx) {
  return ctx["x"]->dtype == ctx.dtype() ? ctx["x"] : ctx.miss("the type changes");
}

// Whether every value of `from` is one of `to`.
bool widens(DataType from, DataType to) {
  if (from == to) return true;
  auto digits = [](DataType t) {
    return t == DataType::kFloat64 ? 53 : t == DataType::kFloat32 ? 24 : t == DataType::kFloat16 ? 11 : 8;
  };
  if (typeBits(from) < 8 || typeBits(to) < 8 || (isFloat(from) && typeBits(from) < 16) ||
      (isFloat(to) && typeBits(to) < 16))
    return false;
  if (isFloat(from)) return isFloat(to) && typeBits(to) > typeBits(from);
  bool fromUnsigned = typeInfo(from).cls == TypeClass::kUnsigned,
       toUnsigned = typeInfo(to).cls == TypeClass::kUnsigned;
  if (from == DataType::kBool) return isFloat(to) || isInteger(to);
  if (isFloat(to)) return isInteger(from) && digits(to) >= typeBits(from) && to != DataType::kFloat16;
  if (!isInteger(from) || !isInteger(to) || (toUnsigned && !fromUnsigned)) return false;
  return fromUnsigned == toUnsigned ? typeBits(to) >= typeBits(from) : typeBits(to) > typeBits(from);
}

Value* castOfCast(RuleContext& ctx) {
  if (!widens(ctx["x"]->dtype, ctx["inner"]->dtype)) return ctx.miss("the inner cast loses bits");
  return ctx["x"]->dtype == ctx.dtype() ? ctx["x"] : ctx.emit("Cast", {ctx["x"]}, ctx.root()->attrs);
}

constexpr Rule kRules[] = {
    {"transpose-transpose", "Transpose(inner:Transpose(x))", nullptr, joinTransposes, true},
    {"transpose-view", "Transpose(x)", nullptr, transposeAsReshape},
    {"reshape-reshape", "Reshape|Flatten|Squeeze|Unsqueeze(Reshape|Flatten|Squeeze|Unsqueeze(x, ...), ...)",
     nullptr, reshapeOfReshape, true},
    {"transpose-behind-view", "Reshape(t:Transpose(r:Reshape(x, ...)), ...)", nullptr, turnBehindView, true},
    {"reshape-same", "Reshape|Flatten|Squeeze|Unsqueeze(x, ...)", nullptr, sameShapeAsInput},
    {"cast-same", "Cast(x)", nullptr, sameTypeCast},
    {"cast-cast", "Cast(inner:Cast(x))", nullptr, castOfCast, true},
    {"concat-of-one", "Concat(x)", "x"},
    {"slice-all", "Slice(x, ...)", nullptr, wholeSlice},
    {"expand-same", "Expand(x, ...)", nullptr, sameShapeAsInput},
    {"expand-before-sum", "Add(x, Expand(y, ...))", "Add(x, y)", nullptr, true},
    {"expand-after-choice", "Where(Expand(c, shape), @a, @b)", nullptr, expandAfterChoice, true},
    {"pad-nothing", "Pad(x, pads, ...)", nullptr, zeroPad},
    {"tile-once", "Tile(x, r)", nullptr, unitTile},
    {"dropout", "Dropout(x, ...)", nullptr, inferenceDropout},
};

}  // namespace

std::span<const Rule> movementRules() { return kRules; }

}  // namespace tenfold
