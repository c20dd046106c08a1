#include "targets/cpu/abilities.h"

#include <algorithm>

#include "graph/ops/op_def.h"
#include "graph/ops/quantize.h"
#include "targets/cpu/onednn/instructions.h"
#include "targets/cpu/onednn/post_ops.h"
#include "targets/cpu/pointwise/program.h"

namespace tenfold::cpu {
namespace {

// Beside pointwise operators.
constexpr std::string_view kChannelsLast[] = {
    "Concat",   "Conv",    "ConvTranspose", "GlobalAveragePool", "GlobalMaxPool",
    "Identity", "MaxPool", "Reorder",       "Transpose"};
constexpr std::string_view kMovements[] = {"Pad", "Slice", "Split"};
constexpr std::string_view kContractions[] = {"Conv", "ConvInteger", "ConvTranspose", "MatMul",
                                              "MatMulInteger"};

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

// The one that oneDNN takes; the reference knows plain layout only.
bool isFastIntegerConv(const Node& node) {
  const Value* zero = node.input(2);
  bool oneZero = !zero || (zero->shape && numel(*zero->shape) == Dim(1));
  return hasProductsOf(DataType::kInt8) && hasKnownChannels(node) &&
         node.inputs[1]->dtype == DataType::kInt8 && !node.hasInput(3) && oneZero;
}

bool isPointwise(const Node& node) {
  return (node.op->pointwise || isUniformQuantization(node)) && refusesPointwise(node).empty();
}

// Products of 16-bit floats without instructions for them are left to the reference, which knows plain layout
// only.
bool isSlowType(DataType type) { return isFloat(type) && !hasProductsOf(type); }

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
  if (node.is("ConvInteger")) return isFastIntegerConv(node);
  if (!node.is("Region")) return contains(kChannelsLast, node.opName()) || isPointwise(node);
  const auto& members = node.bodies.at(0)->nodes();
  return std::all_of(members.begin(), members.end(), [](const Node* n) { return acceptsChannelsLast(*n); });
}

bool fusesEpilogue(const Node& anchor, const Node& node) {
  if (node.output() == anchor.input(0)) return false;  // what precedes a product is computed before it
  return contains(kContractions, anchor.opName()) ? canBePostOp(node) : isPointwise(node);
}

}  // namespace tenfold::cpu
