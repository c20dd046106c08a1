// Batch normalization, and products and sums with constants that weights can absorb.
#include <algorithm>
#include <cmath>

#include "graph/ops/op_def.h"
#include "optimize/rules/tables.h"

namespace tenfold {
namespace {

// The factor that a constant puts on each of `count` channels along `axis` of a value of this rank; empty
// where it varies along other axes.
std::vector<double> factors(const Tensor& c, int rank, int axis, int64_t count) {
  if (c.rank() > rank || typeBits(c.dtype()) < 16 || !isFloat(c.dtype())) return {};
  int at = axis - (rank - c.rank());  // where the channels lie in the constant
  int64_t extent = at >= 0 && at < c.rank() ? c.shape()[at] : 1;
  if (c.numel() != extent || (extent != 1 && extent != count)) return {};
  std::vector<double> out(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) out[static_cast<size_t>(i)] = c.getDouble(extent == 1 ? 0 : i);
  return out;
}

// `w` with every element multiplied by the factor of its channel: channel(i) of the flat index i.
template <typename Channel>
Tensor scaled(const Tensor& w, const std::vector<double>& factor, Channel channel) {
  Tensor out(w.dtype(), w.shape());
  for (int64_t i = 0, n = w.numel(); i < n; ++i) {
    double f = factor[static_cast<size_t>(channel(i))];
    if (w.dtype() == DataType::kFloat32)
      out.as<float>()[i] = static_cast<float>(w.as<float>()[i] * f);
    else
      out.setDouble(i, w.getDouble(i) * f);
  }
  return out;
}

Tensor perChannelTensor(DataType type, const std::vector<double>& values) {
  Tensor t(type, {static_cast<int64_t>(values.size())});
  for (size_t i = 0; i < values.size(); ++i) t.setDouble(static_cast<int64_t>(i), values[i]);
  return t;
}

// x * scale + shift, shaped [C,1,...].
Value* splitBatchNorm(RuleContext& ctx) {
  const Node& n = *ctx.root();
  int rank = ctx["x"]->rank();
  if (rank < 2 || n.attrs.integer("training_mode", 0) || n.output(1)) return ctx.miss("not for inference");
  double epsilon = n.attrs.real("epsilon", 1e-5);
  const Tensor &s = ctx["s"]->constant, &b = ctx["b"]->constant, &m = ctx["m"]->constant,
               &v = ctx["v"]->constant;
  Shape shape = Shape::filled(rank - 1, 1);
  shape[0] = s.numel();
  Tensor scale(ctx.dtype(), shape), shift(ctx.dtype(), shape);
  for (int64_t i = 0; i < s.numel(); ++i) {
    double f = s.getDouble(i) / std::sqrt(v.getDouble(i) + epsilon);
    scale.setDouble(i, f);
    shift.setDouble(i, b.getDouble(i) - m.getDouble(i) * f);
  }
  Value* product = ctx.emit("Mul", {ctx["x"], ctx.rewriter().constant(std::move(scale))});
  return ctx.emit("Add", {product, ctx.rewriter().constant(std::move(shift))});
}

// Output channels of a (transposed) convolution, or 0 where they are not known.
int64_t outputChannels(const Node& conv) {
  const Shape& w = conv.inputs[1]->constant.shape();
  return conv.is("Conv") ? w[0] : w[1] * conv.attrs.integer("group", 1);
}

// Output channel of element i of the weights.
int64_t weightChannel(const Node& conv, int64_t i) {
  const Shape& w = conv.inputs[1]->constant.shape();
  if (conv.is("Conv")) return i / w.numel(1, w.rank());
  int64_t perGroup = w[0] / std::max<int64_t>(conv.attrs.integer("group", 1), 1);
  int64_t row = i / w.numel(1, w.rank()), column = i / w.numel(2, w.rank()) % w[1];
  return row / std::max<int64_t>(perGroup, 1) * w[1] + column;
}

Value* scaleConv(RuleContext& ctx) {
  const Node& conv = *ctx.node("n");
  std::vector<double> f = factors(ctx["c"]->constant, ctx["n"]->rank(), 1, outputChannels(conv));
  if (f.empty() || !conv.inputs[1]->isConstant()) return ctx.miss("the factor is not per channel");
  const Tensor& w = conv.inputs[1]->constant;
  std::vector<Value*> inputs{conv.inputs[0], ctx.rewriter().constant(scaled(
                                                 w, f, [&](int64_t i) { return weightChannel(conv, i); }))};
  if (conv.hasInput(2)) {
    if (!conv.inputs[2]->isConstant()) return ctx.miss("the bias is no constant");
    inputs.push_back(
        ctx.rewriter().constant(scaled(conv.inputs[2]->constant, f, [](int64_t i) { return i; })));
  }
  return ctx.emit(conv.op->name, inputs, conv.attrs);
}

Value* shiftConv(RuleContext& ctx) {
  const Node& conv = *ctx.node("n");
  std::vector<double> bias = factors(ctx["c"]->constant, ctx["n"]->rank(), 1, outputChannels(conv));
  if (bias.empty()) return ctx.miss("the sum is not per channel");
  if (conv.hasInput(2)) {
    if (!conv.inputs[2]->isConstant()) return ctx.miss("the bias is no constant");
    for (size_t i = 0; i < bias.size(); ++i)
      bias[i] += conv.inputs[2]->constant.getDouble(static_cast<int64_t>(i));
  }
  return ctx.emit(
      conv.op->name,
      {conv.inputs[0], conv.inputs[1], ctx.rewriter().constant(perChannelTensor(ctx.dtype(), bias))},
      conv.attrs);
}

// A factor on the input's channels goes into the weights, where they read each channel on its own.
Value* scaleConvInput(RuleContext& ctx) {
  const Node& conv = *ctx.root();
  const Tensor& w = ctx["w"]->constant;
  int64_t group = conv.attrs.integer("group", 1), perGroup = w.shape()[1];
  std::vector<double> f = factors(ctx["c"]->constant, ctx["x"]->rank(), 1, perGroup * group);
  if (f.empty() || !sameShape(ctx["x"], conv.inputs[0])) return ctx.miss("the factor is not per channel");
  int64_t rows = w.shape()[0] / std::max<int64_t>(group, 1), taps = w.shape().numel(2, w.rank());
  Tensor weights =
      scaled(w, f, [&](int64_t i) { return i / (perGroup * taps) / rows * perGroup + i / taps % perGroup; });
  std::vector<Value*> inputs = conv.inputs;
  inputs[0] = ctx["x"];
  inputs[1] = ctx.rewriter().constant(std::move(weights));
  return ctx.emit("Conv", inputs, conv.attrs);
}

int64_t columns(const Node& matmul) {
  const Shape& w = matmul.inputs[1]->constant.shape();
  return w.rank() < 2 ? 0 : w[matmul.attrs.integer("transB", 0) ? w.rank() - 2 : w.rank() - 1];
}

// Factors along the columns of the product, or one for all, go into the right-hand matrix.
Value* scaleMatMul(RuleContext& ctx) {
  const Node& n = *ctx.node("n");
  const Tensor& w = ctx["w"]->constant;
  int64_t count = columns(n), last = w.rank() ? w.shape().back() : 1;
  std::vector<double> f = factors(ctx["c"]->constant, ctx["n"]->rank(), ctx["n"]->rank() - 1, count);
  if (f.empty()) return ctx.miss("the factor is not per column");
  bool transposed = n.attrs.integer("transB", 0);
  Tensor weights = scaled(w, f, [&](int64_t i) { return transposed ? i / last % count : i % last; });
  return ctx.emit("MatMul", {n.inputs[0], ctx.rewriter().constant(std::move(weights))}, n.attrs);
}

// (x @ w + b) * c = x @ (w * c) + b * c
Value* scaleBiasedMatMul(RuleContext& ctx) {
  const Node& n = *ctx.node("n");
  int rank = ctx["n"]->rank();
  int64_t count = columns(n);
  std::vector<double> f = factors(ctx["c"]->constant, rank, rank - 1, count);
  std::vector<double> b = factors(ctx["b"]->constant, rank, rank - 1, count);
  if (f.empty() || b.empty()) return ctx.miss("factor or bias are not per column");
  for (size_t i = 0; i < b.size(); ++i) b[i] *= f[i];
  Value* product = ctx.emit("Mul", {ctx["n"], ctx["c"]});
  return ctx.emit("Add", {product, ctx.rewriter().constant(perChannelTensor(ctx.dtype(), b))});
}

// A scalar factor on the left-hand side.
Value* scaleMatMulInput(RuleContext& ctx) {
  if (ctx["c"]->constant.numel() != 1 || ctx["w"]->rank() < 2 || !sameShape(ctx["x"], ctx.root()->inputs[0]))
    return ctx.miss("the factor is no scalar");
  std::vector<double> f{ctx["c"]->constant.getDouble(0)};
  Value* weights = ctx.rewriter().constant(scaled(ctx["w"]->constant, f, [](int64_t) { return 0; }));
  return ctx.emit("MatMul", {ctx["x"], weights}, ctx.root()->attrs);
}

// The node's pads with those of the Pad before it; empty where the Pad does more than pad spatial axes with
// zeros.
std::vector<int64_t> joinPads(const Node& pad, const Node& node) {
  int rank = pad.inputs[0]->rank();
  auto given = knownInts(pad.input(1));
  if (!given || rank < 3 || static_cast<int>(given->size()) != 2 * rank || pad.hasInput(3)) return {};
  if (pad.attrs.text("mode", "constant") != "constant") return {};
  if (pad.hasInput(2) && splatOf(pad.inputs[2]) != 0.0) return {};
  std::string automatic = node.attrs.text("auto_pad", "NOTSET");
  size_t spatial = static_cast<size_t>(rank) - 2;
  std::vector<int64_t> own = node.attrs.integers("pads"), pads;
  if (own.empty() || automatic == "VALID") own.assign(2 * spatial, 0);
  if (own.size() != 2 * spatial || (automatic != "NOTSET" && automatic != "VALID" && !automatic.empty()))
    return {};
  for (size_t side = 0; side < 2; ++side)
    for (size_t axis = 0; axis < static_cast<size_t>(rank); ++axis) {
      int64_t p = (*given)[side * static_cast<size_t>(rank) + axis];
      if (p < 0 || (axis < 2 && p != 0)) return {};
      if (axis >= 2) pads.push_back(p + own[side * spatial + axis - 2]);
    }
  return pads;
}

Value* padConv(RuleContext& ctx) {
  std::vector<int64_t> pads = joinPads(*ctx.node("p"), *ctx.root());
  if (pads.empty()) return ctx.miss("it pads with other than zeros, or other than spatial axes");
  Attributes attrs = ctx.root()->attrs;
  attrs.set("pads", pads);
  attrs.erase("auto_pad");
  std::vector<Value*> inputs = ctx.root()->inputs;
  inputs[0] = ctx["x"];
  return ctx.emit("Conv", inputs, attrs);
}

constexpr Rule kBatchNorm[] = {
    {"batch-norm", "BatchNormalization(x, @s, @b, @m, @v)", nullptr, splitBatchNorm},
};

constexpr Rule kWeights[] = {
    {"scale-conv", "Mul(n:Conv|ConvTranspose(x, @w, ...), @c)", nullptr, scaleConv},
    {"shift-conv", "Add(n:Conv|ConvTranspose(x, @w, ...), @c)", nullptr, shiftConv},
    {"scale-conv-input", "Conv(Mul(x, @c), @w, ...)", nullptr, scaleConvInput},
    {"scale-matmul", "Mul(n:MatMul(x, @w), @c)", nullptr, scaleMatMul},
    {"scale-biased-matmul", "Mul(Add(n:MatMul(x, @w), @b), @c)", nullptr, scaleBiasedMatMul},
    {"scale-matmul-input", "MatMul(Mul(x, @c), @w)", nullptr, scaleMatMulInput},
    {"pad-conv", "Conv(p:Pad(x, ...), ...)", nullptr, padConv},
};

}  // namespace

std::span<const Rule> batchNormRules() { return kBatchNorm; }
std::span<const Rule> weightRules() { return kWeights; }

}  // namespace tenfold
