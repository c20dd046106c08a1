#include <algorithm>

#include "base/error.h"
#include "targets/cuda/tactics/movement.h"
#include "targets/cuda/tactics/strided_move.h"
#include "targets/cuda/tactics/strides.h"

namespace tenfold::cuda {
namespace {

constexpr unsigned kThreads = 256;
constexpr std::string_view kModes[] = {"constant", "edge", "reflect", "wrap"};  // PadMode of movement.cuh

// Padding of kernels/movement.cuh.
struct PadParams {
  const void* from = nullptr;
  const void* value = nullptr;
  void* to = nullptr;
  MoveAxes axes;
  int32_t begin[kMoveAxes] = {}, extent[kMoveAxes] = {};
  int32_t mode = 0;
};

struct Axis {
  int64_t out, in, begin, stride;
  bool isPadded() const { return begin != 0 || out != in; }
};

std::vector<int64_t> beginsOf(Descs in, int rank) {
  std::vector<int64_t> pads = requireInts(in, 1), axes, begins(static_cast<size_t>(rank), 0);
  for (int i = 0; i < rank; ++i) axes.push_back(i);
  if (isPresent(in, 3)) axes = requireInts(in, 3);
  require(pads.size() == 2 * axes.size(), "{} pads are given for {} axes", pads.size(), axes.size());
  for (size_t i = 0; i < axes.size(); ++i)
    begins[static_cast<size_t>(normalizeAxis(axes[i], rank))] = pads[i];
  return begins;
}

PadParams plan(const Node& node, Descs in, Descs out) {
  requireSmall(in);
  requireSmall(out);
  if (in[0].layout != out[0].layout) fail(ErrorKind::kUnsupported, "the layouts differ");
  PadParams params;
  std::string text = node.attrs.text("mode", "constant");
  auto mode = std::find(std::begin(kModes), std::end(kModes), text);
  require(mode != std::end(kModes), "the mode '{}' is unknown", text);
  params.mode = static_cast<int32_t>(mode - std::begin(kModes));
  int rank = in[0].shape.rank();
  std::vector<int64_t> begins = beginsOf(in, rank);
  Shape strides = stridesOf(in[0]);
  std::vector<Axis> axes;
  for (int d : memoryOrder(rank, in[0].layout)) {
    Axis a{out[0].shape[d], in[0].shape[d], begins[static_cast<size_t>(d)], strides[d]};
    // What is constant beside a whole line is constant along it.
    bool joins = !axes.empty() && !a.isPadded() && (params.mode == 0 || !axes.back().isPadded());
    if (joins)
      axes.back() = {axes.back().out * a.out, axes.back().in * a.in, axes.back().begin * a.in, a.stride};
    else
      axes.push_back(a);
  }
  for (const Axis& a : axes) {
    params.begin[params.axes.rank % kMoveAxes] = static_cast<int32_t>(a.begin);
    params.extent[params.axes.rank % kMoveAxes] = static_cast<int32_t>(a.in);
    params.axes.append(a.out, a.stride, 0);
  }
  return params;
}

class PadLaunch final : public Launch {
 public:
  PadLaunch(std::shared_ptr<const Module> module, const PadParams& params, bool hasValue)
      : module_(std::move(module)),
        function_(module_->function("padded")),
        params_(params),
        hasValue_(hasValue) {}
  void run(const LaunchArgs& args) override {
    params_.from = args.inputs[0];
    params_.value = hasValue_ ? args.inputs[2] : nullptr;
    params_.to = args.outputs[0];
    void* parameters[] = {&params_};
    launch(function_, {{blocksFor(params_.axes.count, kThreads), 1, 1}, kThreads, 0}, parameters,
           args.stream);
  }

 private:
  std::shared_ptr<const Module> module_;
  CUfunction function_;
  PadParams params_;
  bool hasValue_;
};

class PadKernel final : public Kernel {
 public:
  PadKernel(const Node& node, std::shared_ptr<const Module> module)
      : node_(node), module_(std::move(module)) {}
  std::unique_ptr<Launch> prepare(Descs inputs, Descs outputs) const override {
    return std::make_unique<PadLaunch>(module_, plan(node_, inputs, outputs), isPresent(inputs, 2));
  }

 private:
  const Node& node_;
  std::shared_ptr<const Module> module_;
};

}  // namespace

std::string PadTactic::refuses(const Node& node, const TuningHint& hint) const {
  if (!node.is("Pad")) return "is no Pad";
  if (!isPlainBytes(hint.inputs[0].dtype))
    return fmt::format("elements are {}", typeName(hint.inputs[0].dtype));
  return reasonOf([&] { plan(node, hint.inputs, hint.outputs); });
}

std::string PadTactic::generate(const Node&, const std::string&, const TuningHint& hint) const {
  return fmt::format(
      "#include \"movement.cuh\"\nextern \"C\" __global__ void __launch_bounds__(256) padded(const "
      "__grid_constant__ Padding p) {{ pad<{}>(p); }}\n",
      bytesType(typeBits(hint.inputs[0].dtype) / 8));
}

std::unique_ptr<Kernel> PadTactic::makeKernel(const Node& node, const std::string&,
                                              std::shared_ptr<const Module> module,
                                              std::vector<DeviceBuffer>) const {
  return std::make_unique<PadKernel>(node, std::move(module));
}

}  // namespace tenfold::cuda
