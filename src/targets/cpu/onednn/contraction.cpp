#include "targets/cpu/onednn/contraction.h"

#include <algorithm>
#include <mutex>

#include "base/error.h"
#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/onednn/contraction_plan.h"
#include "targets/cpu/pointwise/passes.h"
#include "targets/cpu/workspace.h"

namespace tenfold::cpu {
namespace {

constexpr std::string_view kRuntime = "weights=runtime", kPacked = "weights=";

class ContractionLaunch final : public Launch {
 public:
  // `weights`: packed as the plan's primitive wants them; null where they come with each launch.
  ContractionLaunch(const FusedNode& fused, const ContractionPlan& plan, const void* weights, Descs inputs,
                    Descs outputs);
  size_t workspaceBytes() const override { return workspace_; }
  void run(const LaunchArgs& args) override;

 private:
  DnnlCall reorder(const dnnl::memory::desc& from, const dnnl::memory::desc& to);
  void bindSource(const ContractionPlan& plan);
  void bindResult(const ContractionPlan& plan);
  void bindWeights(const ContractionPlan& plan, const void* weights);
  void bindZeroPoint(const ContractionPlan& plan);
  void readZeroPoint(const LaunchArgs& args) const;

  std::vector<DnnlCall> before_;  // reorders of the weights and the source
  DnnlCall main_, after_;         // `after_`: a reorder of the result
  std::optional<Contraction::ZeroPoint> zeroPoint_;
  PointwisePasses passes_;
  bool nothingToDo_ = false;
  int resultOutput_ = -1;  // where the primitive's result lies: an output, or the workspace
  size_t resultOffset_ = 0, passesOffset_ = 0, zeroPointOffset_ = 0, workspace_ = 0;
};

ContractionLaunch::ContractionLaunch(const FusedNode& fused, const ContractionPlan& plan, const void* weights,
                                     Descs inputs, Descs outputs) {
  if (plan.op.dst.get_size() == 0) {
    nothingToDo_ = true;
    return;
  }
  main_ = DnnlCall(plan.pd, reserve(workspace_, plan.pd.scratchpad_desc().get_size()), plan.alone);
  bindSource(plan);
  bindWeights(plan, weights);
  bindZeroPoint(plan);
  for (const auto& o : plan.operands) {
    if (o.data)
      main_.bindFixed(o.argument, o.desc, o.data);
    else
      main_.bind(o.argument, o.desc, DnnlCall::Source::kInput, o.input);
  }

  resultOutput_ = fused.outputIndex(plan.result);
  std::vector<bool> written(outputs.size(), false);
  TensorDesc result = outputs[0];
  if (resultOutput_ >= 0)
    written[static_cast<size_t>(resultOutput_)] = true;
  else if (plan.result->dtype == outputs[0].dtype)
    resultOutput_ = 0;
  else
    result.dtype = plan.result->dtype;
  bindResult(plan);
  std::span<const Node* const> rest(fused.after);
  Internal internal{plan.result, result};
  passes_ = PointwisePasses(fused, rest.subspan(plan.fusedNodes), inputs, outputs, {&internal, 1}, written);
  passesOffset_ = reserve(workspace_, passes_.workspaceBytes());
}

// To be bound at both ends.
DnnlCall ContractionLaunch::reorder(const dnnl::memory::desc& from, const dnnl::memory::desc& to) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  dnnl::reorder::primitive_desc pd(dnnlEngine(), from, dnnlEngine(), to, attr);
  return DnnlCall(pd, reserve(workspace_, pd.scratchpad_desc().get_size()));
}

void ContractionLaunch::bindSource(const ContractionPlan& plan) {
  using Source = DnnlCall::Source;
  if (!plan.outerSrc) return main_.bind(DNNL_ARG_SRC, plan.op.src, Source::kInput, plan.op.srcInput);
  size_t offset = reserve(workspace_, plan.op.src.get_size());
  before_.push_back(reorder(*plan.outerSrc, plan.op.src));
  before_.back().bind(DNNL_ARG_FROM, *plan.outerSrc, Source::kInput, plan.op.srcInput);
  before_.back().bind(DNNL_ARG_TO, plan.op.src, Source::kWorkspace, offset);
  main_.bind(DNNL_ARG_SRC, plan.op.src, Source::kWorkspace, offset);
}

// In resultOutput_, or where that is none in the workspace.
void ContractionLaunch::bindResult(const ContractionPlan& plan) {
  using Source = DnnlCall::Source;
  if (resultOutput_ < 0) resultOffset_ = reserve(workspace_, plan.op.dst.get_size());
  auto bind = [&](DnnlCall& call, int argument, const dnnl::memory::desc& desc) {
    if (resultOutput_ >= 0)
      call.bind(argument, desc, Source::kOutput, static_cast<size_t>(resultOutput_));
    else
      call.bind(argument, desc, Source::kWorkspace, resultOffset_);
  };
  if (!plan.outerDst) return bind(main_, DNNL_ARG_DST, plan.op.dst);
  size_t offset = reserve(workspace_, plan.op.dst.get_size());
  main_.bind(DNNL_ARG_DST, plan.op.dst, Source::kWorkspace, offset);
  after_ = reorder(plan.op.dst, *plan.outerDst);
  after_.bind(DNNL_ARG_FROM, plan.op.dst, Source::kWorkspace, offset);
  bind(after_, DNNL_ARG_TO, *plan.outerDst);
}

void ContractionLaunch::bindWeights(const ContractionPlan& plan, const void* weights) {
  using Source = DnnlCall::Source;
  dnnl::memory::desc wanted = plan.pd.query_md(dnnl::query::weights_md, 0);
  if (weights) return main_.bindFixed(DNNL_ARG_WEIGHTS, wanted, weights);
  if (wanted == plan.op.weights)
    return main_.bind(DNNL_ARG_WEIGHTS, wanted, Source::kInput, plan.op.weightsInput);
  size_t offset = reserve(workspace_, wanted.get_size());
  before_.push_back(reorder(plan.op.weights, wanted));
  before_.back().bind(DNNL_ARG_FROM, plan.op.weights, Source::kInput, plan.op.weightsInput);
  before_.back().bind(DNNL_ARG_TO, wanted, Source::kWorkspace, offset);
  main_.bind(DNNL_ARG_WEIGHTS, wanted, Source::kWorkspace, offset);
}

void ContractionLaunch::bindZeroPoint(const ContractionPlan& plan) {
  zeroPoint_ = plan.op.zeroPoint;
  if (!zeroPoint_) return;
  zeroPointOffset_ = reserve(workspace_, sizeof(int32_t));
  main_.bind(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC, describePlain(DataType::kInt32, Shape{1}),
             DnnlCall::Source::kWorkspace, zeroPointOffset_);
}

// oneDNN wants it wider than it is.
void ContractionLaunch::readZeroPoint(const LaunchArgs& args) const {
  if (!zeroPoint_) return;
  const void* from = zeroPoint_->data ? zeroPoint_->data : args.inputs[zeroPoint_->input];
  *reinterpret_cast<int32_t*>(static_cast<char*>(args.workspace) + zeroPointOffset_) =
      zeroPoint_->type == DataType::kInt8 ? *static_cast<const int8_t*>(from)
                                          : *static_cast<const uint8_t*>(from);
}

void ContractionLaunch::run(const LaunchArgs& args) {
  if (nothingToDo_) return;
  readZeroPoint(args);
  for (DnnlCall& call : before_) call.run(args);
  main_.run(args);
  if (!after_.empty()) after_.run(args);
  if (passes_.empty()) return;
  char* workspace = static_cast<char*>(args.workspace);
  void* result = resultOutput_ >= 0 ? args.outputs[resultOutput_] : workspace + resultOffset_;
  passes_.run(args, &result, workspace + passesOffset_);
}

class ContractionKernel final : public Kernel {
 public:
  ContractionKernel(FusedNode fused, Describe describe, const CompiledKernel& compiled)
      : fused_(std::move(fused)), describe_(describe) {
    if (compiled.config == kRuntime) return;
    if (compiled.config.rfind(kPacked, 0) != 0 || compiled.blobs.size() != 1)
      fail(ErrorKind::kInvalidPlan, "node '{}': '{}' is no configuration of a contraction", fused_.node.name,
           compiled.config);
    format_ = compiled.config.substr(kPacked.size());
    packed_ = compiled.blobs[0];
  }

  std::unique_ptr<Launch> prepare(Descs inputs, Descs outputs) const override {
    if (!packed_.defined()) {
      ContractionPlan plan = planContraction(fused_, describe_, inputs, outputs, std::nullopt);
      return std::make_unique<ContractionLaunch>(fused_, plan, nullptr, inputs, outputs);
    }
    Contraction op = describe_(fused_, inputs, outputs);
    dnnl::memory::desc stored = storedFormat(op);
    std::optional<ContractionPlan> plan;
    try {
      plan = planContraction(fused_, describe_, inputs, outputs, stored);
    } catch (const Error&) {
    }
    // Another machine or another shape may want the weights otherwise.
    if (!plan || speedClass(plan->pd) < 2) {
      ContractionPlan free = planContraction(fused_, describe_, inputs, outputs, std::nullopt);
      if (!plan || speedClass(free.pd) > speedClass(plan->pd)) plan = std::move(free);
    }
    const void* weights = weightsAs(stored, plan->pd.query_md(dnnl::query::weights_md, 0));
    return std::make_unique<ContractionLaunch>(fused_, *plan, weights, inputs, outputs);
  }

 private:
  dnnl::memory::desc storedFormat(const Contraction& op) const {
    dnnl::memory::desc stored =
        format_ == "plain" ? op.weights
                           : describeFormat(op.weights.get_data_type(), op.weights.get_dims(), format_);
    if (stored.is_zero() || stored.get_size() != packed_.bytes())
      fail(ErrorKind::kInvalidPlan, "node '{}': {} bytes of weights do not fit the format '{}'",
           fused_.node.name, packed_.bytes(), format_);
    return stored;
  }

  // Repacked weights are kept for the other contexts and shapes.
  const void* weightsAs(const dnnl::memory::desc& stored, const dnnl::memory::desc& wanted) const {
    if (stored == wanted) return packed_.data();
    std::lock_guard lock(mutex_);
    for (const auto& [desc, tensor] : repacked_)
      if (desc == wanted) return tensor.data();
    repacked_.emplace_back(wanted, repack(stored, packed_.data(), wanted));
    return repacked_.back().second.data();
  }

  FusedNode fused_;
  Describe describe_;
  std::string format_;
  Tensor packed_;
  mutable std::mutex mutex_;
  mutable std::vector<std::pair<dnnl::memory::desc, Tensor>> repacked_;
};

}  // namespace

std::string ContractionTactic::refuses(const Node& node, const TuningHint& hint) const {
  FusedNode fused(node, anchors_);
  if (!fused.anchor) return fmt::format("is not {}", name_);
  if (!fused.before.empty()) return "the anchor's inputs are computed in the region";
  for (const TensorDesc& out : hint.outputs)
    if (out.dtype != DataType::kUndefined && out.shape != hint.outputs[0].shape)
      return "outputs have different shapes";
  try {
    ContractionPlan plan = planContraction(fused, describe_, hint.inputs, hint.outputs, std::nullopt);
    PointwisePasses(
        fused, std::span<const Node* const>(fused.after).subspan(plan.fusedNodes), hint.inputs, hint.outputs,
        std::vector<Internal>{
            {plan.result, {plan.result->dtype, hint.outputs[0].shape, hint.outputs[0].layout, nullptr}}});
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

std::vector<Candidate> ContractionTactic::candidates(const Node& node, const TuningHint& hint) const {
  constexpr double kFlopsPerSecond = 150e9;
  FusedNode fused(node, anchors_);
  Contraction op = describe_(fused, hint.inputs, hint.outputs);
  return {{"", 2e-6 + 2 * op.multiplications / kFlopsPerSecond}};
}

CompiledKernel ContractionTactic::compile(const Node& node, const std::string&,
                                          const TuningHint& hint) const {
  FusedNode fused(node, anchors_);
  ContractionPlan plan = planContraction(fused, describe_, hint.inputs, hint.outputs, std::nullopt);
  CompiledKernel compiled{name_, std::string(kRuntime), {}, std::vector<uint8_t>(node.inputs.size(), 0)};
  const void* weights = hint.inputs[plan.op.weightsInput].known;
  if (!weights || !node.inputs[plan.op.weightsInput]->isConstant()) return compiled;
  dnnl::memory::desc wanted = plan.pd.query_md(dnnl::query::weights_md, 0);
  std::string format = formatName(wanted);
  if (format.empty()) wanted = plan.op.weights, format = "plain";
  compiled.config = std::string(kPacked) + format;
  compiled.blobs = {repack(plan.op.weights, weights, wanted)};
  compiled.packedInputs[plan.op.weightsInput] = 1;
  return compiled;
}

std::unique_ptr<Kernel> ContractionTactic::load(const Node& node, const CompiledKernel& compiled) const {
  FusedNode fused(node, anchors_);
  if (!fused.anchor) fail(ErrorKind::kInvalidPlan, "node '{}' is not {}", node.name, name_);
  return std::make_unique<ContractionKernel>(std::move(fused), describe_, compiled);
}

}  // namespace tenfold::cpu
