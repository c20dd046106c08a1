#include "targets/cuda/abilities.h"

#include <algorithm>

#include "graph/ops/op_def.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/scaling.h"
#include "targets/cuda/tactics/product_shape.h"
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

// A convolution that conv-few-channels takes, whatever its epilogue is.
bool isFirstLayer(const Node& n) {
  constexpr int64_t kMostStride = 4, kMostWords = 192;
  if (!n.is("Conv") || n.attrs.integer("group", 1) != 1 || n.attrs.text("auto_pad", "NOTSET") != "NOTSET")
    return false;
  const Value &image = *n.inputs[0], &weights = *n.inputs[1], &result = *n.outputs[0];
  if (image.rank() != 4 || !hasFewChannels(image) || !isFloat(image.dtype) || typeBits(image.dtype) > 32 ||
      !weights.isConstant() || result.layout != Layout::kChannelsLast)
    return false;
  const Shape& w = weights.constant.shape();
  // Of K. Two 16-bit elements are a word, and pixels begin at words.
  int64_t words = w[2] * (typeBits(image.dtype) == 32 ? w[3] * w[1] : (w[3] * (w[1] + 1) + 1) / 2);
  std::vector<int64_t> strides = n.attrs.integers("strides"), dilations = n.attrs.integers("dilations");
  return words <= kMostWords &&
         std::all_of(strides.begin(), strides.end(), [](int64_t s) { return s <= kMostStride; }) &&
         (dilations.empty() || dilations.back() == 1);
}

// Whose image it reads as it lies, in any layout and type of floats. Larger images are read faster in the
// order in which the kernel wants them.
bool readsAnyImage(const Node& n) {
  constexpr int64_t kMostPixels = 1 << 18;
  if (!isFirstLayer(n)) return false;
  int64_t pixels = 1;
  for (size_t d : {0, 2, 3})
    pixels *= std::min((*n.inputs[0]->shape)[d].tryConstant().value_or(kMostPixels + 1), kMostPixels + 1);
  return pixels <= kMostPixels;
}

// Whether nodes behind `conv` lead to `v` that read, beside its result, one element for each channel at most.
bool isByChannels(const Node& conv, const Value& v) {
  const Value* from = &v;
  auto varies = [](const Value* operand) {
    if (!operand->isConstant()) return true;
    const Shape& s = operand->constant.shape();
    for (int d = 0; d < s.rank(); ++d)
      if (s[d] != 1 && s.rank() - d != 3) return true;
    return false;
  };
  while (from->producer && from->producer != &conv) {
    const Value* result = nullptr;
    for (const Value* operand : from->producer->inputs) {
      if (!operand || !varies(operand)) continue;
      if (result && result != operand) return false;
      result = operand;
    }
    if (!result) return false;
    from = result;
  }
  return from->producer == &conv;
}

// The windows in common use, by conv-few-channels-pool.
bool fusesPool(const Node& conv, const Node& pool) {
  constexpr int64_t kVector = 8;
  if (!isFirstLayer(conv) || typeBits(conv.inputs[0]->dtype) != 16 ||
      conv.inputs[1]->constant.shape()[0] % kVector != 0 ||
      (conv.hasInput(2) && !conv.inputs[2]->isConstant()))
    return false;
  const Attributes& attrs = pool.attrs;
  auto areAll = [&](const char* name, int64_t low, int64_t high) {
    std::vector<int64_t> values = attrs.integers(name);
    return std::all_of(values.begin(), values.end(), [&](int64_t v) { return v >= low && v <= high; });
  };
  return !pool.output(1) && attrs.text("auto_pad", "NOTSET") == "NOTSET" && areAll("dilations", 1, 1) &&
         areAll("kernel_shape", 2, 3) && attrs.integers("strides").size() == 2 && areAll("strides", 2, 2) &&
         pool.outputs[0]->dtype == conv.inputs[0]->dtype && isByChannels(conv, *pool.inputs[0]);
}

// The scaling of a convolution's images by gemm, to which they are products of their own: few pixels would
// leave its tiles empty.
bool fusesScaling(const Node& conv, const Node& mul) {
  constexpr int64_t kFewestChannels = 16, kFewestFilters = 8, kFewestPixels = 32;
  Scaling scaling = scalingOf(mul);
  if (!scaling.image || !conv.is("Conv") || !conv.inputs[1]->isConstant()) return false;
  const Value &image = *scaling.image, &result = *conv.outputs[0];
  const Shape& weights = conv.inputs[1]->constant.shape();
  if (!refusesPointwiseConv(conv, weights).empty() || weights[1] < kFewestChannels ||
      weights[0] < kFewestFilters || image.layout != Layout::kChannelsLast ||
      result.layout != Layout::kChannelsLast)
    return false;
  int64_t pixels = 1;
  for (int d = 2; d < image.rank(); ++d)
    pixels *= (*image.shape)[static_cast<size_t>(d)].tryConstant().value_or(kFewestPixels);
  return isFloat(image.dtype) && typeBits(image.dtype) <= 32 && typeBits(image.dtype) >= 16 &&
         pixels >= kFewestPixels;
}

// A small product behind the mean of images, by squeeze-excite, which keeps sums and means in shared memory.
bool fusesProduct(const Node& mean, const Node& conv) {
  constexpr int64_t kMostWeights = 1 << 18, kMostChannels = 4096, kMostSqueezed = 512;
  if (!conv.is("Conv") || !conv.inputs[1]->isConstant() ||
      (conv.hasInput(2) && !conv.inputs[2]->isConstant()))
    return false;
  const Value& image = *mean.inputs[0];
  const Shape& weights = conv.inputs[1]->constant.shape();
  int64_t vector = 128 / std::max(typeBits(image.dtype), 16);
  bool fits = isFloat(image.dtype) && typeBits(image.dtype) >= 16 && typeBits(image.dtype) <= 32 &&
              image.layout == Layout::kChannelsLast;
  auto channels = (*image.shape)[1].tryConstant();
  bool isFirst = conv.inputs[0] == mean.outputs[0];
  return fits && channels && *channels % vector == 0 && refusesPointwiseConv(conv, weights).empty() &&
         std::min(weights[0], weights[1]) > 1 && std::max(weights[0], weights[1]) <= kMostChannels &&
         weights[isFirst ? 0 : 1] <= kMostSqueezed && weights.numel() <= kMostWeights &&
         conv.outputs[0]->dtype == image.dtype;
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
  if (node.is("MaxPool")) return fusesPool(anchor, node);
  bool product = anchor.is("MatMul") || anchor.is("Conv") || anchor.is("ConvTranspose");
  if (anchor.is("GlobalAveragePool") && node.is("Conv")) return fusesProduct(anchor, node);
  if (node.is("Mul") && node.outputs[0] == anchor.inputs[0]) return fusesScaling(anchor, node);
  if (node.is("Cast") && (product || node.outputs[0] == anchor.inputs[0])) return fusesCast(anchor, node);
  return isPointwise(node);
}

}  // namespace tenfold::cuda
