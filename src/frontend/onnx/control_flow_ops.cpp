// If, Loop and Scan: their bodies become closed graphs whose captured values are inputs of node and body.
#include <algorithm>

#include "frontend/onnx/registry.h"
#include "graph/ops/infer.h"

namespace tenfold::onnx_frontend {
namespace {

// Gives the body one input per value of `captures`, in that order, as a branch may read fewer than the other.
void alignCaptures(Body& body, const std::vector<Value*>& captures) {
  std::vector<Value*> inputs;
  for (Value* outer : captures) {
    auto it = std::find(body.captures.begin(), body.captures.end(), outer);
    if (it != body.captures.end())
      inputs.push_back(body.graph->inputs[it - body.captures.begin()]);
    else
      inputs.push_back(body.graph->addInput(outer->name, outer->dtype, outer->shape));
  }
  body.graph->inputs = std::move(inputs);
}

void bindResults(OpContext& ctx, Node* node) {
  for (size_t i = 0; i < ctx.numOutputs(); ++i) ctx.setOutput(i, node->output(i));
}

// The condition where it is known: a constant, or decided by shapes.
std::optional<bool> knownCondition(const Value& condition) {
  if (condition.isConstant() && condition.constant.numel() == 1) return condition.constant.getInt(0) != 0;
  if (!condition.contents || condition.contents->size() != 1) return std::nullopt;
  auto value = condition.contents->front().tryConstant();
  return value ? std::optional<bool>(*value != 0) : std::nullopt;
}

void importIf(OpContext& ctx) {
  // Exporters leave branches in for ranks and shapes that this model does not have: they need not even be
  // valid.
  if (auto taken = knownCondition(*ctx.input(0))) {
    std::vector<Value*> results = ctx.inlineBody(*taken ? "then_branch" : "else_branch");
    require(ctx.numOutputs() <= results.size(), "has {} outputs, its branch has {}", ctx.numOutputs(),
            results.size());
    for (size_t i = 0; i < ctx.numOutputs(); ++i) ctx.setOutput(i, results[i]);
    return;
  }
  Body thenBody = ctx.importBody("then_branch", {}), elseBody = ctx.importBody("else_branch", {});
  std::vector<Value*> captures = thenBody.captures;
  for (Value* v : elseBody.captures)
    if (std::find(captures.begin(), captures.end(), v) == captures.end()) captures.push_back(v);
  alignCaptures(thenBody, captures);
  alignCaptures(elseBody, captures);
  std::vector<Value*> inputs = {ctx.input(0)};
  inputs.insert(inputs.end(), captures.begin(), captures.end());
  size_t outputs = thenBody.graph->outputs.size();
  require(outputs == elseBody.graph->outputs.size() && ctx.numOutputs() <= outputs,
          "has {} outputs, its branches have {} and {}", ctx.numOutputs(), outputs,
          elseBody.graph->outputs.size());
  std::vector<std::unique_ptr<Graph>> bodies;
  bodies.push_back(std::move(thenBody.graph));
  bodies.push_back(std::move(elseBody.graph));
  bindResults(ctx, ctx.emitControl("If", std::move(inputs), {}, outputs, std::move(bodies)));
}

// The node with its one body; the captures follow the inputs.
void emitWithBody(OpContext& ctx, const char* op, std::vector<Value*> inputs, Body body, Attributes attrs,
                  size_t outputs) {
  attrs.set("captures", static_cast<int64_t>(body.captures.size()));
  inputs.insert(inputs.end(), body.captures.begin(), body.captures.end());
  std::vector<std::unique_ptr<Graph>> bodies;
  bodies.push_back(std::move(body.graph));
  require(ctx.numOutputs() <= outputs, "has {} outputs, its body gives {}", ctx.numOutputs(), outputs);
  bindResults(ctx, ctx.emitControl(op, std::move(inputs), std::move(attrs), outputs, std::move(bodies)));
}

void importLoop(OpContext& ctx) {
  std::vector<Value*> inputs = ctx.inputs();
  inputs.resize(std::max<size_t>(inputs.size(), 2));
  std::vector<BodyInput> formal = {{DataType::kInt64, SymShape{}}, {DataType::kBool, SymShape{}}};
  for (size_t i = 2; i < inputs.size(); ++i) formal.push_back({ctx.input(i)->dtype, ctx.input(i)->shape});
  Body body = ctx.importBody("body", formal);
  size_t outputs = body.graph->outputs.size();
  require(outputs >= formal.size() - 1, "the body has {} outputs, expected at least {}", outputs,
          formal.size() - 1);
  emitWithBody(ctx, "Loop", std::move(inputs), std::move(body), {}, outputs - 1);
}

void importScan(OpContext& ctx) {
  auto scanned = static_cast<size_t>(std::max<int64_t>(ctx.attrs.integer("num_scan_inputs", 0), 0));
  size_t total = ctx.numInputs();
  require(scanned >= 1 && scanned <= total, "num_scan_inputs is {} of {} inputs", scanned, total);
  std::vector<int64_t> axes = ctx.attrs.integers("scan_input_axes", std::vector<int64_t>(scanned, 0));
  require(axes.size() == scanned, "scan_input_axes has {} entries, expected {}", axes.size(), scanned);
  std::vector<BodyInput> formal;
  for (size_t i = 0; i < total; ++i) {
    formal.push_back({ctx.input(i)->dtype, ctx.input(i)->shape});
    auto& shape = formal.back().shape;
    if (i < total - scanned || !shape) continue;
    require(!shape->empty(), "input {} is a scalar and has no axis to scan", i);
    shape->erase(shape->begin() +
                 normalizeAxis(axes[i - (total - scanned)], static_cast<int>(shape->size())));
  }
  Body body = ctx.importBody("body", formal);
  size_t outputs = body.graph->outputs.size();
  Attributes attrs;
  for (const auto& [name, value] : ctx.attrs.all()) attrs.set(name, value);
  emitWithBody(ctx, "Scan", ctx.inputs(), std::move(body), std::move(attrs), outputs);
}

void importOldScan(OpContext& ctx) {
  ctx.unsupported(
      "not supported: Scan of opset 8, which has a batch axis; convert the model to opset 9 or newer");
}

constexpr ImporterRow kRows[] = {
    {"If", 1, kNewestOpset, importIf},
    {"Loop", 1, kNewestOpset, importLoop},
    {"Scan", 8, 8, importOldScan},
    {"Scan", 9, kNewestOpset, importScan},
};

}  // namespace

Family controlFlowFamily() { return kRows; }

}  // namespace tenfold::onnx_frontend
