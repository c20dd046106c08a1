#include "targets/cuda/tactics/cudnn_conv_graph.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "graph/ops/window.h"

namespace tenfold::cuda {
namespace {

SymShape spatial(const Shape& shape) {
  SymShape s;
  for (int i = 2; i < shape.rank(); ++i) s.emplace_back(shape[i]);
  return s;
}

std::vector<int64_t> constants(const SymShape& values) {
  std::vector<int64_t> v;
  for (const Dim& d : values) v.push_back(*d.tryConstant());
  return v;
}

void checkPads(const DnnWindow& window) {
  for (const auto* pads : {&window.padBegin, &window.padEnd})
    for (int64_t p : *pads)
      if (p < 0) fail(ErrorKind::kUnsupported, "cuDNN does not crop: a pad is {}", p);
}

// cuDNN knows no images with one axis.
void addAxis(DnnConvShape& s) {
  for (Shape* shape : {&s.x, &s.w, &s.y}) *shape = {(*shape)[0], (*shape)[1], 1, (*shape)[2]};
  auto& w = s.window;
  for (auto* values : {&w.strides, &w.dilations}) values->insert(values->begin(), 1);
  for (auto* values : {&w.padBegin, &w.padEnd}) values->insert(values->begin(), 0);
}

Shape stridesIn(const Shape& shape, Layout layout) {
  Shape strides = contiguousStrides(shape);
  if (layout == Layout::kPlain) return strides;
  int64_t stride = shape[1];
  for (int d = shape.rank() - 1; d >= 2; stride *= shape[d], --d) strides[d] = stride;
  strides[0] = stride;
  strides[1] = 1;
  return strides;
}

// Builds the chain product -> alpha -> residual -> bias -> activation; only its end is in memory.
class Chain {
 public:
  using T = OperationGraph::Tensor;
  Chain(DnnConvGraph& made, const ProductEpilogue* epilogue, int rank)
      : made_(made), e_(epilogue), rank_(rank) {}

  int steps() const {
    if (!e_) return 0;
    return (e_->alpha != 1) + (e_->residual >= 0) + (e_->bias >= 0) + (e_->activation != Activation::kNone);
  }
  // The tensor that the next step writes; `output` is the last one.
  T next(T output) { return --left_ > 0 ? made_.graph.temporary(output) : output; }

  void build(T product, T output, T residual, T bias) {
    if (!e_) return;
    OperationGraph& g = made_.graph;
    T at = product;
    auto binary = [&](cudnnPointwiseMode_t mode, T other) {
      T to = next(output);
      g.pointwise(mode, at, other, to);
      at = to;
    };
    if (e_->alpha != 1) binary(CUDNN_POINTWISE_MUL, g.scalar(static_cast<float>(e_->alpha), rank_));
    if (e_->residual >= 0) binary(CUDNN_POINTWISE_ADD, residual);
    if (e_->bias >= 0) binary(CUDNN_POINTWISE_ADD, bias);
    if (e_->activation != Activation::kNone) g.pointwise(activation(), at, next(output));
  }
  void start() { left_ = steps() + 1; }

 private:
  DnnPointwise activation() const {
    switch (e_->activation) {
      case Activation::kNone:
        break;
      case Activation::kRelu:
        return {CUDNN_POINTWISE_RELU_FWD};
      case Activation::kClip: {
        constexpr double kMost = std::numeric_limits<float>::max();
        return {CUDNN_POINTWISE_RELU_FWD, std::max(e_->low, -kMost), std::min(e_->high, kMost), 1, true};
      }
      case Activation::kSigmoid:
        return {CUDNN_POINTWISE_SIGMOID_FWD};
      case Activation::kTanh:
        return {CUDNN_POINTWISE_TANH_FWD};
      case Activation::kSwish:
        return {CUDNN_POINTWISE_SWISH_FWD, 0, 0, e_->slope};
      case Activation::kElu:
        return {CUDNN_POINTWISE_ELU_FWD, 0, 0, e_->slope};
    }
    return {};
  }
  DnnConvGraph& made_;
  const ProductEpilogue* e_;
  int rank_, left_ = 0;
};

}  // namespace

DnnConvShape dnnConvShape(const Node& conv, const Shape& x, const Shape& w) {
  if (x.rank() < 3 || x.rank() > 5 || w.rank() != x.rank())
    fail(ErrorKind::kUnsupported, "cuDNN convolves over one to three axes, not over {}", x.rank() - 2);
  DnnConvShape s;
  s.isTransposed = conv.is("ConvTranspose");
  Window window = s.isTransposed ? transposedWindow(conv.attrs, spatial(x), spatial(w))
                                 : slidingWindow(conv.attrs, spatial(x), spatial(w));
  s.x = x;
  s.w = w;
  s.y = {x[0], s.isTransposed ? w[1] * conv.attrs.integer("group", 1) : w[0]};
  for (int64_t d : constants(window.out)) s.y.push_back(d);
  s.window = {window.strides, window.dilations, constants(window.padBegin), constants(window.padEnd)};
  // Where the pads at the end lie matters to the plain convolution alone, which must reach exactly x's
  // extents.
  if (s.isTransposed)
    for (size_t i = 0; i < s.window.strides.size(); ++i) {
      int d = static_cast<int>(i) + 2;
      int64_t reach = (x[d] - 1) * s.window.strides[i] + (w[d] - 1) * s.window.dilations[i] + 1;
      int64_t rest = s.y[d] + s.window.padBegin[i] + s.window.padEnd[i] - reach;
      if (rest < 0 || rest >= s.window.strides[i]) s.window.padEnd[i] -= rest;
    }
  checkPads(s.window);
  if (x.rank() == 3) addAxis(s);
  return s;
}

DnnConvGraph dnnConvGraph(const Device& device, const DnnConvShape& shape, const TensorDesc& input,
                          Layout weightsLayout, const TensorDesc& residual, const TensorDesc& output,
                          const ProductEpilogue* epilogue) {
  DnnConvGraph made{OperationGraph(device), {}, {}};
  OperationGraph& g = made.graph;
  auto operand = [&](DnnConvOperand what, const Shape& extents, const Shape& strides) {
    OperationGraph::Tensor t = g.tensor(output.dtype, extents, strides);
    made.operands.push_back(what);
    made.tensors.push_back(t);
    return t;
  };
  auto x = operand(DnnConvOperand::kInput, shape.x, stridesIn(shape.x, input.layout));
  auto w = operand(DnnConvOperand::kWeights, shape.w, stridesIn(shape.w, weightsLayout));
  auto y = operand(DnnConvOperand::kOutput, shape.y, stridesIn(shape.y, output.layout));
  OperationGraph::Tensor added = 0, bias = 0;
  if (epilogue && epilogue->residual >= 0)
    added = operand(DnnConvOperand::kResidual, shape.y, stridesIn(shape.y, residual.layout));
  if (epilogue && epilogue->bias >= 0) {
    Shape channels = Shape::filled(shape.y.rank(), 1);
    channels[1] = shape.y[1];
    bias = operand(DnnConvOperand::kBias, channels, stridesIn(channels, Layout::kChannelsLast));
  }
  Chain chain(made, epilogue, shape.y.rank());
  chain.start();
  auto product = chain.next(y);
  g.convolution(shape.window, shape.isTransposed, x, w, product);
  chain.build(product, y, added, bias);
  g.finish();
  return made;
}

Tensor packChannelsLast(const Tensor& weights) {
  const Shape& s = weights.shape();
  int64_t filters = s[0], channels = s[1], places = s.numel(2, s.rank());
  size_t bytes = static_cast<size_t>(typeBits(weights.dtype()) / 8);
  Tensor packed(weights.dtype(), s);
  const char* from = weights.as<char>();
  char* to = packed.as<char>();
  for (int64_t k = 0; k < filters; ++k)
    for (int64_t p = 0; p < places; ++p)
      for (int64_t c = 0; c < channels; ++c, to += bytes)
        std::memcpy(to, from + static_cast<size_t>((k * channels + c) * places + p) * bytes, bytes);
  return packed;
}

}  // namespace tenfold::cuda
