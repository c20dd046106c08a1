#include "graph/ops/movement.h"
#include "graph/ops/subgraph.h"

using namespace tenfold;

namespace {

// How a Scan's inputs and outputs divide: [states..., scanned..., captures...] and [states..., scans...].
struct ScanParts {
  size_t states, scanned, captures, scans;
  std::vector<int64_t> inputAxes, inputDirections, outputAxes, outputDirections;

  explicit ScanParts(const Node& node) {
    captures = static_cast<size_t>(node.attrs.integer("captures", 0));
    scanned = static_cast<size_t>(node.attrs.integer("num_scan_inputs", 0));
    require(node.bodies.size() == 1 && scanned > 0 && node.inputs.size() >= scanned + captures,
            "a Scan needs a body and inputs to scan");
    states = node.inputs.size() - scanned - captures;
    const Graph& body = *node.bodies[0];
    require(body.inputs.size() == node.inputs.size(), "the body takes {} inputs, {} are passed",
            body.inputs.size(), node.inputs.size());
    require(body.outputs.size() >= states && body.outputs.size() == node.outputs.size(),
            "the body gives {} outputs, the node has {}", body.outputs.size(), node.outputs.size());
    scans = body.outputs.size() - states;
    auto list = [&](const char* name, size_t count) {
      std::vector<int64_t> values = node.attrs.integers(name, std::vector<int64_t>(count, 0));
      require(values.size() == count, "{} has {} entries, {} are needed", name, values.size(), count);
      return values;
    };
    inputAxes = list("scan_input_axes", scanned), inputDirections = list("scan_input_directions", scanned);
    outputAxes = list("scan_output_axes", scans), outputDirections = list("scan_output_directions", scans);
  }
};

// Types and shapes of the body's inputs; gives the number of iterations.
Dim enterBody(InferContext& ctx, const ScanParts& parts) {
  Graph& body = *ctx.node().bodies[0];
  nameSymbols(ctx, 0);
  std::optional<Dim> length;
  for (size_t i = 0; i < parts.states + parts.scanned; ++i) {
    Value* inner = body.inputs[i];
    inner->dtype = ctx.type(i);
    SymShape shape = ctx.shape(i);
    if (i >= parts.states) {
      int axis = normalizeAxis(parts.inputAxes[i - parts.states], ctx.rank(i));
      Dim extent = shape[static_cast<size_t>(axis)];
      if (!length || !length->isConstant()) length = extent;
      shape.erase(shape.begin() + axis);
    }
    inner->shape = shape;
  }
  passCaptures(ctx, body, parts.states + parts.scanned, parts.states + parts.scanned, parts.captures);
  return *length;
}

void inferScan(InferContext& ctx) {
  ScanParts parts(ctx.node());
  const Graph& body = *ctx.node().bodies[0];
  Dim length = enterBody(ctx, parts);
  inferGraph(*ctx.node().bodies[0]);
  std::set<std::string> symbols = outerSymbols(ctx);
  for (size_t i = 0; i < ctx.numOutputs(); ++i) {
    const Value* v = body.outputs[i];
    ctx.setType(i, v->dtype);
    // A state keeps its shape through all iterations.
    if (i < parts.states) ctx.setShape(i, ctx.shape(i));
    if (i < parts.states || !v->shape) continue;
    SymShape shape;
    for (size_t d = 0; d < v->shape->size(); ++d) {
      const Dim& inner = (*v->shape)[d];
      shape.push_back(isBoundBy(inner, symbols) ? inner : ctx.unknownDim(fmt::format("out{}.{}", i, d)));
    }
    shape.insert(shape.begin() + normalizeAxis(parts.outputAxes[i - parts.states], v->rank() + 1), length);
    ctx.setShape(i, shape);
  }
}

// The slice at `position` of an axis, without that axis.
Tensor sliceAt(const Tensor& x, int axis, int64_t position) {
  Shape shape(x.shape().begin(), x.shape().begin() + axis), own = contiguousStrides(x.shape());
  Shape strides(own.begin(), own.begin() + axis);
  for (int i = axis + 1; i < x.rank(); ++i) {
    shape.push_back(x.shape()[i]);
    strides.push_back(own[i]);
  }
  Tensor slice(x.dtype(), shape);
  copyStrided(x, slice, strides, position * own[axis]);
  return slice;
}

void evalScan(EvalContext& ctx) {
  ScanParts parts(ctx.node());
  const Graph& body = *ctx.node().bodies[0];
  std::vector<Tensor> states, captures;
  for (size_t i = 0; i < parts.states; ++i) states.push_back(ctx.input(i));
  for (size_t i = 0; i < parts.captures; ++i) captures.push_back(ctx.input(parts.states + parts.scanned + i));
  const Tensor& first = ctx.input(parts.states);
  int64_t length = first.shape()[normalizeAxis(parts.inputAxes[0], first.rank())];
  std::vector<Stack> scans(parts.scans);
  for (int64_t t = 0; t < length; ++t) {
    std::vector<Tensor> inputs = states;
    for (size_t i = 0; i < parts.scanned; ++i) {
      const Tensor& x = ctx.input(parts.states + i);
      int axis = normalizeAxis(parts.inputAxes[i], x.rank());
      ctx.require(x.shape()[axis] == length, "scanned input {} has {} elements, the first one {}", i,
                  x.shape()[axis], length);
      inputs.push_back(sliceAt(x, axis, parts.inputDirections[i] ? length - 1 - t : t));
    }
    inputs.insert(inputs.end(), captures.begin(), captures.end());
    std::vector<Tensor> results = evalGraph(body, inputs);
    states.assign(results.begin(), results.begin() + static_cast<int64_t>(parts.states));
    for (size_t i = 0; i < parts.scans; ++i) scans[i].push(results[parts.states + i]);
  }
  for (size_t i = 0; i < parts.states; ++i) ctx.setOutput(i, states[i]);
  for (size_t i = 0; i < parts.scans; ++i)
    if (const Value* v = ctx.node().output(parts.states + i))
      ctx.setOutput(parts.states + i,
                    scans[i].build(*v, parts.outputAxes[i], parts.outputDirections[i] != 0));
}

}  // namespace

DEFINE_OP(Scan) {
  return {
      .name = "Scan",
      .doc =
          "Runs its body for each slice of its scanned inputs. Inputs: states, scanned inputs, captured "
          "values; the "
          "body gives states and values that are stacked over the iterations.",
      .minInputs = 1,
      .maxInputs = -1,
      .minOutputs = 1,
      .maxOutputs = -1,
      .attrs = {{"num_scan_inputs", AttrKind::kInt, "how many inputs are scanned"},
                {"captures", AttrKind::kInt, "how many of the last inputs are captured values; default 0"},
                {"scan_input_axes", AttrKind::kInts, "default 0"},
                {"scan_input_directions", AttrKind::kInts, "0: forward, 1: backward; default 0"},
                {"scan_output_axes", AttrKind::kInts, "default 0"},
                {"scan_output_directions", AttrKind::kInts, "0: appends, 1: prepends; default 0"}},
      .infer = inferScan,
      .eval = evalScan,
      .cases = {
          {"s:f32[2], x:f32[3,2] -> y, z = Scan(s, x) {num_scan_inputs=1} graph body(s:f32[2], x:f32[2]) { "
           "a = Add(s, x); return a, a }"},
          {"s:f32[2], x:f32[2,3], b:f32[2] -> y, z = Scan(s, x, b) {num_scan_inputs=1, captures=1, "
           "scan_input_axes=[1], "
           "scan_input_directions=[1], scan_output_axes=[-1], scan_output_directions=[1]} graph "
           "body(s:f32[2], x:f32[2], "
           "b:f32[2]) { a = Add(s, x); c = Mul(a, b); return a, c }"}}};
}
