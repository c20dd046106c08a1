// Normalizations of neighbouring elements: Layer, RMS, Instance and GroupNormalization.
#include <cmath>

#include "graph/ops/broadcast.h"
#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/parallel.h"

using namespace tenfold;

namespace {

// x cut into equal runs of elements, each brought to mean 0 (where `center`) and variance 1.
struct Normalized {
  std::vector<double> values;
  std::vector<double> mean, inverseDeviation;  // one per run
};

Normalized normalizeRuns(const Tensor& x, int64_t run, double epsilon, bool center) {
  Normalized out{allElements<double>(x), {}, {}};
  int64_t runs = run ? x.numel() / run : 0;
  out.mean.resize(static_cast<size_t>(runs));
  out.inverseDeviation.resize(static_cast<size_t>(runs));
  inParts(runs, x.numel() > 65536, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      double *v = out.values.data() + r * run, sum = 0, squares = 0;
      for (int64_t i = 0; i < run && center; ++i) sum += v[i];
      double mean = sum / static_cast<double>(run);
      for (int64_t i = 0; i < run; ++i) squares += (v[i] - mean) * (v[i] - mean);
      double inverse = 1 / std::sqrt(squares / static_cast<double>(run) + epsilon);
      for (int64_t i = 0; i < run; ++i) v[i] = (v[i] - mean) * inverse;
      out.mean[static_cast<size_t>(r)] = mean;
      out.inverseDeviation[static_cast<size_t>(r)] = inverse;
    }
  });
  return out;
}

double epsilon(EvalContext& ctx) { return ctx.attrs().real("epsilon", 1e-5); }

// values[i] = values[i] * scale + bias, both broadcast to the shape of x; bias may be null.
void scaleBroadcast(EvalContext& ctx, std::vector<double>& values, const Shape& x, const Tensor& scale,
                    const Tensor* bias) {
  for (const Tensor* t : {&scale, bias})
    ctx.require(!t || broadcastShapes(x, t->shape()) == x,
                "a scale or bias of shape {} does not broadcast to {}", t ? t->shape().str() : "", x.str());
  std::vector<double> s = allElements<double>(scale),
                      b = bias ? allElements<double>(*bias) : std::vector<double>{0};
  std::array<Shape, 2> strides{broadcastStrides(scale.shape(), x),
                               broadcastStrides(bias ? bias->shape() : Shape{}, x)};
  forEachBroadcast(x, strides, [&](int64_t i, const std::array<int64_t, 2>& at) {
    double& v = values[static_cast<size_t>(i)];
    v = v * s[static_cast<size_t>(at[0])] + b[static_cast<size_t>(at[1])];
  });
}

// The same with one scale and one bias for each channel, axis 1.
void scaleChannels(EvalContext& ctx, std::vector<double>& values, const Shape& x) {
  std::vector<double> scale = allElements<double>(ctx.input(1)), bias = allElements<double>(ctx.input(2));
  int64_t channels = x[1], area = x.numel(2, x.rank());
  ctx.require(static_cast<int64_t>(scale.size()) == channels && scale.size() == bias.size(),
              "scale and bias have {} and {} elements, the input has {} channels", scale.size(), bias.size(),
              channels);
  for (size_t i = 0; i < values.size(); ++i) {
    auto c = static_cast<size_t>(static_cast<int64_t>(i) / area % channels);
    values[i] = values[i] * scale[c] + bias[c];
  }
}

// The extent of the axes from `axis` on.
int axisOf(const Attributes& attrs, int rank) { return normalizeAxis(attrs.integer("axis", -1), rank); }

// The precision of the first stage, in which the statistics come out.
DataType stashType(const Attributes& attrs) {
  return attrs.integer("stash_type", 1) == 16 ? DataType::kBFloat16 : DataType::kFloat32;
}

void inferLayerNormalization(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  ctx.setType(1, stashType(ctx.attrs()));
  ctx.setType(2, stashType(ctx.attrs()));
  SymShape shape = ctx.shape(0);
  ctx.setShape(0, shape);
  for (size_t i = static_cast<size_t>(axisOf(ctx.attrs(), ctx.rank(0))); i < shape.size(); ++i)
    shape[i] = Dim(1);
  ctx.setShape(1, shape);
  ctx.setShape(2, shape);
}

void evalLayerNormalization(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  int axis = axisOf(ctx.attrs(), x.rank());
  Normalized n = normalizeRuns(x, x.shape().numel(axis, x.rank()), epsilon(ctx), true);
  scaleBroadcast(ctx, n.values, x.shape(), ctx.input(1), ctx.has(2) ? &ctx.input(2) : nullptr);
  writeElements(ctx.output(0, x.dtype(), x.shape()), 0, x.numel(), n.values.data());
  Shape statistics = x.shape();
  for (int i = axis; i < x.rank(); ++i) statistics[i] = 1;
  auto runs = static_cast<int64_t>(n.mean.size());
  if (ctx.wants(1)) writeElements(ctx.output(1, stashType(ctx.attrs()), statistics), 0, runs, n.mean.data());
  if (ctx.wants(2))
    writeElements(ctx.output(2, stashType(ctx.attrs()), statistics), 0, runs, n.inverseDeviation.data());
}

void inferRMSNormalization(InferContext& ctx) { ctx.set(0, ctx.type(1), ctx.shape(0)); }

void evalRMSNormalization(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  int axis = axisOf(ctx.attrs(), x.rank());
  Normalized n = normalizeRuns(x, x.shape().numel(axis, x.rank()), epsilon(ctx), false);
  scaleBroadcast(ctx, n.values, x.shape(), ctx.input(1), nullptr);
  writeElements(ctx.output(0, ctx.input(1).dtype(), x.shape()), 0, x.numel(), n.values.data());
}

void inferChannelwise(InferContext& ctx) {
  ctx.set(0, ctx.type(0), ctx.shape(0));
  ctx.require(ctx.rank(0) >= 2, "the input has shape {}; a batch and a channel axis are expected",
              str(ctx.shape(0)));
  ctx.expectShape(1, {ctx.shape(0)[1]}, "scale");
  ctx.expectShape(2, {ctx.shape(0)[1]}, "bias");
}

void evalInstanceNormalization(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  Normalized n = normalizeRuns(x, x.shape().numel(2, x.rank()), epsilon(ctx), true);
  scaleChannels(ctx, n.values, x.shape());
  writeElements(ctx.output(0, x.dtype(), x.shape()), 0, x.numel(), n.values.data());
}

void evalGroupNormalization(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  int64_t groups = ctx.attrs().integer("num_groups", 0), channels = x.shape()[1];
  ctx.require(groups > 0 && channels % groups == 0, "{} channels do not divide into {} groups", channels,
              groups);
  Normalized n = normalizeRuns(x, channels / groups * x.shape().numel(2, x.rank()), epsilon(ctx), true);
  scaleChannels(ctx, n.values, x.shape());
  writeElements(ctx.output(0, x.dtype(), x.shape()), 0, x.numel(), n.values.data());
}

const AttrSpec kEpsilon{"epsilon", AttrKind::kReal, "added to the variance; default 1e-5"};
const AttrSpec kAxis{"axis", AttrKind::kInt, "the first of the normalized axes; default -1, the last"};
const AttrSpec kStash{"stash_type", AttrKind::kInt,
                      "the precision of the statistics as ONNX numbers it: 1 (default) f32, 16 bf16"};

}  // namespace

DEFINE_OP(LayerNormalization) {
  return {.name = "LayerNormalization",
          .doc =
              "x less its mean over the last axes, divided by its deviation there, times a scale, plus an "
              "optional "
              "bias. Further outputs: the mean and the inverse deviation.",
          .minInputs = 2,
          .maxInputs = 3,
          .maxOutputs = 3,
          .attrs = {kAxis, kEpsilon, kStash},
          .infer = inferLayerNormalization,
          .eval = evalLayerNormalization,
          .cases = {{"x:f32[2,3,8], s:f32[8], b:f32[8] -> y = LayerNormalization(x, s, b)"},
                    {"x:f32[2,3,4], s:f32[3,4] -> y, m, d = LayerNormalization(x, s) {axis=1, epsilon=0.01}"},
                    {"x:f16[4,16], s:f16[16], b:f16[16] -> y = LayerNormalization(x, s, b)", 5e-3}}};
}

DEFINE_OP(RMSNormalization) {
  return {
      .name = "RMSNormalization",
      .doc =
          "x divided by its root mean square over the last axes, times a scale, whose type the result has.",
      .minInputs = 2,
      .maxInputs = 2,
      .attrs = {kAxis, kEpsilon, kStash},
      .infer = inferRMSNormalization,
      .eval = evalRMSNormalization,
      .cases = {{"x:f32[2,3,8], s:f32[8] -> y = RMSNormalization(x, s)"},
                {"x:f32[2,3,4], s:f32[3,4] -> y = RMSNormalization(x, s) {axis=-2}"}}};
}

DEFINE_OP(InstanceNormalization) {
  return {
      .name = "InstanceNormalization",
      .doc =
          "Each channel of each image brought to mean 0 and variance 1, then scaled and shifted by channel.",
      .minInputs = 3,
      .maxInputs = 3,
      .attrs = {kEpsilon},
      .infer = inferChannelwise,
      .eval = evalInstanceNormalization,
      .cases = {{"x:f32[2,3,4,5], s:f32[3], b:f32[3] -> y = InstanceNormalization(x, s, b)"}}};
}

DEFINE_OP(GroupNormalization) {
  return {
      .name = "GroupNormalization",
      .doc =
          "Each group of channels of each image brought to mean 0 and variance 1, then scaled and shifted by "
          "channel.",
      .minInputs = 3,
      .maxInputs = 3,
      .attrs = {{"num_groups", AttrKind::kInt, "groups of channels"}, kEpsilon, kStash},
      .infer = inferChannelwise,
      .eval = evalGroupNormalization,
      .cases = {{"x:f32[2,4,3,5], s:f32[4], b:f32[4] -> y = GroupNormalization(x, s, b) {num_groups=2}"}}};
}
