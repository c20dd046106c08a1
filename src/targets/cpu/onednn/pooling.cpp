#include "targets/cpu/onednn/pooling.h"

#include "base/error.h"
#include "graph/ops/window.h"
#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/onednn/dnnl_util.h"
#include "targets/cpu/parallel.h"
#include "targets/cpu/pointwise/passes.h"
#include "targets/cpu/workspace.h"

namespace tenfold::cpu {
namespace {

constexpr std::string_view kAnchors[] = {"AveragePool", "MaxPool"};

dnnl::pooling_forward::primitive_desc describePooling(const Node& node, const TensorDesc& in,
                                                      const TensorDesc& out) {
  if (in.shape.rank() < 3 || in.shape.rank() > 5)
    fail(ErrorKind::kUnsupported, "oneDNN pools 1 to 3 spatial axes");
  SymShape all = symShape(in.shape), spatial(all.begin() + 2, all.end());
  Window w = slidingWindow(node.attrs, spatial, kernelShape(node.attrs, spatial.size()));
  dnnl::memory::dims strides(w.strides.begin(), w.strides.end()), kernel, dilation, begin, end;
  bool countPadding = node.attrs.integer("count_include_pad", 0) != 0;
  for (size_t i = 0; i < spatial.size(); ++i) {
    int64_t k = w.kernel[i].constant(), extent = in.shape[static_cast<int>(i) + 2],
            outExtent = out.shape[static_cast<int>(i) + 2];
    int64_t span = (k - 1) * w.dilations[i] + 1;
    kernel.push_back(k);
    dilation.push_back(w.dilations[i] - 1);
    begin.push_back(w.padBegin[i].constant());
    // With ceil_mode the last window may reach beyond the padding; what lies there never counts.
    int64_t reach = (outExtent - 1) * w.strides[i] + span - extent - begin[i], pad = w.padEnd[i].constant();
    if (reach > pad && countPadding) fail(ErrorKind::kUnsupported, "windows beyond counted padding");
    end.push_back(std::max(reach, pad));
    if ((extent + begin[i] + end[i] - span) / w.strides[i] + 1 != outExtent) end[i] = reach;
    if (begin[i] >= span || end[i] >= span) fail(ErrorKind::kUnsupported, "windows that lie in the padding");
  }
  auto algorithm = node.is("MaxPool") ? dnnl::algorithm::pooling_max
                   : countPadding     ? dnnl::algorithm::pooling_avg_include_padding
                                      : dnnl::algorithm::pooling_avg_exclude_padding;
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return {dnnlEngine(),  dnnl::prop_kind::forward_inference,
          algorithm,     describe(in),
          describe(out), strides,
          kernel,        dilation,
          begin,         end,
          attr};
}

class PoolingLaunch final : public Launch {
 public:
  PoolingLaunch(const Node& node, Descs inputs, Descs outputs);
  size_t workspaceBytes() const override { return passesOffset_ + passes_.workspaceBytes(); }
  void run(const LaunchArgs& args) override {
    if (nothingToDo_) return;
    call_.run(args);
    void* result =
        resultOutput_ >= 0 ? args.outputs[resultOutput_] : static_cast<char*>(args.workspace) + resultOffset_;
    passes_.run(args, &result, static_cast<char*>(args.workspace) + passesOffset_);
  }

 private:
  DnnlCall call_;
  PointwisePasses passes_;
  bool nothingToDo_ = false;
  int resultOutput_ = -1;
  size_t resultOffset_ = 0, passesOffset_ = 0;
};

PoolingLaunch::PoolingLaunch(const Node& node, Descs inputs, Descs outputs) {
  FusedNode fused(node, kAnchors);
  if (!fused.anchor) fail(ErrorKind::kUnsupported, "is no pooling");
  int in = fused.inputIndex(fused.anchor->inputs[0]);
  if (in < 0) fail(ErrorKind::kUnsupported, "its input is computed in the region");
  if (fused.anchor->output(1)) fail(ErrorKind::kUnsupported, "indices are asked for");
  const TensorDesc& x = inputs[static_cast<size_t>(in)];
  if (x.dtype != DataType::kFloat32) fail(ErrorKind::kUnsupported, "elements are {}", typeName(x.dtype));
  TensorDesc y{x.dtype, outputs[0].shape, outputs[0].layout, nullptr};
  if (x.shape.numel() == 0 || y.shape.numel() == 0) {
    nothingToDo_ = y.shape.numel() == 0;
    if (nothingToDo_) return;
    fail(ErrorKind::kUnsupported, "the input is empty");
  }
  std::optional<Alone> alone;
  if (isSmall(0, static_cast<double>(typeBytes(x.dtype, x.shape.numel() + y.shape.numel())))) alone.emplace();
  auto pd = describePooling(*fused.anchor, x, y);
  if (speedClass(pd) == 0 && y.layout == Layout::kChannelsLast && x.layout != y.layout)
    fail(ErrorKind::kUnsupported, "oneDNN has only its reference for these layouts");
  call_ = DnnlCall(pd, 0, alone.has_value());
  call_.bind(DNNL_ARG_SRC, describe(x), DnnlCall::Source::kInput, static_cast<size_t>(in));
  resultOffset_ = wholeLines(pd.scratchpad_desc().get_size());
  passesOffset_ = resultOffset_;
  resultOutput_ = fused.outputIndex(fused.anchor->outputs[0]);
  std::vector<bool> written(outputs.size(), false);
  if (resultOutput_ >= 0) {
    written[static_cast<size_t>(resultOutput_)] = true;
    call_.bind(DNNL_ARG_DST, describe(y), DnnlCall::Source::kOutput, static_cast<size_t>(resultOutput_));
  } else {
    passesOffset_ += wholeLines(describe(y).get_size());
    call_.bind(DNNL_ARG_DST, describe(y), DnnlCall::Source::kWorkspace, resultOffset_);
  }
  Internal internal{fused.anchor->outputs[0], y};
  passes_ = PointwisePasses(fused, fused.after, inputs, outputs, {&internal, 1}, written);
}

std::string refuses(const Node& node, const TuningHint& hint) {
  try {
    PoolingLaunch(node, hint.inputs, hint.outputs);
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

std::unique_ptr<Launch> prepare(const Node& node, Descs inputs, Descs outputs) {
  return std::make_unique<PoolingLaunch>(node, inputs, outputs);
}

}  // namespace

const Tactic& poolingTactic() {
  static const LaunchTactic tactic("onednn_pooling", refuses, prepare);
  return tactic;
}

}  // namespace tenfold::cpu
