#include "graph/ops/recurrent.h"

#include <algorithm>
#include <cmath>

#include "graph/ops/elements.h"
#include "graph/ops/parallel.h"

namespace tenfold {
namespace {

int64_t directionCount(const Attributes& attrs) {
  std::string direction = attrs.text("direction", "forward");
  require(direction == "forward" || direction == "reverse" || direction == "bidirectional",
          "direction is '{}'; 'forward', 'reverse' and 'bidirectional' are known", direction);
  return direction == "bidirectional" ? 2 : 1;
}

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

// An activation function of x and its parameters a (alpha) and b (beta); NaN: the function has no such
// parameter.
struct ActivationRow {
  const char* name;
  double alpha, beta;
  double (*f)(double x, double a, double b);
};
const double kNone = std::nan("");
const ActivationRow kActivations[] = {
    {"relu", kNone, kNone, [](double x, double, double) { return x < 0 ? 0 : x; }},
    {"tanh", kNone, kNone, [](double x, double, double) { return std::tanh(x); }},
    {"sigmoid", kNone, kNone, [](double x, double, double) { return 1 / (1 + std::exp(-x)); }},
    {"affine", 1, 0, [](double x, double a, double b) { return a * x + b; }},
    {"leakyrelu", 0.01, kNone, [](double x, double a, double) { return x < 0 ? a * x : x; }},
    {"thresholdedrelu", 1, kNone, [](double x, double a, double) { return x >= a ? x : 0; }},
    {"scaledtanh", 1, 1, [](double x, double a, double b) { return a * std::tanh(b * x); }},
    {"hardsigmoid", 0.2, 0.5, [](double x, double a, double b) { return std::clamp(a * x + b, 0.0, 1.0); }},
    {"elu", 1, kNone, [](double x, double a, double) { return x < 0 ? a * std::expm1(x) : x; }},
    {"softsign", kNone, kNone, [](double x, double, double) { return x / (1 + std::fabs(x)); }},
    {"softplus", kNone, kNone, [](double x, double, double) { return softplus(x); }},
};

const ActivationRow& activationRow(std::string name) {
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const ActivationRow& row : kActivations)
    if (name == row.name) return row;
  fail("not supported: the activation '{}' of a recurrent network", name);
}

// The next value of a list of parameters, for functions that take one.
double parameter(const std::vector<double>& values, size_t& next, double fallback) {
  if (std::isnan(fallback)) return fallback;
  return next < values.size() ? values[next++] : fallback;
}

}  // namespace

std::vector<AttrSpec> recurrentAttrs(std::vector<AttrSpec> more) {
  std::vector<AttrSpec> attrs = {
      {"direction", AttrKind::kText, "'forward' (default), 'reverse' or 'bidirectional'"},
      {"hidden_size", AttrKind::kInt, "elements of the hidden state; default: the weights'"},
      {"layout", AttrKind::kInt, "0 (default): steps come first; 1: the batch comes first"},
      {"activations", AttrKind::kTexts, "the functions of the gates, for each direction"},
      {"activation_alpha", AttrKind::kReals, "parameters of the functions that have one, in order"},
      {"activation_beta", AttrKind::kReals, "second parameters, in order"},
      {"clip", AttrKind::kReal, "bounds what activation functions get; default: no bound"}};
  attrs.insert(attrs.end(), more.begin(), more.end());
  return attrs;
}

// The input's batch; where that is open and an initial state says how many, as many.
static Dim batchOf(const InferContext& ctx, bool batchFirst) {
  Dim batch = ctx.shape(0)[batchFirst ? 0 : 1];
  constexpr size_t kState = 5;
  if (batch.isConstant() || !ctx.hasShape(kState) || ctx.rank(kState) != 3) return batch;
  const Dim& known = ctx.shape(kState)[batchFirst ? 0 : 1];
  return known.isConstant() ? known : batch;
}

void inferRecurrent(InferContext& ctx, int gates, bool cellOutput) {
  for (size_t i = 0; i < (cellOutput ? 3u : 2u); ++i) ctx.setType(i, ctx.type(0));
  const SymShape &x = ctx.shape(0), &w = ctx.shape(1), &r = ctx.shape(2);
  ctx.require(x.size() == 3 && w.size() == 3 && r.size() == 3,
              "inputs {}, weights {} and recurrence weights {} must have 3 axes", str(x), str(w), str(r));
  bool batchFirst = ctx.attrs().integer("layout", 0) == 1;
  Dim hidden = r[2], directions = directionCount(ctx.attrs());
  ctx.expectShape(1, {directions, hidden * gates, x[2]}, "weights: directions, gates, elements");
  ctx.expectShape(2, {directions, hidden * gates, hidden}, "recurrence weights");
  ctx.expectShape(3, {directions, hidden * (2 * gates)}, "bias");
  const Dim& steps = x[batchFirst ? 1 : 0];
  Dim batch = batchOf(ctx, batchFirst);
  SymShape state = batchFirst ? SymShape{batch, directions, hidden} : SymShape{directions, batch, hidden};
  ctx.expectShape(4, {batch}, "sequence lengths");
  ctx.expectShape(5, state, "initial hidden state");
  if (cellOutput) ctx.expectShape(6, state, "initial cell state");
  if (cellOutput) ctx.expectShape(7, {directions, hidden * 3}, "peepholes");
  ctx.setShape(0, batchFirst ? SymShape{batch, steps, directions, hidden}
                             : SymShape{steps, directions, batch, hidden});
  for (size_t i = 1; i < (cellOutput ? 3u : 2u); ++i) ctx.setShape(i, state);
}

Recurrence::Recurrence(EvalContext& ctx) {
  const Shape& x = ctx.input(0).shape();
  batchFirst = ctx.attrs().integer("layout", 0) == 1;
  steps = x[batchFirst ? 1 : 0];
  batch = x[batchFirst ? 0 : 1];
  inputs = x[2];
  hidden = ctx.input(2).shape()[2];
  directions = directionCount(ctx.attrs());
  clip = ctx.attrs().real("clip", 0);
  lengths = ctx.has(4) ? ctx.input(4).ints() : std::vector<int64_t>(static_cast<size_t>(batch), steps);
  ctx.require(static_cast<int64_t>(lengths.size()) == batch, "{} sequence lengths for a batch of {}",
              lengths.size(), batch);
  for (int64_t length : lengths)
    ctx.require(length >= 0 && length <= steps, "a sequence has length {}, there are {} steps", length,
                steps);
}

bool Recurrence::isReverse(EvalContext& ctx, int64_t direction) const {
  return direction == 1 || ctx.attrs().text("direction", "forward") == "reverse";
}

double Recurrence::clipped(double x) const { return clip > 0 ? std::clamp(x, -clip, clip) : x; }

std::vector<Activation> Recurrence::activations(EvalContext& ctx, int64_t direction,
                                                const std::vector<std::string>& defaults) const {
  std::vector<std::string> names = ctx.attrs().texts("activations");
  std::vector<double> alphas = ctx.attrs().reals("activation_alpha"),
                      betas = ctx.attrs().reals("activation_beta");
  while (names.size() < defaults.size() * static_cast<size_t>(directions))
    names.push_back(defaults[names.size() % defaults.size()]);
  std::vector<Activation> functions;
  size_t nextAlpha = 0, nextBeta = 0, first = static_cast<size_t>(direction) * defaults.size();
  for (size_t i = 0; i < first + defaults.size(); ++i) {
    const ActivationRow& row = activationRow(names[i]);
    double a = parameter(alphas, nextAlpha, row.alpha), b = parameter(betas, nextBeta, row.beta);
    if (i >= first) functions.push_back([f = row.f, a, b](double x) { return f(x, a, b); });
  }
  return functions;
}

std::vector<double> Recurrence::weights(EvalContext& ctx, size_t input, int64_t direction,
                                        int64_t count) const {
  std::vector<double> values(static_cast<size_t>(count));
  if (!ctx.has(input)) return values;
  ctx.require(ctx.input(input).numel() == directions * count,
              "input {} has shape {}, expected {} x {} elements", input, ctx.input(input).shape().str(),
              directions, count);
  readElements(ctx.input(input), direction * count, count, values.data());
  return values;
}

std::vector<double> Recurrence::state(EvalContext& ctx, size_t input, int64_t direction) const {
  std::vector<double> values(static_cast<size_t>(batch * hidden));
  if (!ctx.has(input)) return values;
  ctx.require(ctx.input(input).numel() == directions * batch * hidden,
              "input {} has shape {}, expected {} x {} x {}", input, ctx.input(input).shape().str(),
              directions, batch, hidden);
  for (int64_t b = 0; b < batch; ++b) {
    int64_t from = batchFirst ? b * directions + direction : direction * batch + b;
    readElements(ctx.input(input), from * hidden, hidden, values.data() + b * hidden);
  }
  return values;
}

void multiplyVector(const double* w, const double* x, int64_t rows, int64_t n, double* y) {
  for (int64_t row = 0; row < rows; ++row) {
    double sum = 0;
    const double* at = w + row * n;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < n; ++i) sum += at[i] * x[i];
    y[row] = sum;
  }
}

std::vector<double> Recurrence::projectInputs(EvalContext& ctx, int64_t direction,
                                              const std::vector<double>& bias, int64_t rows) const {
  std::vector<double> x = allElements<double>(ctx.input(0)), w = weights(ctx, 1, direction, rows * inputs);
  std::vector<double> out(static_cast<size_t>(steps * batch * rows));
  inParts(steps * batch, steps * batch * rows * inputs > 65536, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t t = i / batch, b = i % batch;
      double* y = out.data() + i * rows;
      multiplyVector(w.data(), x.data() + (batchFirst ? b * steps + t : t * batch + b) * inputs, rows, inputs,
                     y);
      for (int64_t row = 0; row < rows; ++row) y[row] += bias[static_cast<size_t>(row)];
    }
  });
  return out;
}

void Recurrence::allocate(EvalContext& ctx, bool cellOutput) const {
  DataType type = ctx.input(0).dtype();
  if (ctx.wants(0))
    ctx.output(
        0, type,
        batchFirst ? Shape{batch, steps, directions, hidden} : Shape{steps, directions, batch, hidden});
  for (size_t i = 1; i < (cellOutput ? 3u : 2u); ++i)
    if (ctx.wants(i))
      ctx.output(i, type, batchFirst ? Shape{batch, directions, hidden} : Shape{directions, batch, hidden});
}

void Recurrence::writeState(EvalContext& ctx, size_t output, int64_t direction,
                            const std::vector<double>& values) const {
  if (!ctx.wants(output)) return;
  for (int64_t b = 0; b < batch; ++b) {
    int64_t to = batchFirst ? b * directions + direction : direction * batch + b;
    writeElements(ctx.results()[output], to * hidden, hidden, values.data() + b * hidden);
  }
}

void Recurrence::run(EvalContext& ctx, int64_t direction, const std::vector<double>& gates, int64_t rows,
                     const Step& step) const {
  bool reverse = isReverse(ctx, direction);
  std::vector<double> h = state(ctx, 5, direction), zeros(static_cast<size_t>(hidden));
  Tensor* y = ctx.wants(0) ? &ctx.results()[0] : nullptr;
  inParts(batch, batch * steps * rows * hidden > 65536, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      double* own = h.data() + b * hidden;
      int64_t length = lengths[static_cast<size_t>(b)];
      for (int64_t k = 0; k < steps; ++k) {
        int64_t t = k < length && reverse ? length - 1 - k : k;
        if (k < length) step(b, gates.data() + (t * batch + b) * rows, own);
        int64_t to =
            batchFirst ? (b * steps + t) * directions + direction : (t * directions + direction) * batch + b;
        if (y) writeElements(*y, to * hidden, hidden, k < length ? own : zeros.data());
      }
    }
  });
  writeState(ctx, 1, direction, h);
}

}  // namespace tenfold
