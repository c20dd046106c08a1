#include "targets/cuda/tactics/call_tactic.h"

#include <algorithm>

#include "base/rounding.h"
#include "graph/ops/op_def.h"
#include "targets/cuda/driver/driver.h"
#include "targets/cuda/tactics/strides.h"

namespace tenfold::cuda {
namespace {

constexpr unsigned kThreads = 256;     // kCallThreads of kernels/call.cuh
constexpr const char* kLast = "last";  // the kernel that waits for a count

const CallRow* find(const CallFamily& family, const Node& node) {
  for (const CallRow& row : family.rows)
    if (node.is(row.op)) return &row;
  return nullptr;
}

CUdeviceptr pointer(const void* memory) { return reinterpret_cast<CUdeviceptr>(memory); }

class CallLaunch final : public Launch {
 public:
  CallLaunch(const Node& node, const CallRow& row, std::shared_ptr<const Module> module, Descs inputs,
             Descs outputs)
      : node_(node),
        row_(row),
        module_(std::move(module)),
        inputs_(inputs.begin(), inputs.end()),
        plan_(row.plan(node, inputs, outputs)) {
    for (const CallPlan::Step& step : plan_.steps)
      functions_.push_back(module_->function(fmt::format("call{}", step.kernel).c_str()));
    if (row.shapes) functions_.push_back(module_->function(kLast));
  }
  size_t workspaceBytes() const override { return plan_.workspace; }

  void run(const LaunchArgs& args) override {
    Call call = plan_.call;  // what this run adds is not the next one's
    for (size_t i = 0; i < inputs_.size(); ++i) call.in[i] = args.inputs[i];
    for (size_t o = 0; o < node_.outputs.size(); ++o) call.out[o] = args.outputs[o];
    call.workspace = args.workspace;
    if (plan_.copyBytes && call.out[0] != call.in[0])
      check(driver().cuMemcpyDtoDAsync(pointer(call.out[0]), pointer(call.in[0]), plan_.copyBytes,
                                       static_cast<CUstream>(args.stream)),
            "copying what is changed");
    for (size_t i = 0; i < plan_.steps.size(); ++i) enqueue(functions_[i], plan_.steps[i], call, args.stream);
    if (row_.shapes) finish(call, args);
  }

 private:
  static void enqueue(CUfunction function, const CallPlan::Step& step, Call& call, void* stream) {
    if (step.threads == 0) return;
    call.n[39] = step.argument;
    void* parameters[] = {&call};
    auto blocks = static_cast<unsigned>(ceilDiv(step.threads, kThreads));
    launch(function, {{blocks, 1, 1}, kThreads, 0}, parameters, stream);
  }

  // Reads the count, asks for memory and runs the last kernel.
  void finish(Call& call, const LaunchArgs& args) {
    auto stream = static_cast<CUstream>(args.stream);
    uint32_t found = 0;
    check(driver().cuMemcpyDtoHAsync(&found, pointer(args.workspace), sizeof found, stream),
          "reading a count");
    check(driver().cuStreamSynchronize(stream), "reading a count");
    std::vector<Shape> shapes = row_.shapes(node_, inputs_, found);
    for (size_t o = 0; o < node_.outputs.size(); ++o)
      if (node_.outputs[o]) call.out[o] = args.dynamicOutputs->provide(o, shapes[o]);
    call.n[0] = static_cast<int32_t>(found);
    call.count = static_cast<uint32_t>(shapes[0].numel());
    enqueue(functions_.back(), {0, blocksFor(call.count, kThreads) * int64_t{kThreads}}, call, args.stream);
  }

  const Node& node_;
  const CallRow& row_;
  std::shared_ptr<const Module> module_;
  const std::vector<TensorDesc> inputs_;
  const CallPlan plan_;
  std::vector<CUfunction> functions_;
};

std::string kernelCode(const CallFamily& family, const Node& node, const TuningHint& hint) {
  const CallRow& row = *find(family, node);
  std::string code = fmt::format("#include \"{}\"\n", family.header);
  std::vector<std::string> kernels = row.kernels(node, hint);
  for (size_t i = 0; i < kernels.size(); ++i)
    code += fmt::format(
        "extern \"C\" __global__ void __launch_bounds__({}) {}(const __grid_constant__ Call c) {{ {}(c); "
        "}}\n",
        kThreads, row.shapes && i + 1 == kernels.size() ? kLast : fmt::format("call{}", i), kernels[i]);
  return code;
}

class CallTactic final : public GeneratedTactic {
 public:
  CallTactic(const Device& device, const CallFamily& family) : GeneratedTactic(device), family_(family) {}
  std::string_view name() const override { return family_.name; }
  std::string refuses(const Node& node, const TuningHint& hint) const override {
    const CallRow* row = find(family_, node);
    if (!row) return "the operator is not in the table";
    if (std::string why = refusesChannelsLast(hint); !why.empty()) return why;
    return reasonOf([&] {
      requireSmall(hint.inputs);
      requireSmall(hint.outputs);
      if (hint.inputs.size() > std::size(Call{}.in)) fail(ErrorKind::kUnsupported, "it has many inputs");
      row->kernels(node, hint);
      row->plan(node, hint.inputs, hint.outputs);
    });
  }
  std::vector<Candidate> candidates(const Node& node, const TuningHint& hint) const override {
    return oneCandidate(device_, node, hint);
  }

 protected:
  std::string generate(const Node& node, const std::string&, const TuningHint& hint) const override {
    return kernelCode(family_, node, hint);
  }
  std::unique_ptr<Kernel> makeKernel(KernelParts parts) const override {
    return kernelOf([&node = parts.node, &row = *find(family_, parts.node), module = std::move(parts.module)](
                        Descs inputs, Descs outputs) {
      return std::make_unique<CallLaunch>(node, row, module, inputs, outputs);
    });
  }

 private:
  const CallFamily& family_;
};

}  // namespace

CallPlan onePerItem(int64_t count) {
  CallPlan plan;
  plan.call.count = static_cast<uint32_t>(count);
  plan.steps = {{0, blocksFor(count, kThreads) * int64_t{kThreads}}};
  return plan;
}

void setLanes(Call& call, const Shape& shape, int axis) {
  int64_t inner = shape.numel(axis + 1, shape.rank());
  call.n[1] = static_cast<int32_t>(shape.rank() ? shape[axis] : 1);
  call.n[2] = static_cast<int32_t>(inner);
  call.d[0] = divisorOf(inner);
}

std::unique_ptr<Tactic> makeTactic(const Device& device, const CallFamily& family) {
  return std::make_unique<CallTactic>(device, family);
}

}  // namespace tenfold::cuda
