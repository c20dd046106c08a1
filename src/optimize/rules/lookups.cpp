// Rows taken from a table that is computed from constants: only those rows are computed.
#include <algorithm>

#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

bool isArithmetic(const Node& n) { return n.is("Add") || n.is("Sub") || n.is("Mul") || n.is("Div"); }

// A constant, or few steps from constants.
bool isTable(const Value* v, int depth = 4) {
  if (v->isConstant()) return true;
  const Node* n = v->producer;
  return n && depth > 0 && (n->is("Cast") || isArithmetic(*n)) &&
         std::all_of(n->inputs.begin(), n->inputs.end(),
                     [&](const Value* in) { return in && isTable(in, depth - 1); });
}

Value* lookUp(RuleContext& ctx, Value* table) {
  return ctx.emit("Gather", {table, ctx["i"]}, ctx.root()->attrs);
}

Value* convertRows(RuleContext& ctx) {
  if (!isTable(ctx["t"])) return ctx.miss("the table is no constant");
  return ctx.emit("Cast", {lookUp(ctx, ctx["t"])}, ctx.node("c")->attrs);
}

Value* dequantizeRows(RuleContext& ctx) {
  const Node& d = *ctx.node("d");
  if (ctx["s"]->constant.numel() != 1) return ctx.miss("more than one scale");
  std::vector<Value*> inputs = d.inputs;
  inputs[0] = lookUp(ctx, ctx["t"]);
  return ctx.emit("DequantizeLinear", inputs, d.attrs);
}

// An operand's rows, aligned at the back with those of a table of rank `rank`.
Value* rowsOf(RuleContext& ctx, Value* v, const Value* table) {
  if (v->rank() < table->rank()) return v;
  Dim rows = (*v->shape)[0];
  if (rows == (*table->shape)[0]) return lookUp(ctx, v);
  return ctx.emit("Squeeze", {v, ctx.rewriter().ints({0})});
}

Value* computeRows(RuleContext& ctx) {
  Value *a = ctx["a"], *b = ctx["b"], *table = ctx["m"];
  if (!isTable(a) || !isTable(b)) return ctx.miss("the operands are no constants");
  if (ctx.root()->attrs.integer("axis", 0) != 0) return ctx.miss("not along the first axis");
  if (!table->shape || !a->shape || !b->shape) return ctx.miss("a shape is not known");
  return ctx.emit(ctx.node("m")->opName(), {rowsOf(ctx, a, table), rowsOf(ctx, b, table)});
}

constexpr Rule kRules[] = {
    {"convert-rows", "Gather(c:Cast(t), i)", nullptr, convertRows},
    {"dequantize-rows", "Gather(d:DequantizeLinear(@t, @s, ...), i)", nullptr, dequantizeRows},
    {"compute-rows", "Gather(m:Add|Sub|Mul|Div(a, b), i)", nullptr, computeRows},
};

}  // namespace

std::span<const Rule> lookupRules() { return kRules; }

}  // namespace tenfold
