// Softmax from exponentials and sums. Subtracting the maximum changes nothing but overflow.
#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

// The one axis that the reduction of a value goes over, kept with extent 1.
std::optional<int64_t> keptAxis(const Node& reduction) {
  auto axes = knownInts(reduction.input(1));
  int rank = reduction.inputs[0]->rank();
  if (!axes || axes->size() != 1 || rank < 0 || reduction.attrs.integer("keepdims", 1) == 0) return {};
  return (*axes)[0] < 0 ? (*axes)[0] + rank : (*axes)[0];
}

Value* softmax(RuleContext& ctx) {
  auto axis = keptAxis(*ctx.node("s"));
  if (!axis) return ctx.miss("the sum is not along one kept axis");
  Attributes attrs;
  attrs.set("axis", *axis);
  return ctx.emit("Softmax", {ctx["x"]}, attrs);
}

Value* softmaxWithMax(RuleContext& ctx) {
  if (keptAxis(*ctx.node("s")) != keptAxis(*ctx.node("m")))
    return ctx.miss("maximum and sum go along different axes");
  return softmax(ctx);
}

Value* logSoftmax(RuleContext& ctx) { return ctx.emit("LogSoftmax", {ctx["x"]}, ctx.node("p")->attrs); }

constexpr Rule kRules[] = {
    {"softmax-max", "Div(e:Exp(Sub(x, m:ReduceMax(x, @a))), s:ReduceSum(e, @b))", nullptr, softmaxWithMax},
    {"softmax", "Div(e:Exp(x), s:ReduceSum(e, @b))", nullptr, softmax},
    {"log-softmax", "Log(p:Softmax(x))", nullptr, logSoftmax},
};

}  // namespace

std::span<const Rule> softmaxRules() { return kRules; }

}  // namespace tenfold
