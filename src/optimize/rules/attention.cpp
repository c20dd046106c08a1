// Attention from its pieces: softmax(Q K^T * scale + mask) V, as the exporters spell it. The chain between
// the two products is peeled from the outside in; what is peeled adds to the scale or to the mask.
#include <algorithm>
#include <cmath>

#include "graph/ops/op_def.h"
#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

// Below this, adding to a score leaves nothing of it: an additive mask does what a replaced score did.
double maskingFill(DataType type) { return type == DataType::kFloat16 ? -6e4 : -1e9; }

// A change of precision: Attention computes its scores in 32 bits at least.
bool isFloatCast(const Node& n) {
  return n.is("Cast") && isFloat(n.inputs[0]->dtype) && isFloat(n.outputs[0]->dtype);
}

bool isLastAxis(const Node& softmax) {
  int rank = softmax.inputs[0]->rank();
  int64_t axis = softmax.attrs.integer("axis", -1);
  return rank > 0 && (axis == -1 || axis == rank - 1);
}

class AttentionFinder {
 public:
  explicit AttentionFinder(RuleContext& ctx) : ctx_(ctx) {}

  Value* find() {
    const Node& outer = *ctx_.root();
    if (outer.attrs.integer("transA", 0)) return ctx_.miss("the probabilities are transposed");
    Value* scores = probabilities(outer.inputs[0]);
    if (!scores) return nullptr;
    const Node* inner = peelScores(scores);
    if (!inner) return nullptr;
    if (inner->attrs.integer("transA", 0)) return ctx_.miss("the queries are transposed");
    Value* q = unscaled(inner->inputs[0]);
    Value* k = unscaled(inner->inputs[1]);
    if (!inner->attrs.integer("transB", 0)) k = swapped(k);
    Value* v = outer.attrs.integer("transB", 0) ? swapped(outer.inputs[1]) : outer.inputs[1];
    if (scale_ == 0 || !std::isfinite(scale_)) return ctx_.miss("the scale is zero or not finite");
    return emit(q, k, v);
  }

 private:
  Value* miss(const char* why) { return ctx_.miss(why); }

  // Only the chain itself may read what is peeled: `reads` slots of it.
  bool isPrivate(const Value* v, size_t reads) {
    return v->uses.size() == reads && !ctx_.graph().isOutput(v);
  }

  // The scores behind the softmax, through a guard that replaces NaN by 0: rows without a key give 0 then.
  Value* probabilities(Value* p) {
    Node* n = p->producer;
    if (!n || !isPrivate(p, 1)) return miss("the left-hand side is read elsewhere");
    if (isFloatCast(*n)) {
      p = n->inputs[0];
      n = p->producer;
      if (!n || !isPrivate(p, 1)) return miss("the probabilities before a cast are read elsewhere");
    }
    size_t reads = 1;
    if (n->is("Where")) {
      const Node* check = n->inputs[0]->producer;
      if (!check || !check->is("IsNaN") || check->inputs[0] != n->inputs[2] || splatOf(n->inputs[1]) != 0.0 ||
          !isPrivate(n->inputs[0], 1))
        return miss("the probabilities are replaced by other than 0 where they are NaN");
      p = n->inputs[2];
      n = p->producer;
      reads = 2;
      guarded_ = true;
    }
    if (!n || !n->is("Softmax") || !isLastAxis(*n)) return miss("there is no Softmax along the last axis");
    if (!isPrivate(p, reads)) return miss("the probabilities are read elsewhere");
    return n->inputs[0];
  }

  // Peels to the product of queries and keys; null where something else comes.
  const Node* peelScores(Value* s) {
    while (true) {
      Node* n = s->producer;
      if (!n || !isPrivate(s, 1)) return miss("the scores are read elsewhere"), nullptr;
      if (n->is("MatMul")) return n;
      Value* next = nullptr;
      if (n->is("Mul") || n->is("Div"))
        next = peelFactor(*n);
      else if (n->is("Add"))
        next = peelSum(*n);
      else if (n->is("Where"))
        next = peelWhere(*n);
      else if (n->is("Reshape"))
        next = peelWindows(*n);
      else if (isFloatCast(*n))
        next = n->inputs[0];
      if (!next) return miss("something other than scale and mask lies between product and Softmax"), nullptr;
      s = next;
    }
  }

  // Whether the product of queries and keys is behind v.
  static bool leadsToProduct(const Value* v) {
    for (int depth = 0; depth < 6 && v && v->producer; ++depth) {
      const Node& n = *v->producer;
      if (n.is("MatMul")) return true;
      if (!n.is("Mul") && !n.is("Div") && !n.is("Add") && !n.is("Where") && !n.is("Reshape") &&
          !isFloatCast(n))
        return false;
      if (n.is("Add") || n.is("Mul")) {
        if (leadsToProduct(n.inputs[1])) return true;
        v = n.inputs[0];
      } else {
        v = n.is("Where") ? (n.inputs[1]->isConstant() ? n.inputs[2] : n.inputs[1]) : n.inputs[0];
      }
    }
    return false;
  }

  Value* peelFactor(const Node& n) {
    for (size_t i = 0; i < (n.is("Mul") ? 2u : 1u); ++i) {
      auto c = splatOf(n.inputs[1 - i]);
      if (!c || !sameShape(n.inputs[i], n.outputs[0])) continue;
      scale_ *= n.is("Mul") ? *c : 1 / *c;
      return n.inputs[i];
    }
    return nullptr;
  }

  Value* peelSum(const Node& n) {
    size_t scores = leadsToProduct(n.inputs[0]) && sameShape(n.inputs[0], n.outputs[0]) ? 0 : 1;
    if (!leadsToProduct(n.inputs[scores]) || !sameShape(n.inputs[scores], n.outputs[0])) return nullptr;
    addMask(n.inputs[1 - scores]);
    return n.inputs[scores];
  }

  // Where(c, scores, -inf) or Where(c, -inf, scores): becomes a term of the mask.
  Value* peelWhere(const Node& n) {
    for (size_t i = 1; i <= 2; ++i) {
      Value *scores = n.inputs[i], *other = n.inputs[3 - i];
      auto fill = splatOf(other);
      if (!fill || other->constant.numel() != 1 || *fill > maskingFill(other->dtype)) continue;
      if (!sameShape(scores, n.outputs[0])) return nullptr;
      Value *zero = ctx_.rewriter().scalar(other->dtype, 0),
            *low = ctx_.rewriter().scalar(other->dtype, *fill);
      addMask(ctx_.emit("Where", {n.inputs[0], i == 1 ? zero : low, i == 1 ? low : zero}));
      return scores;
    }
    return nullptr;
  }

  // [B*W,H,n,n] seen as [B,W,H,n,n], where each of W windows has a mask of its own, and back. Windows and
  // heads then count as heads: [B,W*H,n,n] is a view as well.
  Value* peelWindows(const Node& outer) {
    const Node* add = outer.inputs[0]->producer;
    if (windows_ || !add || !add->is("Add") || !isPrivate(outer.inputs[0], 1)) return nullptr;
    for (size_t i = 0; i < 2; ++i) {
      Value *inner = add->inputs[i], *mask = add->inputs[1 - i];
      if (!inner->producer || !inner->producer->is("Reshape") || !isPrivate(inner, 1)) continue;
      Value* scores = inner->producer->inputs[0];
      if (!sameShape(scores, outer.outputs[0]) || !sameShape(inner, add->outputs[0])) continue;
      if (scores->rank() != 4 || inner->rank() != 5 || mask->rank() != 5 || !mask->isConstant()) continue;
      const SymShape &s = *scores->shape, &w = *inner->shape;
      auto windows = w[1].tryConstant(), heads = w[2].tryConstant();
      const Shape& m = mask->constant.shape();
      if (!windows || !heads || !(s[1] == w[2] && s[2] == w[3] && s[3] == w[4]) || m[0] != 1) continue;
      windows_ = *windows;
      heads_ = *heads;
      windowMask_ = mask;
      windowScale_ = scale_;
      return scores;
    }
    return nullptr;
  }

  // Scales that were peeled before lie outside of this term: they apply to it.
  void addMask(Value* mask) {
    if (scale_ != 1) mask = ctx_.emit("Mul", {mask, ctx_.rewriter().scalar(mask->dtype, scale_)});
    mask_ = mask_ ? sum(mask_, mask) : mask;
  }

  // Of masks that may differ in type: in 32 bits then, where no fill overflows.
  Value* sum(Value* a, Value* b) {
    if (a->dtype == b->dtype) return ctx_.emit("Add", {a, b});
    return ctx_.emit("Add", {wide(a), wide(b)});
  }
  Value* wide(Value* mask) {
    if (mask->dtype == DataType::kFloat32) return mask;
    Attributes attrs;
    attrs.setType("to", DataType::kFloat32);
    return ctx_.emit("Cast", {mask}, attrs);
  }

  Value* unscaled(Value* v) {
    while (v->producer && (v->producer->is("Mul") || v->producer->is("Div"))) {
      Value* next = peelFactor(*v->producer);
      if (!next || !sameShape(next, v)) break;
      v = next;
    }
    return v;
  }

  Value* swapped(Value* v) {
    Attributes attrs;
    std::vector<int64_t> perm;
    for (int64_t i = 0; i < v->rank(); ++i) perm.push_back(i);
    if (perm.size() >= 2) std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
    attrs.set("perm", perm);
    return ctx_.emit("Transpose", {v}, attrs);
  }

  Value* view(Value* v, std::vector<int64_t> shape) {
    return ctx_.emit("Reshape", {v, ctx_.rewriter().ints(shape)});
  }

  Value* emit(Value* q, Value* k, Value* v) {
    int rank = q->rank();
    if ((rank != 3 && rank != 4) || k->rank() != rank || v->rank() != rank) return miss("not 3 or 4 axes");
    for (int i = 0; i < rank - 2; ++i) {
      size_t axis = static_cast<size_t>(i);
      if (!((*q->shape)[axis] == (*k->shape)[axis]) || !((*q->shape)[axis] == (*v->shape)[axis]))
        return miss("batch and heads of queries, keys and values are not provably equal");
    }
    if (!isFloat(q->dtype) || q->dtype != v->dtype || q->dtype != k->dtype) return miss("the types differ");
    Dim keys = (*k->shape)[static_cast<size_t>(rank) - 2];
    if (mask_ && (mask_->rank() < 1 || mask_->rank() > rank || !(mask_->shape->back() == keys)))
      return miss("the mask has not one element per key");
    if (windows_) return emitWindows(q, k, v);
    if (rank == 3) return emitBatched(q, k, v);
    return attention(q, k, v, mask_);
  }

  // Whether no row can be masked as a whole.
  static bool isFinite(const Value& mask) {
    if (!mask.isConstant()) return false;
    for (int64_t i = 0; i < mask.constant.numel(); ++i)
      if (!std::isfinite(mask.constant.getDouble(i))) return false;
    return true;
  }

  Value* attention(Value* q, Value* k, Value* v, Value* mask) {
    Attributes attrs;
    attrs.set("scale", scale_);
    if (mask && !guarded_ && !isFinite(*mask)) attrs.set("nan_without_keys", int64_t{1});
    std::vector<Value*> inputs{q, k, v};
    if (mask) inputs.push_back(mask);
    return ctx_.emit("Attention", inputs, attrs);
  }

  // Three axes: as many batches of one head.
  Value* emitBatched(Value* q, Value* k, Value* v) {
    auto withHead = [&](Value* x) { return ctx_.emit("Unsqueeze", {x, ctx_.rewriter().ints({1})}); };
    Value* mask = mask_ && mask_->rank() == 3 ? withHead(mask_) : mask_;
    Value* y = attention(withHead(q), withHead(k), withHead(v), mask);
    return ctx_.emit("Squeeze", {y, ctx_.rewriter().ints({1})});
  }

  Value* emitWindows(Value* q, Value* k, Value* v) {
    auto extent = [](const Value* x, size_t axis) { return (*x->shape)[axis].tryConstant(); };
    auto queries = extent(q, 2), keys = extent(k, 2), size = extent(q, 3), valueSize = extent(v, 3);
    if (q->rank() != 4 || !queries || !keys || !size || !valueSize) return miss("windows of variable size");
    Value* mask = view(windowMask_, windowShape(*windowMask_));
    if (windowScale_ != 1) mask = ctx_.emit("Mul", {mask, ctx_.rewriter().scalar(mask->dtype, windowScale_)});
    if (mask_) {
      if (mask_->rank() == 4 && (*mask_->shape)[0].tryConstant() != 1)
        return miss("a mask per batch and window");
      mask = sum(mask, mask_);
    }
    mask = ctx_.emit("Expand", {mask, ctx_.rewriter().ints({windows_, heads_, *queries, *keys})});
    mask = view(mask, {1, windows_ * heads_, *queries, *keys});
    auto split = [&](Value* x, int64_t length, int64_t width) {
      return view(x, {-1, windows_ * heads_, length, width});
    };
    Value* y =
        attention(split(q, *queries, *size), split(k, *keys, *size), split(v, *keys, *valueSize), mask);
    return view(y, {-1, heads_, *queries, *valueSize});
  }

  // [1,W,1,n,n] or the like without the batch axis.
  static std::vector<int64_t> windowShape(const Value& mask) {
    const Shape& s = mask.constant.shape();
    return {s[1], s[2], s[3], s[4]};
  }

  RuleContext& ctx_;
  double scale_ = 1, windowScale_ = 1;
  Value *mask_ = nullptr, *windowMask_ = nullptr;
  int64_t windows_ = 0, heads_ = 0;
  bool guarded_ = false;  // NaN among the probabilities is replaced by 0
};

Value* attention(RuleContext& ctx) { return AttentionFinder(ctx).find(); }

constexpr Rule kRules[] = {
    {"attention", "MatMul(p, v)", nullptr, attention},
};

}  // namespace

std::span<const Rule> attentionRules() { return kRules; }

}  // namespace tenfold
