#include "targets/cuda/tactics/host.h"

#include "base/error.h"
#include "graph/ops/eval.h"
#include "graph/ops/op_def.h"
#include "targets/cuda/driver/driver.h"

namespace tenfold::cuda {
namespace {

CUdeviceptr pointer(const void* memory) { return reinterpret_cast<CUdeviceptr>(memory); }

class HostLaunch final : public Launch {
 public:
  HostLaunch(const Node& node, std::span<const TensorDesc> inputs, std::span<const TensorDesc> outputs)
      : node_(node), inputs_(inputs.begin(), inputs.end()), outputs_(outputs.begin(), outputs.end()) {}

  void run(const LaunchArgs& args) override {
    auto stream = static_cast<CUstream>(args.stream);
    std::vector<Tensor> tensors(inputs_.size());
    for (size_t i = 0; i < inputs_.size(); ++i) {
      if (inputs_[i].dtype == DataType::kUndefined) continue;
      tensors[i] = Tensor(inputs_[i].dtype, inputs_[i].shape);
      if (tensors[i].bytes())
        check(driver().cuMemcpyDtoHAsync(tensors[i].data(), pointer(args.inputs[i]), tensors[i].bytes(),
                                         stream),
              "copying to the host");
    }
    check(driver().cuStreamSynchronize(stream), "the work before a host step");
    std::vector<Tensor> results(outputs_.size());
    EvalContext context(node_, std::move(tensors), [&](size_t i, DataType type, const Shape& shape) {
      return results.at(i) = Tensor(type, shape);
    });
    node_.op->eval(context);
    for (size_t i = 0; i < results.size(); ++i) give(args, i, results[i], stream);
    check(driver().cuStreamSynchronize(stream), "copying to the device");
  }

 private:
  void give(const LaunchArgs& args, size_t i, const Tensor& result, CUstream stream) const {
    if (!result.defined() || !node_.output(i)) return;
    void* to = args.outputs[i];
    if (node_.op->dataDependentShape && args.dynamicOutputs)
      to = args.dynamicOutputs->provide(i, result.shape());
    if (to && result.bytes())
      check(driver().cuMemcpyHtoDAsync(pointer(to), result.data(), result.bytes(), stream),
            "copying to the device");
  }

  const Node& node_;
  std::vector<TensorDesc> inputs_, outputs_;
};

class HostKernel final : public Kernel {
 public:
  explicit HostKernel(const Node& node) : node_(node) {}
  std::unique_ptr<Launch> prepare(std::span<const TensorDesc> inputs,
                                  std::span<const TensorDesc> outputs) const override {
    return std::make_unique<HostLaunch>(node_, inputs, outputs);
  }

 private:
  const Node& node_;
};

constexpr double kBytesPerSecond = 1e3;  // slower than anything else

}  // namespace

std::string HostTactic::refuses(const Node& node, const TuningHint& hint) const {
  if (!node.op->eval) return fmt::format("{} has no reference evaluation", node.opName());
  for (const auto* side : {&hint.inputs, &hint.outputs})
    for (const TensorDesc& d : *side)
      if (d.layout != Layout::kPlain) return "it knows plain layout only";
  return "";
}

std::vector<Candidate> HostTactic::candidates(const Node&, const TuningHint&) const {
  return {{"", 1.0 / kBytesPerSecond}};
}

CompiledKernel HostTactic::compile(const Node& node, const std::string& config, const TuningHint&) const {
  return {std::string(name()), config, {}, std::vector<uint8_t>(node.inputs.size(), 0)};
}

std::unique_ptr<Kernel> HostTactic::load(const Node& node, const CompiledKernel&) const {
  return std::make_unique<HostKernel>(node);
}

}  // namespace tenfold::cuda
