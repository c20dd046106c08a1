#include "graph/ops/eval.h"

#include <cstring>
#include <unordered_map>

#include "graph/ops/op_def.h"

namespace tenfold {

EvalContext::EvalContext(const Node& node, std::vector<Tensor> inputs, Allocate allocate)
    : node_(node), inputs_(std::move(inputs)), outputs_(node.outputs.size()), allocate_(std::move(allocate)) {
  if (!allocate_) allocate_ = [](size_t, DataType type, const Shape& shape) { return Tensor(type, shape); };
}

void EvalContext::failText(const std::string& message) const {
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("node '{}' ({}): {}", node_.name, node_.opName(), message));
}

const Tensor& EvalContext::input(size_t i) const {
  require(has(i), "input {} is missing", i);
  return inputs_[i];
}

Tensor& EvalContext::output(size_t i, DataType type, const Shape& shape) {
  if (i >= outputs_.size()) outputs_.resize(i + 1);
  outputs_[i] = wants(i) ? allocate_(i, type, shape) : Tensor(type, shape);
  return outputs_[i];
}

Tensor& EvalContext::output(size_t i, const Shape& shape) {
  const Value* v = node_.output(i);
  return output(i, v ? v->dtype : input(0).dtype(), shape);
}

void EvalContext::setOutput(size_t i, Tensor tensor) {
  if (!wants(i)) return;
  Tensor place = allocate_(i, tensor.dtype(), tensor.shape());
  if (place.bytes()) std::memcpy(place.data(), tensor.data(), place.bytes());
  outputs_[i] = place;
}

std::vector<Tensor> evalNode(const Node& node, const std::vector<Tensor>& inputs) {
  if (!node.op->eval)
    fail(ErrorKind::kUnsupported, "node '{}': not supported: {} has no reference evaluation", node.name,
         node.opName());
  EvalContext ctx(node, inputs);
  try {
    node.op->eval(ctx);
  } catch (const std::logic_error& e) {
    ctx.require(false, "its inputs or attributes do not fit the operator ({})", e.what());
  }
  std::vector<Tensor> results = std::move(ctx.results());
  results.resize(node.outputs.size());  // operators may have asked for scratch tensors beyond them
  return results;
}

std::vector<Tensor> evalGraph(const Graph& graph, const std::vector<Tensor>& inputs) {
  require(inputs.size() == graph.inputs.size(), "graph '{}' takes {} inputs, {} were given", graph.name,
          graph.inputs.size(), inputs.size());
  std::unordered_map<const Value*, Tensor> known;
  for (size_t i = 0; i < inputs.size(); ++i) known[graph.inputs[i]] = inputs[i];
  auto get = [&](const Value* v) {
    if (!v) return Tensor{};
    if (v->isConstant()) return v->constant;
    return known.at(v);
  };
  for (const Node* node : graph.nodes()) {
    std::vector<Tensor> args;
    for (const Value* v : node->inputs) args.push_back(get(v));
    std::vector<Tensor> results = evalNode(*node, args);
    for (size_t i = 0; i < node->outputs.size(); ++i)
      if (node->outputs[i]) known[node->outputs[i]] = results[i];
  }
  std::vector<Tensor> outputs;
  for (const Value* v : graph.outputs) outputs.push_back(get(v));
  return outputs;
}

}  // namespace tenfold
