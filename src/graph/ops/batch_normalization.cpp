#include <cmath>

#include "graph/ops/elements.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/reduce.h"

using namespace tenfold;

namespace {

void inferBatchNormalization(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  ctx.setType(1, ctx.type(3));
  ctx.setType(2, ctx.type(4));
  ctx.setShape(0, ctx.shape(0));
  Dim channels = ctx.rank(0) > 1 ? ctx.shape(0)[1] : Dim(1);
  for (size_t i = 1; i < 5; ++i) ctx.expectShape(i, {channels}, "one element for each channel");
  ctx.setShape(1, ctx.shape(3));
  ctx.setShape(2, ctx.shape(4));
}

struct Statistics {
  std::vector<double> mean, variance;
};

// Over everything but the channels.
Statistics batchStatistics(const Tensor& x, int64_t channels) {
  AxisMask mask(static_cast<size_t>(x.rank()), true);
  if (x.rank() > 1) mask[1] = false;
  Tensor mean(DataType::kFloat64, {channels}), variance(DataType::kFloat64, {channels});
  auto meanOf = [](const double* v, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += v[i];
    return sum / static_cast<double>(n);
  };
  reduceAxes<double>(x, mask, mean, meanOf);
  reduceAxes<double>(x, mask, variance, [&](const double* v, int64_t n) {
    double m = meanOf(v, n), sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += (v[i] - m) * (v[i] - m);
    return sum / static_cast<double>(n);
  });
  return {allElements<double>(mean), allElements<double>(variance)};
}

// Output i: the running statistic moved towards the batch's.
void writeRunning(EvalContext& ctx, size_t output, const Tensor& running,
                  const std::vector<double>& current) {
  if (!ctx.wants(output)) return;
  double momentum = ctx.attrs().real("momentum", 0.9);
  std::vector<double> values = allElements<double>(running);
  for (size_t i = 0; i < values.size(); ++i) values[i] = values[i] * momentum + current[i] * (1 - momentum);
  writeElements(ctx.output(output, running.dtype(), running.shape()), 0, running.numel(), values.data());
}

void evalBatchNormalization(EvalContext& ctx) {
  const Tensor& x = ctx.input(0);
  int64_t channels = x.rank() > 1 ? x.shape()[1] : 1, area = x.rank() > 1 ? x.shape().numel(2, x.rank()) : 1;
  for (size_t i = 1; i < 5; ++i)
    ctx.require(ctx.input(i).numel() == channels, "input {} has {} elements, the input has {} channels", i,
                ctx.input(i).numel(), channels);
  Statistics s{allElements<double>(ctx.input(3)), allElements<double>(ctx.input(4))};
  if (ctx.attrs().integer("training_mode", 0)) {
    s = batchStatistics(x, channels);
    writeRunning(ctx, 1, ctx.input(3), s.mean);
    writeRunning(ctx, 2, ctx.input(4), s.variance);
  } else {
    ctx.require(!ctx.wants(1) && !ctx.wants(2), "running statistics come out in training mode only");
  }
  std::vector<double> scale = allElements<double>(ctx.input(1)), bias = allElements<double>(ctx.input(2));
  double epsilon = ctx.attrs().real("epsilon", 1e-5);
  Tensor& y = ctx.output(0, x.dtype(), x.shape());
  std::vector<double> line(static_cast<size_t>(area));
  for (int64_t at = 0; at < x.numel(); at += area) {
    auto c = static_cast<size_t>(at / area % channels);
    double factor = scale[c] / std::sqrt(s.variance[c] + epsilon);
    readElements(x, at, area, line.data());
    for (double& v : line) v = (v - s.mean[c]) * factor + bias[c];
    writeElements(y, at, area, line.data());
  }
}

}  // namespace

DEFINE_OP(BatchNormalization) {
  return {.name = "BatchNormalization",
          .doc =
              "Each channel less a mean, divided by a deviation, scaled and shifted. Inputs: x, scale, bias, "
              "mean, "
              "variance; in training mode the batch's own statistics serve, and running ones come out.",
          .minInputs = 5,
          .maxInputs = 5,
          .maxOutputs = 3,
          .attrs = {{"epsilon", AttrKind::kReal, "added to the variance; default 1e-5"},
                    {"momentum", AttrKind::kReal, "weight of the running statistics' past; default 0.9"},
                    {"training_mode", AttrKind::kInt, "1: use the batch's statistics; default 0"}},
          .infer = inferBatchNormalization,
          .eval = evalBatchNormalization,
          .cases = {{"x:f32[2,3,4,5], s:f32[3], b:f32[3], m:f32[3], n:f32[3] -> v = Abs(n); y = "
                     "BatchNormalization(x, s, b, m, v)"},
                    {"x:f32[4,3,2], s:f32[3], b:f32[3], m:f32[3], v:f32[3] -> y, p, q = "
                     "BatchNormalization(x, s, b, m, v) {training_mode=1, momentum=0.8}"}}};
}
