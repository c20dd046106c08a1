#include <limits>

#include "graph/ops/subgraph.h"

using namespace tenfold;

namespace {

// How a Loop's inputs and outputs divide: [trips, cond, carried..., captures...] and [carried..., scans...].
struct LoopParts {
  size_t carried, captures, scans;
  explicit LoopParts(const Node& node) {
    captures = static_cast<size_t>(node.attrs.integer("captures", 0));
    require(node.bodies.size() == 1 && node.inputs.size() >= 2 + captures,
            "a Loop needs a body, a trip count and a condition");
    carried = node.inputs.size() - 2 - captures;
    const Graph& body = *node.bodies[0];
    require(body.inputs.size() == 2 + carried + captures, "the body takes {} inputs, {} are passed",
            body.inputs.size(), 2 + carried + captures);
    require(body.outputs.size() >= 1 + carried, "the body gives {} outputs, at least {} are needed",
            body.outputs.size(), 1 + carried);
    scans = body.outputs.size() - 1 - carried;
    require(node.outputs.size() == carried + scans, "the node has {} outputs, the body gives {}",
            node.outputs.size(), carried + scans);
  }
};

// `shape` with every dimension that differs from `other`'s replaced by the symbol that unknown(i) gives;
// nothing where the ranks differ or one is unknown.
template <typename Unknown>
std::optional<SymShape> joinShapes(const std::optional<SymShape>& shape, const std::optional<SymShape>& other,
                                   Unknown unknown) {
  if (!shape || !other || shape->size() != other->size()) return std::nullopt;
  SymShape joined = *shape;
  for (size_t i = 0; i < joined.size(); ++i)
    if (!(joined[i] == (*other)[i])) joined[i] = unknown(i);
  return joined;
}

// Infers the body with carried shapes that hold in every iteration: dimensions that an iteration changes
// become symbols, until nothing changes.
void inferInvariant(InferContext& ctx, const LoopParts& parts) {
  Graph& body = *ctx.node().bodies[0];
  nameSymbols(ctx, 0);
  auto scalarInput = [](Value* v, DataType type) { v->dtype = type, v->shape = SymShape{}; };
  scalarInput(body.inputs[0], DataType::kInt64);
  scalarInput(body.inputs[1], DataType::kBool);
  passCaptures(ctx, body, 2 + parts.carried, 2 + parts.carried, parts.captures);
  for (size_t i = 0; i < parts.carried; ++i) {
    const Value* initial = ctx.node().input(2 + i);
    ctx.require(initial != nullptr, "carried value {} has no initial value", i);
    body.inputs[2 + i]->dtype = initial->dtype;
    body.inputs[2 + i]->shape = initial->shape;
  }
  for (bool changed = true; changed;) {
    changed = false;
    inferGraph(body);
    for (size_t i = 0; i < parts.carried; ++i) {
      Value *in = body.inputs[2 + i], *out = body.outputs[1 + i];
      ctx.require(in->dtype == out->dtype, "carried value {} enters as {} and leaves as {}", i,
                  typeName(in->dtype), typeName(out->dtype));
      auto joined = joinShapes(in->shape, out->shape,
                               [&](size_t d) { return ctx.unknownDim(fmt::format("carried{}.{}", i, d)); });
      changed = changed || joined != in->shape;
      in->shape = joined;
    }
  }
}

const Value* behindIdentity(const Value* v) {
  while (v->producer && v->producer->is("Identity")) v = v->producer->input(0);
  return v;
}

// Whether nothing but the trip count ends the loop.
bool conditionHolds(const InferContext& ctx, const Graph& body) {
  auto initial = ctx.ints(1);
  if (ctx.has(1) && (!initial || initial->at(0) == 0)) return false;
  const Value* next = behindIdentity(body.outputs[0]);
  if (next->isConstant()) return next->constant.getInt(0) != 0;
  return next == body.inputs[1];
}

void inferLoop(InferContext& ctx) {
  LoopParts parts(ctx.node());
  inferInvariant(ctx, parts);
  const Graph& body = *ctx.node().bodies[0];
  std::set<std::string> symbols = outerSymbols(ctx);
  auto exported = [&](const SymShape& shape, size_t output) {
    SymShape out;
    for (size_t d = 0; d < shape.size(); ++d)
      out.push_back(isBoundBy(shape[d], symbols) ? shape[d]
                                                 : ctx.unknownDim(fmt::format("out{}.{}", output, d)));
    return out;
  };
  auto limit = ctx.contents(0);
  Dim trips;
  if (limit && conditionHolds(ctx, body))
    trips = Dim::max(0, (*limit)[0]);
  else if (parts.scans)
    trips = ctx.unknownDim("trips", limit ? std::optional(Dim::max(0, (*limit)[0])) : std::nullopt);
  for (size_t i = 0; i < ctx.numOutputs(); ++i) {
    const Value* v = i < parts.carried ? body.inputs[2 + i] : body.outputs[1 + i];
    ctx.setType(i, v->dtype);
    if (!v->shape) continue;
    SymShape shape = exported(*v->shape, i);
    if (i >= parts.carried) shape.insert(shape.begin(), trips);
    ctx.setShape(i, shape);
  }
}

void evalLoop(EvalContext& ctx) {
  LoopParts parts(ctx.node());
  const Graph& body = *ctx.node().bodies[0];
  int64_t limit = ctx.has(0) ? ctx.input(0).getInt(0) : std::numeric_limits<int64_t>::max();
  bool go = !ctx.has(1) || ctx.input(1).getInt(0) != 0;
  std::vector<Tensor> carried, captures;
  for (size_t i = 0; i < parts.carried; ++i) carried.push_back(ctx.input(2 + i));
  for (size_t i = 0; i < parts.captures; ++i) captures.push_back(ctx.input(2 + parts.carried + i));
  std::vector<Stack> scans(parts.scans);
  for (int64_t iteration = 0; go && iteration < limit; ++iteration) {
    std::vector<Tensor> inputs{Tensor::of<int64_t>({}, {iteration}), Tensor::scalar(DataType::kBool, 1)};
    inputs.insert(inputs.end(), carried.begin(), carried.end());
    inputs.insert(inputs.end(), captures.begin(), captures.end());
    std::vector<Tensor> results = evalGraph(body, inputs);
    go = results[0].getInt(0) != 0;
    carried.assign(results.begin() + 1, results.begin() + 1 + static_cast<int64_t>(parts.carried));
    for (size_t i = 0; i < parts.scans; ++i) scans[i].push(results[1 + parts.carried + i]);
  }
  for (size_t i = 0; i < parts.carried; ++i) ctx.setOutput(i, carried[i]);
  for (size_t i = 0; i < parts.scans; ++i)
    if (const Value* v = ctx.node().output(parts.carried + i))
      ctx.setOutput(parts.carried + i, scans[i].build(*v, 0, false));
}

}  // namespace

DEFINE_OP(Loop) {
  return {
      .name = "Loop",
      .doc =
          "Runs its body while the condition holds, at most as often as the trip count says. Inputs: trip "
          "count and "
          "condition (both optional), carried values, captured values; the body gives condition, carried "
          "values and "
          "values that are stacked over the iterations.",
      .minInputs = 2,
      .maxInputs = -1,
      .minOutputs = 1,
      .maxOutputs = -1,
      .attrs = {{"captures", AttrKind::kInt, "how many of the last inputs are captured values; default 0"}},
      .infer = inferLoop,
      .eval = evalLoop,
      .cases = {{"x:f32[3], b:f32[3] -> y, s = Loop(i64[]{4}, _, x, b) {captures=1} "
                 "graph body(i:i64[], c:bool[], x:f32[3], b:f32[3]) { z = Add(x, b); return c, z, z }"},
                {"x:f32[1,2] -> y = Loop(i64[]{3}, bool[]{1}, x) graph body(i:i64[], c:bool[], x:f32[?]) { "
                 "z = Concat(x, x) {axis=0}; n = Less(i, i64[]{1}); return n, z }"}}};
}
