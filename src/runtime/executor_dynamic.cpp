// Steps whose shapes follow from data: their shapes are found and their launches prepared while running.
#include <algorithm>

#include "base/error.h"
#include "graph/ir/symbols.h"
#include "graph/ops/op_def.h"
#include "runtime/control_flow.h"
#include "runtime/executor_state.h"
#include "runtime/infer_concrete.h"

namespace tenfold {
namespace {

bool sameDescs(const std::vector<TensorDesc>& a, const std::vector<TensorDesc>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const TensorDesc& x, const TensorDesc& y) {
    return x.shape == y.shape && x.dtype == y.dtype;
  });
}

}  // namespace

// Memory for the outputs of an operator that finds their shapes itself.
struct Executor::DynamicMemory : OutputMemory {
  DynamicMemory(Executor& executor, const Node& node, const RunArgs& args)
      : executor(executor), node(node), args(args) {}
  void* provide(size_t index, const Shape& shape) override {
    return executor.provide(*node.outputs[index], shape, args);
  }
  Executor& executor;
  const Node& node;
  const RunArgs& args;
};

void Executor::findOutputShapes(size_t step, StreamHandle stream) {
  const Node& node = *loaded_.plan().steps[step].node;
  auto unknown = [&](const Value* v) {
    if (!v || loaded_.hasStaticShape(*v)) return false;
    if (!isShapeBoundBy(*v, bindings_)) return true;
    shapes_[v->id] = evalShape(*v->shape, bindings_);
    return false;
  };
  if (std::none_of(node.outputs.begin(), node.outputs.end(), unknown)) {
    if (loaded_.isOpen(step)) checkShapes(step);
    return;
  }
  // Longer tensors are data, not shapes: nothing but their shape is looked at.
  constexpr int64_t kLongestShapeTensor = 4096;
  std::vector<TensorDesc> inputs;
  std::vector<Tensor> held;
  std::vector<void*> addresses;
  for (const Value* v : node.inputs) {
    inputs.push_back(desc(v));
    held.push_back(v && shapes_[v->id].numel() <= kLongestShapeTensor ? onHost(*v, stream) : Tensor());
    addresses.push_back(held.back().data());
  }
  std::vector<std::optional<Shape>> shapes = inferConcrete(node, inputs, addresses);
  for (size_t i = 0; i < shapes.size(); ++i) {
    if (!node.outputs[i]) continue;
    require(shapes[i].has_value(),
            "node '{}' ({}): the shape of output {} cannot be determined from its inputs", node.name,
            node.opName(), i);
    const Value& v = *node.outputs[i];
    require(unknown(&v) || *shapes[i] == shapes_[v.id],
            "node '{}' ({}): output {} has shape {} for the shapes given; the network was built for {} there",
            node.name, node.opName(), i, shapes[i]->str(), shapes_[v.id].str());
    shapes_[v.id] = *shapes[i];
  }
}

void Executor::runDynamic(size_t step, const RunArgs& args) {
  const Step& s = loaded_.plan().steps[step];
  const Node& node = *s.node;
  if (s.kind == StepKind::kControl) return ControlFlow(*this, step, args).run();
  StepArgs& a = stepArgs_[step];
  bool findsShapes = node.op->dataDependentShape;
  if (!findsShapes) findOutputShapes(step, args.stream);
  for (const Value* v : node.outputs)
    if (v && !findsShapes) {
      shapeKnown_[v->id] = true;
      bindShape(*v, shapes_[v->id]);
    }
  if (s.kind == StepKind::kAlias) return;
  for (size_t i = 0; i < a.inputs.size(); ++i) a.inputs[i] = address(node.inputs[i]);
  for (size_t i = 0; i < a.outputs.size(); ++i)
    a.outputs[i] = findsShapes || !node.outputs[i] ? nullptr
                   : loaded_.hasStaticShape(*node.outputs[i])
                       ? address(node.outputs[i])
                       : provide(*node.outputs[i], shapes_[node.outputs[i]->id], args);
  std::vector<TensorDesc> inputs, outputs;
  for (const Value* v : node.inputs) inputs.push_back(desc(v));
  for (const Value* v : node.outputs)
    outputs.push_back(findsShapes && v ? TensorDesc{v->dtype, {}, v->layout} : desc(v));
  int64_t preparation = 0;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].known && !node.inputs[i]->isConstant()) preparation = prepared_->serial;
  if (!a.dynamicLaunch || preparation != a.lastPreparation || !sameDescs(inputs, a.lastInputs) ||
      !sameDescs(outputs, a.lastOutputs)) {
    a.dynamicLaunch = prepareLaunch(step, inputs, outputs);
    a.lastPreparation = preparation;
    a.lastInputs = std::move(inputs);
    a.lastOutputs = std::move(outputs);
  }
  if (!a.dynamicLaunch) return;
  DynamicMemory memory(*this, node, args);
  void* scratch = workspace(std::max(prepared_->workspaceBytes, a.dynamicLaunch->workspaceBytes()));
  a.dynamicLaunch->run(
      {a.inputs.data(), a.outputs.data(), scratch, args.stream, findsShapes ? &memory : nullptr});
}

}  // namespace tenfold
