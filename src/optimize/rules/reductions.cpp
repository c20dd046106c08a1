// Means and maxima over all spatial axes are poolings, which know about channels and layouts.
#include <algorithm>

#include "graph/ops/op_def.h"
#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

Value* globalPool(RuleContext& ctx, const char* op) {
  const Node& n = *ctx.root();
  const Value* x = ctx["x"];
  auto axes = knownInts(n.input(1));
  if (!axes || x->rank() < 3 || x->rank() > 5 || !isFloat(x->dtype)) return ctx.miss("no spatial axes");
  for (int64_t& a : *axes) a = a < 0 ? a + x->rank() : a;
  std::sort(axes->begin(), axes->end());
  bool spatial = static_cast<int>(axes->size()) == x->rank() - 2;
  for (size_t i = 0; spatial && i < axes->size(); ++i) spatial = (*axes)[i] == static_cast<int64_t>(i) + 2;
  if (!spatial) return ctx.miss("not over all spatial axes");
  // Rank 3 is as often a sequence as an image's row: only what comes from a convolution counts.
  if (x->rank() == 3 && !(x->producer && x->producer->is("Conv"))) return ctx.miss("a sequence");
  Value* pooled = ctx.emit(op, {ctx["x"]});
  return n.attrs.integer("keepdims", 1) ? pooled : ctx.emit("Squeeze", {pooled, ctx.rewriter().ints(*axes)});
}

Value* averagePool(RuleContext& ctx) { return globalPool(ctx, "GlobalAveragePool"); }
Value* maxPool(RuleContext& ctx) { return globalPool(ctx, "GlobalMaxPool"); }

constexpr Rule kRules[] = {
    {"mean-as-pooling", "ReduceMean(x, axes)", nullptr, averagePool},
    {"max-as-pooling", "ReduceMax(x, axes)", nullptr, maxPool},
};

}  // namespace

std::span<const Rule> reductionRules() { return kRules; }

}  // namespace tenfold
