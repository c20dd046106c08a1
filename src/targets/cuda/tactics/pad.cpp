#include <algorithm>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/strided_move.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"
#include "targets/moves.h"

namespace tenfold::cuda {
namespace {

constexpr unsigned kThreads = 256;
constexpr int64_t kPadded = 4;  // elements of a thread, as in kernels/movement.cuh
constexpr std::string_view kModes[] = {"constant", "edge", "reflect", "wrap"};  // PadMode of movement.cuh

// Padding of kernels/movement.cuh.
struct PadParams {
  const void* from = nullptr;
  const void* value = nullptr;
  void* to = nullptr;
  MoveAxes axes;
  int32_t begin[kMoveAxes] = {}, extent[kMoveAxes] = {};
  int32_t last = 0;
};

struct Axis {
  int64_t out, in, begin, stride;
  bool isPadded() const { return begin != 0 || out != in; }
};

// The place among kModes.
int modeOf(const Node& node) {
  std::string text = node.attrs.text("mode", "constant");
  auto mode = std::find(std::begin(kModes), std::end(kModes), text);
  require(mode != std::end(kModes), "the mode '{}' is unknown", text);
  return static_cast<int>(mode - std::begin(kModes));
}

PadParams plan(const Node& node, Descs in, Descs out) {
  requireSmall(in);
  requireSmall(out);
  if (in[0].layout != out[0].layout) fail(ErrorKind::kUnsupported, "the layouts differ");
  PadParams params;
  bool isConstant = modeOf(node) == 0;
  int rank = in[0].shape.rank();
  std::vector<int64_t> begins = padBegins(in, rank);
  Shape strides = stridesOf(in[0]);
  std::vector<Axis> axes;
  for (int d : memoryOrder(rank, in[0].layout)) {
    Axis a{out[0].shape[d], in[0].shape[d], begins[static_cast<size_t>(d)], strides[d]};
    // What is constant beside a whole line is constant along it.
    bool joins = !axes.empty() && !a.isPadded() && (isConstant || !axes.back().isPadded());
    if (joins)
      axes.back() = {axes.back().out * a.out, axes.back().in * a.in, axes.back().begin * a.in, a.stride};
    else
      axes.push_back(a);
  }
  if (axes.empty()) axes.push_back({1, 1, 0, 1});
  params.last = static_cast<int32_t>(axes.back().out);
  for (const Axis& a : axes) {
    params.begin[params.axes.rank % kMoveAxes] = static_cast<int32_t>(a.begin);
    params.extent[params.axes.rank % kMoveAxes] = static_cast<int32_t>(a.in);
    params.axes.append(&a == &axes.back() ? ceilDiv(a.out, kPadded) : a.out, a.stride, 0);
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

std::string refuses(const Device&, const Node& node, const TuningHint& hint) {
  if (!node.is("Pad")) return "is no Pad";
  if (!isPlainBytes(hint.inputs[0].dtype))
    return fmt::format("elements are {}", typeName(hint.inputs[0].dtype));
  return reasonOf([&] { plan(node, hint.inputs, hint.outputs); });
}

std::string generate(const Node& node, const std::string&, const TuningHint& hint) {
  return fmt::format(
      "#include \"movement.cuh\"\nextern \"C\" __global__ void __launch_bounds__(256) padded(const "
      "__grid_constant__ Padding p) {{ pad<{}, {}>(p); }}\n",
      bytesType(typeBits(hint.inputs[0].dtype) / 8), modeOf(node));
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) {
  return kernelOf([&node = parts.node, module = std::move(parts.module)](Descs inputs, Descs outputs) {
    return std::make_unique<PadLaunch>(module, plan(node, inputs, outputs), isPresent(inputs, 2));
  });
}

}  // namespace

const GeneratedFamily kPad{"pad", refuses, oneCandidate, generate, makeKernel};

}  // namespace tenfold::cuda
