#include "targets/cuda/tactics/resize.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "graph/ops/resize_taps.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/fast_divisor.h"
#include "targets/cuda/tactics/strides.h"

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
};

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

std::vector<AxisResize> axesOf(const Node& node, Descs in, Descs out) {
  const Shape &x = in[0].shape, &y = out[0].shape;
  std::vector<AxisResize> axes;
  axes.reserve(x.size());
  for (int d = 0; d < x.rank(); ++d)
    axes.push_back({x[d], y[d], x[d] ? static_cast<double>(y[d]) / static_cast<double>(x[d]) : 1});
  if (!isPresent(in, 2) || in[2].dtype != DataType::kFloat32 || in[2].shape.numel() == 0) return axes;
  if (!in[2].known) fail(ErrorKind::kUnsupported, "the scales are not known before the launch");
  std::vector<int64_t> which = node.attrs.integers("axes");
  for (int64_t i = 0; i < in[2].shape.numel(); ++i) {
    int axis = which.empty() ? static_cast<int>(i) : normalizeAxis(which[static_cast<size_t>(i)], x.rank());
    axes[static_cast<size_t>(axis)].scale = static_cast<const float*>(in[2].known)[i];
  }
  return axes;
}

Plan makePlan(const Node& node, Descs in, Descs out) {
  requireSmall(in);
  requireSmall(out);
  if (in[0].layout != out[0].layout) fail(ErrorKind::kUnsupported, "the layouts differ");
  const Attributes& attrs = node.attrs;
  if (attrs.text("coordinate_transformation_mode", "") == "tf_crop_and_resize" ||
      attrs.text("keep_aspect_ratio_policy", "stretch") != "stretch")
    fail(ErrorKind::kUnsupported, "regions, and sizes that keep the aspect ratio");
  std::vector<AxisResize> axes = axesOf(node, in, out);
  std::vector<int> order = memoryOrder(in[0].shape.rank(), in[0].layout);
  auto changes = [&](int d) { return !axes[static_cast<size_t>(d)].isIdentity(); };
  auto first = std::find_if(order.begin(), order.end(), changes);
  auto last = std::find_if(order.rbegin(), order.rend(), changes).base();
  if (first == order.end()) last = first;
  if (last - first > 3) fail(ErrorKind::kUnsupported, "the resized axes lie too far apart");
  Plan plan;
  auto place = 3 - static_cast<int>(last - first);
  int64_t inner = 1;
  for (auto it = first; it != order.end(); ++it) {
    const AxisResize& axis = axes[static_cast<size_t>(*it)];
    if (it >= last) {
      inner *= axis.out;
      continue;
    }
    plan.axes[place] = makeAxis(attrs, axis, plan.params.taps[place]);
    plan.params.inExtent[place] = static_cast<int32_t>(axis.in);
    plan.params.extent[place++] = FastDivisor(static_cast<uint32_t>(std::max<int64_t>(axis.out, 1)));
  }
  plan.params.inner = FastDivisor(static_cast<uint32_t>(std::max<int64_t>(inner, 1)));
  plan.params.count = static_cast<uint32_t>(out[0].shape.numel());
  return plan;
}

template <typename T>
DeviceBuffer upload(const std::vector<T>& values) {
  Tensor bytes(DataType::kUInt8, {static_cast<int64_t>(values.size() * sizeof(T))});
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), values.size() * sizeof(T));
  return DeviceBuffer(bytes);
}

class ResizeLaunch final : public Launch {
 public:
  ResizeLaunch(std::shared_ptr<const Module> module, const Plan& plan)
      : module_(std::move(module)), function_(module_->function("resized")), params_(plan.params) {
    for (int a = 0; a < 3; ++a) {
      tables_.push_back(upload(plan.axes[a].position));
      params_.position[a] = tables_.back().data();
      tables_.push_back(upload(plan.axes[a].weight));
      params_.weight[a] = tables_.back().data();
    }
  }
  void run(const LaunchArgs& args) override {
    params_.in = args.inputs[0];
    params_.out = args.outputs[0];
    void* parameters[] = {&params_};
    launch(function_, {{blocksFor(params_.count, kThreads), 1, 1}, kThreads, 0}, parameters, args.stream);
  }

 private:
  std::shared_ptr<const Module> module_;
  CUfunction function_;
  Params params_;
  std::vector<DeviceBuffer> tables_;
};

class ResizeKernel final : public Kernel {
 public:
  ResizeKernel(const Node& node, std::shared_ptr<const Module> module)
      : node_(node), module_(std::move(module)) {}
  std::unique_ptr<Launch> prepare(Descs inputs, Descs outputs) const override {
    return std::make_unique<ResizeLaunch>(module_, makePlan(node_, inputs, outputs));
  }

 private:
  const Node& node_;
  std::shared_ptr<const Module> module_;
};

}  // namespace

std::string ResizeTactic::refuses(const Node& node, const TuningHint& hint) const {
  if (!node.is("Resize")) return "is no Resize";
  DataType type = hint.inputs[0].dtype;
  bool combines = type == DataType::kFloat32 || type == DataType::kFloat16 || type == DataType::kBFloat16;
  if (isNearest(node) ? !isPlainBytes(type) || typeBits(type) > 64 : !combines)
    return fmt::format("elements are {}", typeName(type));
  return reasonOf([&] { makePlan(node, hint.inputs, hint.outputs); });
}

std::string ResizeTactic::generate(const Node& node, const std::string&, const TuningHint& hint) const {
  DataType type = hint.inputs[0].dtype;
  bool copies = isNearest(node);
  return fmt::format(
      "#include \"resize.cuh\"\nextern \"C\" __global__ void __launch_bounds__({}) resized(const "
      "__grid_constant__ Resize p) {{ resize<{}, {}>(p); }}\n",
      kThreads, copies ? bytesType(typeBits(type) / 8) : memoryType(type), copies);
}

std::unique_ptr<Kernel> ResizeTactic::makeKernel(const Node& node, const std::string&,
                                                 std::shared_ptr<const Module> module,
                                                 std::vector<DeviceBuffer>) const {
  return std::make_unique<ResizeKernel>(node, std::move(module));
}

}  // namespace tenfold::cuda
