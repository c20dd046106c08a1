#include "targets/cuda/abilities.h"

#include <algorithm>

#include "graph/ops/op_def.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/strided_view.h"

namespace tenfold::cuda {
namespace {

// Beside pointwise operators.
constexpr std::string_view kChannelsLast[] = {
    "AveragePool",   "Concat",   "Conv",    "ConvTranspose", "GlobalAveragePool",
    "GlobalMaxPool", "Identity", "MaxPool", "Reorder",       "Pad",
    "Resize",        "Slice",    "Split",   "Transpose"};

bool isPointwise(const Node& node) { return node.op->pointwise && refusesExpression(node).empty(); }

// Reading few channels where they lie costs less than another pass over the image.
bool hasFewChannels(const Value& v) {
  constexpr int64_t kMost = 8;
  return v.shape && v.rank() >= 3 && (*v.shape)[1].tryConstant().value_or(kMost + 1) <= kMost;
}

}  // namespace

bool acceptsChannelsLast(const Node& node) {
  if (!node.is("Region"))
    return isPointwise(node) || std::find(std::begin(kChannelsLast), std::end(kChannelsLast),
                                          node.opName()) != std::end(kChannelsLast);
  const auto& members = node.bodies.at(0)->nodes();
  return std::all_of(members.begin(), members.end(), [](const Node* n) { return acceptsChannelsLast(*n); });
}

// A conversion stays behind a product: the libraries write what they multiply.
bool fusesEpilogue(const Node& anchor, const Node& node) {
  if (anchor.is("Attention")) return isStridedView(node);
  if (node.is("Reorder")) return isPointwise(anchor) && hasFewChannels(*node.inputs[0]);
  if (anchor.is("MatMulInteger") || anchor.is("ConvInteger")) return false;
  bool product = anchor.is("MatMul") || anchor.is("Conv") || anchor.is("ConvTranspose");
  return isPointwise(node) && !(product && node.is("Cast"));
}

}  // namespace tenfold::cuda
