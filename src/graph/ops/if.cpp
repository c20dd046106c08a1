#include "graph/ops/subgraph.h"

using namespace tenfold;

namespace {

constexpr size_t kThen = 0, kElse = 1;

void inferBody(InferContext& ctx, size_t which) {
  Graph& body = *ctx.node().bodies[which];
  size_t captures = ctx.numInputs() - 1;
  ctx.require(body.inputs.size() == captures, "a branch takes {} inputs, {} are passed", body.inputs.size(),
              captures);
  ctx.require(body.outputs.size() == ctx.numOutputs(), "a branch gives {} outputs, the node has {}",
              body.outputs.size(), ctx.numOutputs());
  nameSymbols(ctx, which);
  passCaptures(ctx, body, 0, 1, captures);
  inferGraph(body);
}

// Where the condition is known, only the branch that runs counts; the other may not even fit its inputs.
void inferChosen(InferContext& ctx, size_t chosen) {
  inferBody(ctx, chosen);
  try {
    inferBody(ctx, 1 - chosen);
  } catch (const Error&) {
  }
}

// What both branches say, as it looks outside; a dimension in which they differ, or that only a branch knows,
// is open.
std::optional<SymShape> joinBranches(InferContext& ctx, size_t output, const Value& a, const Value& b) {
  if (!a.shape || !b.shape || a.rank() != b.rank()) return std::nullopt;
  std::set<std::string> symbols = outerSymbols(ctx);
  SymShape joined = *a.shape;
  for (size_t d = 0; d < joined.size(); ++d)
    if (!(joined[d] == (*b.shape)[d]) || !isBoundBy(joined[d], symbols))
      joined[d] = ctx.unknownDim(fmt::format("out{}.{}", output, d));
  return joined;
}

void inferIf(InferContext& ctx) {
  ctx.require(ctx.node().bodies.size() == 2, "needs two branches");
  auto cond = ctx.ints(0);
  ctx.require(!cond || cond->size() == 1, "input 0 (the condition) has {} elements, it needs one",
              cond ? cond->size() : 0);
  std::set<std::string> symbols = outerSymbols(ctx);
  size_t chosen = cond && (*cond)[0] == 0 ? kElse : kThen;
  if (cond) {
    inferChosen(ctx, chosen);
  } else {
    inferBody(ctx, kThen);
    inferBody(ctx, kElse);
  }
  for (size_t i = 0; i < ctx.numOutputs(); ++i) {
    const Value *a = ctx.node().bodies[chosen]->outputs[i],
                *b = cond ? a : ctx.node().bodies[kElse]->outputs[i];
    ctx.require(a->dtype == b->dtype, "output {} is {} in one branch and {} in the other", i,
                typeName(a->dtype), typeName(b->dtype));
    ctx.setType(i, a->dtype);
    auto shape = joinBranches(ctx, i, *a, *b);
    if (!shape) continue;
    ctx.setShape(i, *shape);
    if (a->contents && a->contents == b->contents && areBoundBy(*a->contents, symbols))
      ctx.setContents(i, *a->contents);
  }
}

void evalIf(EvalContext& ctx) {
  const Graph& body = *ctx.node().bodies[ctx.input(0).getInt(0) ? kThen : kElse];
  std::vector<Tensor> captures;
  for (size_t i = 1; i < ctx.numInputs(); ++i) captures.push_back(ctx.input(i));
  std::vector<Tensor> results = evalGraph(body, captures);
  for (size_t i = 0; i < results.size(); ++i) ctx.setOutput(i, results[i]);
}

}  // namespace

DEFINE_OP(If) {
  return {
      .name = "If",
      .doc =
          "Runs one of two bodies, by the condition in input 0; the other inputs are what the bodies read.",
      .minInputs = 1,
      .maxInputs = -1,
      .minOutputs = 1,
      .maxOutputs = -1,
      .infer = inferIf,
      .eval = evalIf,
      .cases = {{"c:bool[], x:f32[2,3] -> y = If(c, x) graph then(x:f32[2,3]) { a = Relu(x); return a } "
                 "graph else(x:f32[2,3]) { a = Neg(x); return a }"}}};
}
