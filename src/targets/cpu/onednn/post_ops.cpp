#include "targets/cpu/onednn/post_ops.h"

#include <algorithm>
#include <limits>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>

namespace tenfold::cpu {
namespace {

using A = dnnl::algorithm;

struct EltwiseRow {
  std::string_view name;
  A algorithm;
  const char* alpha = nullptr;  // the attribute that is alpha
  double alphaDefault = 0;
  const char* beta = nullptr;
  double betaDefault = 0;
};
constexpr EltwiseRow kEltwise[] = {
    {"Abs", A::eltwise_abs},
    {"Elu", A::eltwise_elu, "alpha", 1},
    {"Exp", A::eltwise_exp},
    {"HardSigmoid", A::eltwise_hardsigmoid, "alpha", 0.2, "beta", 0.5},
    {"HardSwish", A::eltwise_hardswish, nullptr, 1. / 6, nullptr, 0.5},
    {"LeakyRelu", A::eltwise_relu, "alpha", 0.01},
    {"Mish", A::eltwise_mish},
    {"Neg", A::eltwise_linear, nullptr, -1, nullptr, 0},
    {"Relu", A::eltwise_relu},
    {"Sigmoid", A::eltwise_logistic},
    {"Softplus", A::eltwise_soft_relu, nullptr, 1},
    {"Sqrt", A::eltwise_sqrt},
    {"Swish", A::eltwise_swish, "alpha", 1},
    {"Tanh", A::eltwise_tanh},
};

PostOp eltwise(A algorithm, double alpha = 0, double beta = 0) {
  return {PostOp::Kind::kEltwise, static_cast<int>(algorithm), static_cast<float>(alpha),
          static_cast<float>(beta)};
}

std::optional<double> scalar(const Value* v) {
  if (!v || !v->isConstant() || v->constant.numel() != 1 || !isFloat(v->dtype)) return std::nullopt;
  return v->constant.getDouble(0);
}

std::vector<PostOp> translateClip(const Node& node) {
  constexpr double kInf = std::numeric_limits<float>::infinity();
  auto low = scalar(node.input(1)), high = scalar(node.input(2));
  if ((node.input(1) && !low) || (node.input(2) && !high)) return {};
  return {eltwise(A::eltwise_clip, low.value_or(-kInf), high.value_or(kInf))};
}

// Arithmetic with a scalar constant is linear in the running value.
std::vector<PostOp> translateScalar(const Node& node, double c, bool valueFirst) {
  if (node.is("Add")) return {eltwise(A::eltwise_linear, 1, c)};
  if (node.is("Mul")) return {eltwise(A::eltwise_linear, c, 0)};
  if (node.is("Sub"))
    return {valueFirst ? eltwise(A::eltwise_linear, 1, -c) : eltwise(A::eltwise_linear, -1, c)};
  if (node.is("Div") && valueFirst && c != 0) return {eltwise(A::eltwise_linear, 1 / c, 0)};
  return {};
}

std::vector<PostOp> translateBinary(const Node& node, const Value* value) {
  if (node.inputs.size() != 2 || !node.inputs[0] || !node.inputs[1] || node.inputs[0] == node.inputs[1])
    return {};
  bool first = node.inputs[0] == value;
  const Value* other = node.inputs[first ? 1 : 0];
  if (auto c = scalar(other)) {
    auto ops = translateScalar(node, *c, first);
    if (!ops.empty()) return ops;
  }
  if (other->dtype != value->dtype) return {};
  auto binary = [&](A a) { return PostOp{PostOp::Kind::kBinary, static_cast<int>(a), 0, 0, other}; };
  if (node.is("Add")) return {binary(A::binary_add)};
  if (node.is("Mul")) return {binary(A::binary_mul)};
  if (node.is("Max")) return {binary(A::binary_max)};
  if (node.is("Min")) return {binary(A::binary_min)};
  if (node.is("Sub") && first) return {binary(A::binary_sub)};
  if (node.is("Sub")) return {eltwise(A::eltwise_linear, -1, 0), binary(A::binary_add)};
  if (node.is("Div") && first) return {binary(A::binary_div)};
  return {};
}

// Empty: not possible.
std::vector<PostOp> translateFloats(const Node& node, const Value* value) {
  if (node.is("Clip") && node.inputs[0] == value) return translateClip(node);
  if (node.is("Gelu"))
    return {eltwise(node.attrs.text("approximate", "none") == "tanh" ? A::eltwise_gelu_tanh
                                                                     : A::eltwise_gelu_erf)};
  for (const EltwiseRow& row : kEltwise)
    if (node.is(row.name))
      return {eltwise(row.algorithm,
                      row.alpha ? node.attrs.real(row.alpha, row.alphaDefault) : row.alphaDefault,
                      row.beta ? node.attrs.real(row.beta, row.betaDefault) : row.betaDefault)};
  return translateBinary(node, value);
}

// Nothing where it is not possible; the sums of integer products become floats of themselves.
std::optional<std::vector<PostOp>> translate(const Node& node, const Value* value) {
  if (node.outputs.size() != 1 || !node.outputs[0]) return std::nullopt;
  if (node.is("Cast") && value->dtype == DataType::kInt32 && node.outputs[0]->dtype == DataType::kFloat32)
    return std::vector<PostOp>{};
  if (!isFloat(value->dtype) || node.outputs[0]->dtype != value->dtype) return std::nullopt;
  std::vector<PostOp> ops = translateFloats(node, value);
  return ops.empty() ? std::nullopt : std::optional(std::move(ops));
}

}  // namespace

PostOpChain translateEpilogue(const FusedNode& fused) {
  PostOpChain chain;
  const Value* value = fused.anchor->outputs[0];
  size_t count = 0;
  for (const Node* node : fused.after) {
    // The running value exists nowhere but in registers: nobody else may want it.
    if (fused.outputIndex(value) >= 0 || value->uses.size() != 1 || value->uses[0] != node) break;
    std::optional<std::vector<PostOp>> ops = translate(*node, value);
    if (!ops) break;
    bool known = std::all_of(ops->begin(), ops->end(),
                             [&](const PostOp& p) { return !p.operand || fused.inputIndex(p.operand) >= 0; });
    if (!known || count + ops->size() > kMaxPostOps) break;
    count += ops->size();
    value = node->outputs[0];
    chain.links.push_back({node, std::move(*ops), value});
  }
  return chain;
}

bool canBePostOp(const Node& node) {
  for (const Value* v : node.inputs)
    if (v && !v->isConstant() && translate(node, v)) return true;
  return false;
}

}  // namespace tenfold::cpu
