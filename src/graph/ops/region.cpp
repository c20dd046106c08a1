// A fused region: its meaning is that of its body, a graph of ordinary nodes.
#include "graph/ops/subgraph.h"

using namespace tenfold;

static void inferRegion(InferContext& ctx) {
  ctx.require(ctx.node().bodies.size() == 1, "needs one body");
  Graph& body = *ctx.node().bodies[0];
  ctx.require(body.inputs.size() == ctx.numInputs(), "its body takes {} inputs, {} are passed",
              body.inputs.size(), ctx.numInputs());
  ctx.require(body.outputs.size() == ctx.numOutputs(), "its body gives {} outputs, the node has {}",
              body.outputs.size(), ctx.numOutputs());
  nameSymbols(ctx, 0);
  passCaptures(ctx, body, 0, 0, ctx.numInputs());
  inferGraph(body);
  for (size_t i = 0; i < ctx.numOutputs(); ++i) {
    const Value& v = *body.outputs[i];
    ctx.setType(i, v.dtype);
    if (v.shape) ctx.setShape(i, *v.shape);
    if (v.contents) ctx.setContents(i, *v.contents);
  }
}

static void evalRegion(EvalContext& ctx) {
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < ctx.numInputs(); ++i) inputs.push_back(ctx.input(i));
  std::vector<Tensor> results = evalGraph(*ctx.node().bodies.at(0), inputs);
  for (size_t i = 0; i < results.size(); ++i) ctx.setOutput(i, results[i]);
}

DEFINE_OP(Region) {
  return {.name = "Region",
          .doc = "Several nodes that run as one kernel.",
          .minInputs = 0,
          .maxInputs = -1,
          .minOutputs = 1,
          .maxOutputs = -1,
          .attrs = {{"kind", AttrKind::kText,
                     "what it is built around: pointwise, conv, matmul, reduction, ..."}},
          .infer = inferRegion,
          .eval = evalRegion,
          .cases = {{"a:f32[2,3], b:f32[3] -> y, z = Region(a, b) {kind=\"pointwise\"} "
                     "graph body(a:f32[2,3], b:f32[3]) { s = Add(a, b) t = Relu(s) return t, s }"}}};
}
