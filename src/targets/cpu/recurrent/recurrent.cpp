#include "targets/cpu/recurrent/recurrent.h"

#include "base/error.h"
#include "targets/cpu/recurrent/recurrent_launch.h"

namespace tenfold::cpu {
namespace {

std::string refusesNode(const Node& node, const TuningHint& hint) {
  if (!node.is("LSTM") && !node.is("GRU")) return "is no recurrent network";
  Descs in = hint.inputs;
  for (size_t i : {kX, kW, kR})
    if (in[i].dtype != DataType::kFloat32) return fmt::format("elements are {}", typeName(in[i].dtype));
  for (size_t i : {kW, kR, kBias})
    if (isPresent(in, i) && (!node.inputs[i]->isConstant() || !in[i].known))
      return "the weights are no constants";
  if (isPresent(in, kLengths) || isPresent(in, kPeepholes)) return "sequence lengths or peepholes";
  const Attributes& a = node.attrs;
  if (a.real("clip", 0) != 0 || a.integer("layout", 0) != 0 || a.integer("input_forget", 0) != 0)
    return "clip, layout or input_forget";
  static const std::vector<std::string> kUsual = {"Sigmoid", "Tanh", "Tanh"};
  std::vector<std::string> functions = a.texts("activations");
  size_t count = node.is("LSTM") ? 3 : 2;
  for (size_t i = 0; i < functions.size(); ++i)
    if (functions[i] != kUsual[i % count]) return "other activations";
  return refusesChannelsLast(hint);
}

class RecurrentKernel final : public Kernel {
 public:
  RecurrentKernel(const Node& node, Tensor weights) : node_(node), weights_(std::move(weights)) {}
  std::unique_ptr<Launch> prepare(Descs inputs, Descs) const override {
    RecurrentWeights p = describeWeights(node_, inputs);
    if (weights_.numel() != p.size())
      fail(ErrorKind::kInvalidPlan, "node '{}': {} packed weights, expected {}", node_.name, weights_.numel(),
           p.size());
    return prepareRecurrent(node_, p, weights_.as<float>(), inputs);
  }

 private:
  const Node& node_;
  Tensor weights_;
};

class RecurrentTactic final : public Tactic {
 public:
  std::string_view name() const override { return "recurrent"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override {
    return refusesNode(node, hint);
  }
  std::vector<Candidate> candidates(const Node&, const TuningHint& hint) const override {
    return {{"units=16", 1e-6 + bytesMoved(hint) / 5e9}};
  }
  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint& hint) const override {
    RecurrentWeights p = describeWeights(node, hint.inputs);
    Tensor weights(DataType::kFloat32, Shape{p.size()});
    float* to = weights.as<float>();
    auto part = [&](size_t input, int64_t d) {
      if (!isPresent(hint.inputs, input)) return static_cast<const float*>(nullptr);
      return static_cast<const float*>(hint.inputs[input].known) +
             d * hint.inputs[input].shape.numel() / p.directions;
    };
    for (int64_t d = 0; d < p.directions; ++d) {
      p.packMatrix(part(kW, d), p.inputs, to);
      p.packMatrix(part(kR, d), p.hidden, to + p.wSize());
      p.packBias(part(kBias, d), node.is("GRU"), to + p.wSize() + p.rSize());
      to += p.wSize() + p.rSize() + p.biasSize();
    }
    CompiledKernel compiled{"recurrent", config, {weights}, std::vector<uint8_t>(node.inputs.size(), 0)};
    for (size_t i : {kW, kR, kBias})
      if (isPresent(hint.inputs, i)) compiled.packedInputs[i] = 1;
    return compiled;
  }
  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const override {
    if (compiled.blobs.size() != 1 || compiled.blobs[0].dtype() != DataType::kFloat32)
      fail(ErrorKind::kInvalidPlan, "node '{}': packed weights are missing", node.name);
    return std::make_unique<RecurrentKernel>(node, compiled.blobs[0]);
  }
};

}  // namespace

const Tactic& recurrentTactic() {
  static const RecurrentTactic tactic;
  return tactic;
}

}  // namespace tenfold::cpu
