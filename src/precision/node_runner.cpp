#include "precision/node_runner.h"

#include <algorithm>

#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/op_def.h"
#include "optimize/precision/precision.h"
#include "plan/build/build.h"
#include "runtime/session.h"

namespace tenfold {
namespace {

constexpr int64_t kLongestShape = 64;  // elements of an integer tensor that may decide shapes

bool isShapeLike(const Tensor& t) {
  return (isInteger(t.dtype()) || t.dtype() == DataType::kBool) && t.numel() <= kLongestShape;
}

// Without any data of size, the host is as good.
bool isSmall(const std::vector<Tensor>& inputs) {
  return std::all_of(inputs.begin(), inputs.end(),
                     [](const Tensor& t) { return !t.defined() || t.numel() <= kLongestShape; });
}

// A graph of the node alone. `given`: what its inputs are fed with.
std::unique_ptr<Graph> isolate(const Node& node, const std::vector<Tensor>& inputs,
                               std::vector<Tensor>& given) {
  auto graph = std::make_unique<Graph>();
  std::vector<Value*> values;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!node.inputs[i]) {
      values.push_back(nullptr);
    } else if (node.inputs[i]->isConstant() || isShapeLike(inputs[i])) {
      values.push_back(graph->addConstant(inputs[i]));
    } else {
      values.push_back(
          graph->addInput(fmt::format("input{}", i), inputs[i].dtype(), symShape(inputs[i].shape())));
      given.push_back(inputs[i]);
    }
  }
  Node* copy = graph->addNode(node.op->name, values, node.attrs, node.outputs.size(), node.name);
  for (const auto& body : node.bodies) copy->bodies.push_back(body->clone());
  for (size_t i = node.outputs.size(); i-- > 0;)
    if (!node.outputs[i]) graph->dropOutput(copy, i);
  inferNode(*graph, *copy);
  for (size_t i = 0; i < copy->outputs.size(); ++i) {
    if (!copy->outputs[i]) continue;
    copy->outputs[i]->name = fmt::format("output{}", i);
    graph->outputs.push_back(copy->outputs[i]);
  }
  return graph;
}

}  // namespace

std::vector<Tensor> runNode(const Node& node, const std::vector<Tensor>& inputs, DataType lowered,
                            Target& target) {
  if (lowered == DataType::kUndefined && (isSmall(inputs) || node.is("Identity")))
    return evalNode(node, inputs);
  std::vector<Tensor> given;
  std::unique_ptr<Graph> graph = isolate(node, inputs, given);
  if (lowered != DataType::kUndefined) {
    graph->nodes().front()->attrs.setType(kWantedPrecision, lowered);
    lowerPrecision(*graph, DataType::kUndefined);
  }
  BuildOptions options;
  options.tuner.measure = false;
  options.disabledPasses = buildPassNames();
  std::vector<Tensor> results =
      Session(buildPlan(std::move(graph), target, std::move(options)), target).run(given);
  std::vector<Tensor> all(node.outputs.size());
  size_t next = 0;
  for (size_t i = 0; i < all.size(); ++i)
    if (node.outputs[i]) all[i] = results.at(next++);
  return all;
}

}  // namespace tenfold
