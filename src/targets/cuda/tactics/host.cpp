#include <cstring>

#include "base/error.h"
#include "graph/ops/eval.h"
#include "graph/ops/op_def.h"
#include "targets/cuda/driver/driver.h"
#include "targets/cuda/tactics/tactics.h"
#include "targets/strides.h"

namespace tenfold::cuda {
namespace {

CUdeviceptr pointer(const void* memory) { return reinterpret_cast<CUdeviceptr>(memory); }

// The same elements in another layout's order.
Tensor relayout(const Tensor& t, Layout from, Layout to) {
  if (from == to) return t;
  Tensor out(t.dtype(), t.shape());
  auto strides = [&](Layout layout) { return stridesOf({t.dtype(), t.shape(), layout}); };
  Shape a = strides(from), b = strides(to), plain = strides(Layout::kPlain);
  size_t bytes = static_cast<size_t>(typeBits(t.dtype())) / 8;
  for (int64_t i = 0; i < t.numel(); ++i) {
    int64_t x = 0, y = 0;
    for (int d = 0; d < t.rank(); ++d) {
      int64_t index = i / plain[d] % t.shape()[d];
      x += index * a[d];
      y += index * b[d];
    }
    std::memcpy(out.as<char>() + static_cast<size_t>(y) * bytes,
                t.as<char>() + static_cast<size_t>(x) * bytes, bytes);
  }
  return out;
}

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
    for (size_t i = 0; i < tensors.size(); ++i)
      if (tensors[i].defined()) tensors[i] = relayout(tensors[i], inputs_[i].layout, Layout::kPlain);
    std::vector<Tensor> results(outputs_.size());
    EvalContext context(node_, std::move(tensors), [&](size_t i, DataType type, const Shape& shape) {
      return results.at(i) = Tensor(type, shape);
    });
    node_.op->eval(context);
    for (size_t i = 0; i < results.size(); ++i) give(args, i, results[i], stream);
  }

 private:
  void give(const LaunchArgs& args, size_t i, Tensor result, CUstream stream) const {
    if (!result.defined() || !node_.output(i)) return;
    result = relayout(result, Layout::kPlain, outputs_[i].layout);
    void* to = args.outputs[i];
    if (node_.op->dataDependentShape && args.dynamicOutputs)
      to = args.dynamicOutputs->provide(i, result.shape());
    if (to && result.bytes())
      check(driver().cuMemcpyHtoDAsync(pointer(to), result.data(), result.bytes(), stream),
            "copying to the device");
    check(driver().cuStreamSynchronize(stream), "copying to the device");
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

class HostTactic final : public Tactic {
 public:
  std::string_view name() const override { return "host-reference"; }
  std::string refuses(const Node& node, const TuningHint& hint) const override {
    for (const auto* side : {&hint.inputs, &hint.outputs})
      for (const TensorDesc& d : *side)
        if (d.layout != Layout::kPlain && typeBits(d.dtype) < 8)
          return "packed elements have the plain layout only";
    return node.op->eval ? "" : fmt::format("{} has no reference evaluation", node.opName());
  }

  std::vector<Candidate> candidates(const Node&, const TuningHint&) const override {
    return {{"", 1.0 / kBytesPerSecond}};
  }

  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint&) const override {
    return {std::string(name()), config, {}, std::vector<uint8_t>(node.inputs.size(), 0)};
  }

  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel&) const override {
    return std::make_unique<HostKernel>(node);
  }
};

}  // namespace

std::unique_ptr<Tactic> makeHost() { return std::make_unique<HostTactic>(); }

}  // namespace tenfold::cuda
