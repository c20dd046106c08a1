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
// writing them apart costs more than one product gains.
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

// A first layer whose image conv-few-channels reads as it lies, in any layout and type of floats. Larger
// images are read faster in the order in which the kernel wants them.
bool readsAnyImage(const Node& n) {
  constexpr int64_t kMostPixels = 1 << 18, kMostStride = 4, kMostWords = 192;
  if (!n.is("Conv") || n.attrs.integer("group", 1) != 1 || n.attrs.text("auto_pad", "NOTSET") != "NOTSET")
    return false;
  const Value &image = *n.inputs[0], &weights = *n.inputs[1], &result = *n.outputs[0];
  if (image.rank() != 4 || !hasFewChannels(image) || !isFloat(image.dtype) || typeBits(image.dtype) > 32 ||
      !weights.isConstant() || result.layout != Layout::kChannelsLast)
    return false;
  int64_t pixels = 1;
  for (size_t d : {0, 2, 3})
    pixels *= std::min((*image.shape)[d].tryConstant().value_or(kMostPixels + 1), kMostPixels + 1);
  const Shape& w = weights.constant.shape();
  // Of K. Two 16-bit elements are a word, and pixels begin at words.
  int64_t words = w[2] * (typeBits(image.dtype) == 32 ? w[3] * w[1] : (w[3] * (w[1] + 1) + 1) / 2);
  std::vector<int64_t> strides = n.attrs.integers("strides"), dilations = n.attrs.integers("dilations");
  return pixels <= kMostPixels && words <= kMostWords &&
         std::all_of(strides.begin(), strides.end(), [](int64_t s) { return s <= kMostStride; }) &&
         (dilations.empty() || dilations.back() == 1);
}

// A conversion stays behind a product, as the libraries write what they multiply; but for the network's
// results and the images of its first layers.
bool fusesCast(const Node& product, const Node& cast) {
  const Value &from = *cast.inputs[0], &to = *cast.outputs[0];
  if (!isFloat(from.dtype) || !isFloat(to.dtype)) return false;
  if (&to == product.inputs[0]) return from.dtype == DataType::kFloat32 && readsAnyImage(product);
  bool leaves = std::all_of(to.uses.begin(), to.uses.end(), [](const Node* n) { return n->is("Reorder"); });
  return to.dtype == DataType::kFloat32 && typeBits(from.dtype) == 16 && leaves &&
         product.inputs[0]->dtype == from.dtype;
}

}  // namespace

bool acceptsChannelsLast(const Node& node) {
  if (!node.is("Region"))
    return isPointwise(node) || std::find(std::begin(kChannelsLast), std::end(kChannelsLast),
                                          node.opName()) != std::end(kChannelsLast);
  const auto& members = node.bodies.at(0)->nodes();
  return std::all_of(members.begin(), members.end(), [](const Node* n) { return acceptsChannelsLast(*n); });
}

bool fusesEpilogue(const Node& anchor, const Node& node) {
  if (anchor.is("Attention")) return isStridedView(node);
  if (node.is("Reorder"))
    return readsAnyImage(anchor) || (isPointwise(anchor) && hasFewChannels(*node.inputs[0]));
  if (anchor.is("MatMulInteger") || anchor.is("ConvInteger")) return false;
  if (isEvenSplit(anchor, node)) return true;
  bool product = anchor.is("MatMul") || anchor.is("Conv") || anchor.is("ConvTranspose");
  if (node.is("Cast") && (product || node.outputs[0] == anchor.inputs[0])) return fusesCast(anchor, node);
  return isPointwise(node);
}

}  // namespace tenfold::cuda
