#include "runtime/infer_concrete.h"

#include "graph/ops/infer.h"

namespace tenfold {

std::vector<std::optional<Shape>> inferConcrete(const Node& node, std::span<const TensorDesc> inputs,
                                                std::span<void* const> addresses) {
  // Longer integer tensors are data, not shapes.
  constexpr int64_t kLongestShapeTensor = 4096;
  Graph graph;
  std::vector<Value*> values;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const TensorDesc& d = inputs[i];
    bool decidesShapes = isInteger(d.dtype) || d.dtype == DataType::kBool || d.shape.numel() <= 8;
    if (!node.inputs[i])
      values.push_back(nullptr);
    else if (decidesShapes && d.shape.numel() <= kLongestShapeTensor && (addresses[i] || !d.shape.numel()))
      values.push_back(graph.addConstant(Tensor(d.dtype, d.shape, addresses[i])));
    else
      values.push_back(graph.addInput(node.inputs[i]->name, d.dtype, symShape(d.shape)));
  }
  Node* copy = graph.addNode(node.op->name, values, node.attrs, node.outputs.size(), node.name);
  for (const auto& body : node.bodies) copy->bodies.push_back(body->clone());
  inferNode(graph, *copy);
  std::vector<std::optional<Shape>> shapes;
  for (const Value* v : copy->outputs) shapes.push_back(v->shape ? constantShape(*v->shape) : std::nullopt);
  return shapes;
}

}  // namespace tenfold
