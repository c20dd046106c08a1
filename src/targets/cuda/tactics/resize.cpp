#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/fast_divisor.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"
#include "targets/resize_plan.h"

namespace tenfold::cuda {
namespace {

constexpr unsigned kThreads = 256;

// Resize of kernels/resize.cuh.
struct Params {
  const void* in = nullptr;
  void* out = nullptr;
  const void* position[3] = {};
  const void* weight[3] = {};
  uint32_t count = 0;
  FastDivisor inner, extent[3];
  int32_t inExtent[3] = {1, 1, 1}, taps[3] = {1, 1, 1};
};

struct Axis {
  std::vector<int32_t> position{0};
  std::vector<float> weight{1};
};

struct Plan {
  Params params;
  Axis axes[3];
  int resized = 0;    // the last so many axes
  int64_t inner = 1;  // elements behind them
};

// Elements that lie side by side and are moved at once where there are enough behind the resized axes.
int64_t widthOf(DataType type) { return std::min(128 / typeBits(type), 8); }

bool isNearest(const Node& node) { return node.attrs.text("mode", "nearest") == "nearest"; }

// As many taps for every element as the one with the most has; the others' weigh nothing.
Axis makeAxis(const Attributes& attrs, const AxisResize& plan, int32_t& count) {
  std::vector<Taps> all;
  if (plan.isIdentity())
    for (int64_t i = 0; i < plan.out; ++i) all.push_back({{{i, 1.0}}, false});
  else
    all = resizeTaps(attrs, plan);
  size_t most = 1;
  for (const Taps& t : all) most = std::max(most, t.taps.size());
  Axis axis{{}, {}};
  for (const Taps& t : all) {
    if (t.outside) fail(ErrorKind::kUnsupported, "positions outside the region");
    for (size_t k = 0; k < most; ++k) {
      bool there = k < t.taps.size();
      axis.position.push_back(there ? static_cast<int32_t>(t.taps[k].position) : 0);
      axis.weight.push_back(there ? static_cast<float>(t.taps[k].weight) : 0);
    }
  }
  count = static_cast<int32_t>(most);
  return axis;
}

Plan makePlan(const Node& node, Descs in, Descs out) {
  requireSmall(in);
  requireSmall(out);
  constexpr int kAxes = 3;
  ResizePlan resize(node, in, out, kAxes);
  Plan plan;
  auto place = kAxes - static_cast<int>(resize.axes.size());
  for (const AxisResize& axis : resize.axes) {
    plan.axes[place] = makeAxis(node.attrs, axis, plan.params.taps[place]);
    plan.params.inExtent[place] = static_cast<int32_t>(axis.in);
    plan.params.extent[place++] = divisorOf(axis.out);
  }
  plan.resized = static_cast<int>(resize.axes.size());
  plan.inner = std::max<int64_t>(resize.inner, 1);
  plan.params.count = static_cast<uint32_t>(out[0].shape.numel());
  return plan;
}

template <typename T>
DeviceBuffer upload(const std::vector<T>& values) {
  Tensor bytes(DataType::kUInt8, {static_cast<int64_t>(values.size() * sizeof(T))});
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), values.size() * sizeof(T));
  return DeviceBuffer(bytes);
}

// The kernel for so many axes, by single elements or by vectors.
std::string kernelName(int axes, bool vectors) {
  return fmt::format("resized{}{}", axes, vectors ? "vectors" : "");
}

class ResizeLaunch final : public Launch {
 public:
  ResizeLaunch(std::shared_ptr<const Module> module, const Plan& plan, DataType type)
      : module_(std::move(module)), params_(plan.params), inner_(plan.inner), width_(widthOf(type)) {
    int axes = plan.resized <= 2 ? 2 : 3;
    one_ = module_->function(kernelName(axes, false).c_str());
    if (plan.inner % width_ == 0) several_ = module_->function(kernelName(axes, true).c_str());
    for (int a = 0; a < 3; ++a) {
      tables_.push_back(upload(plan.axes[a].position));
      params_.position[a] = tables_.back().data();
      tables_.push_back(upload(plan.axes[a].weight));
      params_.weight[a] = tables_.back().data();
    }
  }
  void run(const LaunchArgs& args) override {
    constexpr uintptr_t kAlignment = 16;
    auto aligned = [](const void* p) { return reinterpret_cast<uintptr_t>(p) % kAlignment == 0; };
    bool several = several_ && aligned(args.inputs[0]) && aligned(args.outputs[0]);
    int64_t width = several ? width_ : 1;
    Params params = params_;
    params.in = args.inputs[0];
    params.out = args.outputs[0];
    params.count = static_cast<uint32_t>(params_.count / width);
    params.inner = FastDivisor(static_cast<uint32_t>(inner_ / width));
    void* parameters[] = {&params};
    launch(several ? several_ : one_, {{blocksFor(params.count, kThreads), 1, 1}, kThreads, 0}, parameters,
           args.stream);
  }

 private:
  std::shared_ptr<const Module> module_;
  CUfunction one_ = nullptr, several_ = nullptr;
  Params params_;
  int64_t inner_, width_;
  std::vector<DeviceBuffer> tables_;
};

std::string refuses(const Device&, const Node& node, const TuningHint& hint) {
  if (!node.is("Resize")) return "is no Resize";
  DataType type = hint.inputs[0].dtype;
  bool combines = type == DataType::kFloat32 || type == DataType::kFloat16 || type == DataType::kBFloat16;
  if (isNearest(node) ? !isPlainBytes(type) || typeBits(type) > 64 : !combines)
    return fmt::format("elements are {}", typeName(type));
  return reasonOf([&] { makePlan(node, hint.inputs, hint.outputs); });
}

std::string generate(const Node& node, const std::string&, const TuningHint& hint) {
  DataType type = hint.inputs[0].dtype;
  bool copies = isNearest(node);
  std::string code = "#include \"resize.cuh\"\n";
  for (int axes : {2, 3})
    for (bool vectors : {false, true})
      code += fmt::format(
          "extern \"C\" __global__ void __launch_bounds__({}) {}(const __grid_constant__ Resize p) {{ "
          "resize<{}, {}, {}, {}>(p); }}\n",
          kThreads, kernelName(axes, vectors), copies ? bytesType(typeBits(type) / 8) : memoryType(type),
          copies, axes, vectors ? widthOf(type) : 1);
  return code;
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) {
  return kernelOf([&node = parts.node, module = std::move(parts.module)](Descs inputs, Descs outputs) {
    return std::make_unique<ResizeLaunch>(module, makePlan(node, inputs, outputs), inputs[0].dtype);
  });
}

}  // namespace

const GeneratedFamily kResize{"resize", refuses, oneCandidate, generate, makeKernel};

}  // namespace tenfold::cuda
