#include "targets/reference_launch.h"

#include <utility>

#include "base/error.h"
#include "graph/ops/eval.h"
#include "graph/ops/op_def.h"

namespace tenfold {
namespace {

class ReferenceLaunch final : public Launch {
 public:
  ReferenceLaunch(const Node& node, Descs inputs, Descs outputs)
      : node_(node), inputs_(inputs.begin(), inputs.end()), outputs_(outputs.begin(), outputs.end()) {}

  void run(const LaunchArgs& args) override {
    std::vector<Tensor> tensors(inputs_.size());
    for (size_t i = 0; i < inputs_.size(); ++i)
      if (inputs_[i].dtype != DataType::kUndefined)
        tensors[i] = Tensor(inputs_[i].dtype, inputs_[i].shape, args.inputs[i]);
    EvalContext context(node_, std::move(tensors), [&](size_t i, DataType type, const Shape& shape) {
      return place(args, i, type, shape);
    });
    node_.op->eval(context);
  }

 private:
  Tensor place(const LaunchArgs& args, size_t i, DataType type, const Shape& shape) const {
    if (node_.op->dataDependentShape && args.dynamicOutputs)
      return Tensor(type, shape, args.dynamicOutputs->provide(i, shape));
    if (!args.outputs[i]) return Tensor(type, shape);
    require(i < outputs_.size() && shape == outputs_[i].shape && type == outputs_[i].dtype,
            "node '{}' ({}): output {} came out as {}{}, but {}{} was planned", node_.name, node_.opName(), i,
            typeName(type), shape.str(), typeName(outputs_[i].dtype), outputs_[i].shape.str());
    return Tensor(type, shape, args.outputs[i]);
  }

  const Node& node_;
  std::vector<TensorDesc> inputs_, outputs_;
};

}  // namespace

std::unique_ptr<Launch> referenceLaunch(const Node& node, Descs inputs, Descs outputs) {
  return std::make_unique<ReferenceLaunch>(node, inputs, outputs);
}

}  // namespace tenfold
