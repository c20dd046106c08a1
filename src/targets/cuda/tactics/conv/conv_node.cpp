#include "targets/cuda/tactics/conv/conv_node.h"

#include <algorithm>

#include "base/error.h"
#include "graph/ops/op_def.h"
#include "graph/ops/window.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/codegen/tile_epilogue.h"
#include "targets/cuda/tactics/strides.h"

namespace tenfold::cuda {
namespace {

constexpr std::string_view kAnchors[] = {"Conv", "ConvTranspose"};

bool isConvType(DataType type) {
  return type == DataType::kFloat32 || type == DataType::kFloat64 || type == DataType::kFloat16 ||
         type == DataType::kBFloat16;
}

void requireExpressions(const ConvNode& conv) {
  for (const Node* n : conv.fused.after) {
    if (!n->op->pointwise) fail(ErrorKind::kUnsupported, "{} is not pointwise", n->opName());
    if (std::string why = refusesExpression(*n); !why.empty()) fail(ErrorKind::kUnsupported, "{}", why);
  }
  for (size_t i : conv.extras) memoryType(conv.fused.inputs[i]->dtype);
  for (size_t o : conv.outputs) memoryType(conv.fused.outputs[o]->dtype);
}

// Whether every axis has extent 1, but for the channels where `exceptChannels`.
bool isOneEverywhere(const SymShape& shape, int outRank, bool exceptChannels) {
  int lead = outRank - static_cast<int>(shape.size());
  for (int d = 0; d < static_cast<int>(shape.size()); ++d)
    if (!(exceptChannels && lead + d == 1) && !(shape[static_cast<size_t>(d)] == Dim(1))) return false;
  return true;
}

}  // namespace

ConvNode::ConvNode(const Node& node, bool mayConvert, bool mayPool) : fused(node, kAnchors) {
  if (!fused.anchor) fail(ErrorKind::kUnsupported, "there is no convolution, or several");
  const Node* conversion = conversionBefore(fused);
  if (!fused.before.empty() && !(mayConvert && conversion))
    fail(ErrorKind::kUnsupported, "the input is computed in the region");
  transposed = anchor().is("ConvTranspose");
  pool = poolBehind(fused);
  if (pool && !mayPool) fail(ErrorKind::kUnsupported, "a MaxPool follows");
  if (pool) fused.after.pop_back();
  if (!isConvType(type())) fail(ErrorKind::kUnsupported, "elements are {}", typeName(type()));
  int in = fused.inputIndex(conversion ? conversion->inputs[0] : anchor().inputs[0]);
  if (in < 0) fail(ErrorKind::kUnsupported, "the convolved value is no input");
  x = static_cast<size_t>(in);
  w = fused.inputIndex(weights());
  if (w < 0 && !weights()->isConstant()) fail(ErrorKind::kUnsupported, "the weights are no input");
  for (size_t i = 0; i < fused.inputs.size(); ++i) {
    const Value* v = fused.inputs[i];
    if (v && !isLiteral(v) && (v == bias() || FusedNode::reads(fused.after, v))) extras.push_back(i);
  }
  for (size_t o = 0; o < fused.outputs.size(); ++o)
    if (fused.outputs[o]) outputs.push_back(o);
  if (outputs.empty()) fail(ErrorKind::kUnsupported, "no output is wanted");
  requireExpressions(*this);
}

const void* knownWeights(const ConvNode& conv, const TuningHint& hint) {
  if (conv.w < 0) return conv.weights()->constant.data();
  return hint.inputs[static_cast<size_t>(conv.w)].known;
}

std::string reachOfExtras(const ConvNode& conv, const TuningHint& hint) {
  std::string reach;
  const Value* out = conv.fused.node.outputs[conv.outputs.at(0)];
  for (size_t i : conv.extras) {
    const Value* v = conv.fused.node.inputs[i];
    Reach r = Reach::kAny;
    if (v->shape && out->shape) {
      if (isOneEverywhere(*v->shape, out->rank(), false))
        r = Reach::kOne;
      else if (conv.fused.inputs[i] == conv.bias() || isOneEverywhere(*v->shape, out->rank(), true))
        r = Reach::kChannel;
      else if (*v->shape == *out->shape && hint.inputs[i].layout == hint.outputs[conv.outputs[0]].layout)
        r = Reach::kFull;
    }
    if (r == Reach::kAny && conv.fused.inputs[i] == conv.bias()) r = Reach::kChannel;
    reach += static_cast<char>(r);
  }
  return reach;
}

double ConvShape::operations() const {
  return 2.0 * static_cast<double>(pixels() * groups * filters) * static_cast<double>(channels * taps());
}

ConvShape convShape(const ConvNode& conv, Descs in, Descs out) {
  requireSmall(in);
  requireSmall(out);
  const TensorDesc &image = in[conv.x], &first = out[conv.outputs.at(0)];
  Shape weights = conv.w < 0 ? conv.weights()->constant.shape() : in[static_cast<size_t>(conv.w)].shape;
  if (conv.w >= 0 && weights.rank() > 2 && in[static_cast<size_t>(conv.w)].layout != Layout::kPlain)
    fail(ErrorKind::kUnsupported, "plain weights are expected");
  int rank = image.shape.rank(), spatial = rank - 2;
  if (rank < 2 || rank > 5) fail(ErrorKind::kUnsupported, "the image has rank {}", rank);
  require(weights.rank() == rank && first.shape.rank() == rank,
          "image {}, weights {} and result {} do not fit", image.shape.str(), weights.str(),
          first.shape.str());
  for (size_t o : conv.outputs)
    if (!(out[o].shape == first.shape) || out[o].layout != first.layout)
      fail(ErrorKind::kUnsupported, "outputs of several shapes or layouts");
  ConvShape s;
  s.batch = image.shape[0];
  s.groups = conv.anchor().attrs.integer("group", 1);
  s.channels = image.shape[1] / s.groups;
  s.filters = conv.transposed ? weights[1] : weights[0] / s.groups;
  SymShape extents, kernel;
  for (int i = 0; i < spatial; ++i) {
    extents.emplace_back(image.shape[i + 2]);
    kernel.emplace_back(weights[i + 2]);
  }
  const Attributes& attrs = conv.anchor().attrs;
  Window window =
      conv.transposed ? transposedWindow(attrs, extents, kernel) : slidingWindow(attrs, extents, kernel);
  for (int i = 0; i < spatial; ++i) {
    auto from = static_cast<size_t>(i), to = static_cast<size_t>(i + 3 - spatial);
    s.in[to] = image.shape[i + 2];
    s.out[to] = conv.pool ? *window.out[from].tryConstant() : first.shape[i + 2];
    s.kernel[to] = weights[i + 2];
    s.stride[to] = window.strides[from];
    s.dilation[to] = window.dilations[from];
    s.begin[to] = *window.padBegin[from].tryConstant();
  }
  return s;
}

void requireDepthwise(const ConvNode& conv, const ConvShape& s, Descs in, Descs out) {
  auto refuse = [](const char* why) { fail(ErrorKind::kUnsupported, "{}", why); };
  auto isLast = [](const TensorDesc& d) { return d.layout == Layout::kChannelsLast && d.shape.rank() > 2; };
  if (conv.transposed) refuse("it is transposed");
  if (s.channels != 1 || s.filters != 1) refuse("its channels are not by themselves");
  if (!isLast(in[conv.x]) || !isLast(out[conv.outputs[0]])) refuse("channels-last layout is expected");
  if (s.kernel[0] != 1 || s.stride[0] != 1 || s.begin[0] != 0 || s.in[0] != s.out[0])
    refuse("its kernel moves along the depth");
}

WeightStrides weightStrides(const ConvNode& conv, const ConvShape& s) {
  int64_t taps = s.taps();
  if (conv.transposed) return {s.channels * s.filters * taps, taps, s.filters * taps, 1};
  return {s.filters * s.channels * taps, s.channels * taps, taps, 1};
}

}  // namespace tenfold::cuda
