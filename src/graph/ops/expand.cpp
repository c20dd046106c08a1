#include "graph/ops/expand.h"

#include "graph/ops/eval.h"

namespace tenfold {

Value* ExpandContext::input(size_t i) const {
  require(node_.hasInput(i), "input {} is missing", i);
  return node_.inputs[i];
}

int ExpandContext::rank(size_t i) const {
  require(input(i)->shape.has_value(), "the rank of input {} must be known", i);
  return input(i)->rank();
}

Node* ExpandContext::emitNode(std::string_view op, std::vector<Value*> inputs, Attributes attrs,
                              size_t outputs) {
  Node* n = graph_.insertNode(&node_, op, std::move(inputs), std::move(attrs), outputs, node_.name);
  inferNode(graph_, *n);
  return n;
}

Value* ExpandContext::emit(std::string_view op, std::vector<Value*> inputs, Attributes attrs) {
  return emitNode(op, std::move(inputs), std::move(attrs), 1)->outputs[0];
}

Value* ExpandContext::ints(const std::vector<int64_t>& values) {
  return constant(Tensor::of<int64_t>(Shape{static_cast<int64_t>(values.size())}, values));
}

Value* ExpandContext::cast(Value* x, DataType type) {
  if (x->dtype == type) return x;
  Attributes to;
  to.setType("to", type);
  return emit("Cast", {x}, std::move(to));
}

void ExpandContext::setOutput(size_t i, Value* value) {
  if (i < results_.size()) results_[i] = value;
}

void expandNode(Graph& graph, Node& node) {
  ExpandContext ctx(graph, node);
  node.op->expand(ctx);
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (!node.outputs[i]) continue;
    ctx.require(ctx.result(i) != nullptr, "its expansion gives no output {}", i);
    ctx.result(i)->name = node.outputs[i]->name;
    graph.replaceUses(node.outputs[i], ctx.result(i));
  }
  graph.eraseNode(&node);
}

namespace {

// A graph that holds just this node's expansion; its inputs stand for the node's present, non-constant ones,
// with the shapes of `actual` where that is given.
std::unique_ptr<Graph> isolate(const Node& node, const EvalContext* actual = nullptr) {
  auto graph = std::make_unique<Graph>();
  graph->symbolScope = fmt::format("x{}.", node.id);
  std::vector<Value*> inputs;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const Value* v = node.inputs[i];
    if (!v) {
      inputs.push_back(nullptr);
    } else if (v->isConstant()) {
      inputs.push_back(graph->addConstant(v->constant));
    } else {
      auto shape = actual ? symShape(actual->input(i).shape()) : v->shape;
      inputs.push_back(graph->addInput(v->name, v->dtype, shape));
      inputs.back()->contents = v->contents;
    }
  }
  Node* copy = graph->addNode(node.op->name, inputs, node.attrs, node.outputs.size(), node.name);
  for (size_t i = 0; i < node.outputs.size(); ++i)
    if (!node.outputs[i]) graph->dropOutput(copy, i);
  for (Value* v : copy->outputs)
    if (v) graph->outputs.push_back(v);
  expandNode(*graph, *copy);
  return graph;
}

}  // namespace

// Where a rank is unknown, some operators can still be expanded, which tells the types.
static std::unique_ptr<Graph> tryIsolate(const InferContext& ctx) {
  bool ranksKnown = true;
  for (size_t i = 0; i < ctx.numInputs(); ++i) ranksKnown = ranksKnown && (!ctx.has(i) || ctx.hasShape(i));
  if (ranksKnown) return isolate(ctx.node());
  try {
    return isolate(ctx.node());
  } catch (const Error&) {
    return nullptr;
  }
}

void inferByExpansion(InferContext& ctx) {
  std::unique_ptr<Graph> graph = tryIsolate(ctx);
  size_t next = 0;
  for (size_t i = 0; i < ctx.numOutputs() && graph; ++i) {
    if (!ctx.node().outputs[i]) continue;
    const Value* v = graph->outputs[next++];
    ctx.setType(i, v->dtype);
    if (v->shape) ctx.setShape(i, *v->shape);
    if (v->contents) ctx.setContents(i, *v->contents);
  }
  for (size_t i = 0; i < ctx.numInputs() && !graph; ++i)
    if (ctx.has(i)) ctx.shape(i);  // ends the inference at the input whose rank is unknown
}

void evalByExpansion(EvalContext& ctx) {
  std::unique_ptr<Graph> graph = isolate(ctx.node(), &ctx);
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < ctx.numInputs(); ++i)
    if (ctx.has(i) && !ctx.node().inputs[i]->isConstant()) inputs.push_back(ctx.input(i));
  std::vector<Tensor> results = evalGraph(*graph, inputs);
  size_t next = 0;
  for (size_t i = 0; i < ctx.numOutputs(); ++i)
    if (ctx.wants(i)) ctx.setOutput(i, results[next++]);
}

}  // namespace tenfold
