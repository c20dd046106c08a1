#include "targets/cpu/onednn/contraction_plan.h"

#include <algorithm>

#include "base/error.h"
#include "targets/cpu/onednn/instructions.h"
#include "targets/cpu/parallel.h"

namespace tenfold::cpu {
namespace {

struct Attempt {
  dnnl::primitive_attr attr;
  Contraction op;
  std::vector<ContractionPlan::Operand> operands;
  const Value* result;
};

// The first `links` nodes of the chain as post-ops; a first addition per channel becomes the bias. Gives
// nothing where an operand cannot be read by a post-op.
std::optional<Attempt> attempt(const FusedNode& fused, const PostOpChain& chain, size_t links, Contraction op,
                               std::span<const TensorDesc> inputs) {
  Attempt a{{}, std::move(op), {}, fused.anchor->outputs[0]};
  a.attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (a.op.bias) a.operands.push_back({DNNL_ARG_BIAS, *a.op.bias, a.op.biasInput, a.op.biasData});
  if (a.op.zeroPoint) a.attr.set_zero_points_mask(DNNL_ARG_SRC, 0);
  dnnl::post_ops ops;
  int index = 0;
  for (size_t l = 0; l < links; ++l) {
    for (const PostOp& p : chain.links[l].ops) {
      auto algorithm = static_cast<dnnl::algorithm>(p.algorithm);
      if (p.kind == PostOp::Kind::kEltwise) {
        ops.append_eltwise(algorithm, p.alpha, p.beta);
        ++index;
        continue;
      }
      size_t input = static_cast<size_t>(fused.inputIndex(p.operand));
      if (index == 0 && !a.op.bias && algorithm == dnnl::algorithm::binary_add) {
        a.op.bias = a.op.asBias(inputs[input]);
        if (a.op.bias) {
          a.operands.push_back({DNNL_ARG_BIAS, *a.op.bias, input});
          continue;
        }
      }
      dnnl::memory::desc desc = a.op.operand(inputs[input]);
      if (desc.is_zero()) return std::nullopt;
      ops.append_binary(algorithm, desc);
      a.operands.push_back({DNNL_ARG_ATTR_MULTIPLE_POST_OP(index) | DNNL_ARG_SRC_1, desc, input});
      ++index;
    }
    a.result = chain.links[l].result;
  }
  a.attr.set_post_ops(ops);
  if (auto type = dnnlType(a.result->dtype); type != a.op.dst.get_data_type())
    a.op.dst = dnnl::memory::desc(a.op.dst.get_dims(), type, a.op.dst.get_strides());
  return a;
}

// The same elements in channels-last order.
dnnl::memory::desc channelsLast(const dnnl::memory::desc& desc) {
  dnnl::memory::dims dims = desc.get_dims(), strides(dims.size(), 1);
  int64_t stride = dims[1];
  for (size_t d = dims.size(); --d > 1; stride *= dims[d]) strides[d] = stride;
  strides[0] = stride;
  return {dims, desc.get_data_type(), strides};
}

// The whole epilogue if a fast implementation takes it, else as much of it as keeps the fast one. Nothing
// where there is none, then `why` tells.
std::optional<ContractionPlan> bestPlan(const FusedNode& fused, const Contraction& op,
                                        std::span<const TensorDesc> inputs, const dnnl::memory::desc& format,
                                        std::string& why) {
  PostOpChain chain = translateEpilogue(fused);
  std::optional<ContractionPlan> best;
  for (size_t links = chain.links.size() + 1; links-- > 0;) {
    std::optional<Attempt> a = attempt(fused, chain, links, op, inputs);
    if (!a) continue;
    try {
      dnnl::primitive_desc pd = a->op.make(a->op, format, a->attr);
      if (best && speedClass(pd) <= speedClass(best->pd)) continue;
      best = ContractionPlan{a->op, pd, a->operands, links, a->result};
      if (speedClass(pd) == 2) break;
    } catch (const dnnl::error& e) {
      why = fmt::format("oneDNN: {}", e.what());
    }
  }
  return best;
}

// Integers are convolved in channels-last order only, but by a reference that takes seconds.
std::optional<ContractionPlan> turnedPlan(const FusedNode& fused, const Contraction& op,
                                          std::span<const TensorDesc> inputs,
                                          const dnnl::memory::desc& format, std::string& why) {
  Contraction inner = op;
  inner.src = channelsLast(op.src);
  inner.dst = channelsLast(op.dst);
  std::optional<ContractionPlan> plan = bestPlan(fused, inner, inputs, format, why);
  if (!plan) return plan;
  plan->outerSrc = op.src;
  plan->outerDst = dnnl::memory::desc(op.dst.get_dims(), plan->op.dst.get_data_type(), op.dst.get_strides());
  return plan;
}

}  // namespace

void addZeroPoint(Contraction& op, const FusedNode& fused, std::span<const TensorDesc> inputs) {
  const Node& node = *fused.anchor;
  if (!hasProductsOf(DataType::kInt8))
    fail(ErrorKind::kUnsupported,
         "this processor has no instructions for products of 8-bit integers (AVX-VNNI, AVX-512 VNNI or AMX), "
         "which the network is to use; build it on this processor");
  if (inputs[op.weightsInput].dtype != DataType::kInt8 || node.hasInput(3))
    fail(ErrorKind::kUnsupported, "oneDNN multiplies by signed integers without a zero point only");
  const Value* v = node.input(2);
  if (!v) return;
  int input = fused.inputIndex(v);
  Contraction::ZeroPoint zero{v->dtype, static_cast<size_t>(std::max(input, 0))};
  if (input < 0) zero.data = v->constant.data();
  Shape shape = input < 0 ? v->constant.shape() : inputs[zero.input].shape;
  if (shape.numel() != 1) fail(ErrorKind::kUnsupported, "oneDNN takes one zero point for all");
  op.zeroPoint = zero;
}

ContractionPlan planContraction(const FusedNode& fused, Describe describe, std::span<const TensorDesc> inputs,
                                std::span<const TensorDesc> outputs,
                                const std::optional<dnnl::memory::desc>& weights) {
  Contraction op = describe(fused, inputs, outputs);
  dnnl::memory::desc format = weights ? *weights
                                      : dnnl::memory::desc(op.weights.get_dims(), op.weights.get_data_type(),
                                                           dnnl::memory::format_tag::any);
  std::optional<Alone> alone;
  if (isSmall(op.multiplications,
              static_cast<double>(op.src.get_size() + op.weights.get_size() + op.dst.get_size())))
    alone.emplace();
  std::string why = "oneDNN has no implementation";
  std::optional<ContractionPlan> best = bestPlan(fused, op, inputs, format, why);
  if (fused.anchor->is("ConvInteger") && (!best || speedClass(best->pd) == 0)) {
    std::optional<ContractionPlan> turned = turnedPlan(fused, op, inputs, format, why);
    if (turned && speedClass(turned->pd) > 0) best = std::move(turned);
  }
  if (!best) fail(ErrorKind::kUnsupported, "{}", why);
  best->alone = alone.has_value();
  return std::move(*best);
}

}  // namespace tenfold::cpu
