#include "targets/cpu/abilities.h"

#include <oneapi/dnnl/dnnl.h>

#include <algorithm>

#include "graph/ops/op_def.h"
#include "graph/ops/quantize.h"
#include "targets/cpu/onednn/post_ops.h"
#include "targets/cpu/pointwise/program.h"

namespace tenfold::cpu {
namespace {

// Beside pointwise operators.
constexpr std::string_view kChannelsLast[] = {
    "Concat",   "Conv",    "ConvTranspose", "GlobalAveragePool", "GlobalMaxPool",
    "Identity", "MaxPool", "Reorder",       "Transpose"};
constexpr std::string_view kMovements[] = {"Pad", "Slice", "Split"};
constexpr std::string_view kContractions[] = {"Conv", "ConvTranspose", "MatMul"};

// Resize: of the spatial axes alone.
bool isSpatialResize(const Node& node) {
  const Value *in = node.inputs[0], *out = node.outputs[0];
  return in->shape && out->shape && in->rank() >= 3 && (*in->shape)[0] == (*out->shape)[0] &&
         (*in->shape)[1] == (*out->shape)[1];
}

// What decides shapes and positions is known while building, as the tactics for these layouts ask.
bool movesByConstants(const Node& node) {
  for (size_t i = 1; i < node.inputs.size(); ++i)
    if (const Value* v = node.inputs[i]; v && isInteger(v->dtype) && !v->isConstant()) return false;
  return true;
}

// Kernels are chosen at the usual shapes; where only running tells the channels, none can be but the
// reference.
bool hasKnownChannels(const Node& node) {
  const Value* in = node.inputs[0];
  return in->shape && in->rank() > 1 && (*in->shape)[1].isConstant();
}

bool isPointwise(const Node& node) {
  return (node.op->pointwise || isUniformQuantization(node)) && refusesPointwise(node).empty();
}

// Products of 16-bit floats without instructions for them are left to the reference, which knows plain layout
// only.
bool isSlowType(DataType type) {
  auto has = [](unsigned isa) { return (static_cast<unsigned>(dnnl_get_effective_cpu_isa()) & isa) == isa; };
  if (type == DataType::kFloat16) return !has(dnnl_cpu_isa_avx512_core_fp16);
  if (type == DataType::kBFloat16) return !has(dnnl_cpu_isa_avx512_core_bf16);
  return false;
}

bool hasSlowType(const Node& node) {
  auto isSlow = [](const Value* v) { return v && isSlowType(v->dtype); };
  return std::any_of(node.inputs.begin(), node.inputs.end(), isSlow) ||
         std::any_of(node.outputs.begin(), node.outputs.end(), isSlow);
}

template <size_t N>
bool contains(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

}  // namespace

bool acceptsChannelsLast(const Node& node) {
  if (hasSlowType(node)) return false;
  if (node.is("Resize")) return isSpatialResize(node);
  if (contains(kMovements, node.opName())) return movesByConstants(node);
  if (node.is("Conv") || node.is("ConvTranspose")) return hasKnownChannels(node);
  if (!node.is("Region")) return contains(kChannelsLast, node.opName()) || isPointwise(node);
  const auto& members = node.bodies.at(0)->nodes();
  return std::all_of(members.begin(), members.end(), [](const Node* n) { return acceptsChannelsLast(*n); });
}

bool fusesEpilogue(const Node& anchor, const Node& node) {
  return contains(kContractions, anchor.opName()) ? canBePostOp(node) : isPointwise(node);
}

}  // namespace tenfold::cpu
