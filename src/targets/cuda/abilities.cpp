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

// The columns of a product of 16-bit floats in equal parts that kernels can write by vectors. With many rows
// the products gain nothing from being one.
bool isEvenSplit(const Node& anchor, const Node& node) {
  constexpr int64_t kVector = 8, kMostRows = 512;
  if (!anchor.is("MatMul") || !node.is("Split") || node.hasInput(1) || !node.inputs[0]->shape) return false;
  const Value* v = node.inputs[0];
  int64_t axis = node.attrs.integer("axis", 0), rank = v->rank();
  if (anchor.inputs[0]->rank() < 2 || anchor.inputs[1]->rank() < 2 || rank == 0) return false;
  auto columns = v->shape->back().tryConstant();
  auto parts = static_cast<int64_t>(node.outputs.size());
  int64_t rows = 1;
  for (size_t i = 0; i + 1 < v->shape->size(); ++i)
    rows = std::min(rows * (*v->shape)[i].tryConstant().value_or(kMostRows + 1), kMostRows + 1);
  return isFloat(v->dtype) && typeBits(v->dtype) == 16 && (axis < 0 ? axis + rank : axis) == rank - 1 &&
         columns && *columns % (parts * kVector) == 0 && rows <= kMostRows;
}

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
  if (isEvenSplit(anchor, node)) return true;
  bool product = anchor.is("MatMul") || anchor.is("Conv") || anchor.is("ConvTranspose");
  return isPointwise(node) && !(product && node.is("Cast"));
}

}  // namespace tenfold::cuda
