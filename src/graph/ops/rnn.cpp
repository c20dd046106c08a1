#include "graph/ops/recurrent.h"

using namespace tenfold;

namespace {

void inferRNN(InferContext& ctx) { inferRecurrent(ctx, 1, false); }

void runDirection(EvalContext& ctx, const Recurrence& rec, int64_t direction) {
  int64_t n = rec.hidden;
  std::vector<double> r = rec.weights(ctx, 2, direction, n * n), bias = rec.weights(ctx, 3, direction, 2 * n);
  std::vector<Activation> f = rec.activations(ctx, direction, {"Tanh"});
  std::vector<double> x = rec.projectInputs(ctx, direction, bias, n);
  rec.run(ctx, direction, x, n, [&](int64_t, const double* gates, double* h) {
    std::vector<double> sums(static_cast<size_t>(n));
    multiplyVector(r.data(), h, n, n, sums.data());
    for (int64_t j = 0; j < n; ++j)
      h[j] = f[0](rec.clipped(gates[j] + sums[static_cast<size_t>(j)] + bias[static_cast<size_t>(n + j)]));
  });
}

void evalRNN(EvalContext& ctx) {
  Recurrence rec(ctx);
  rec.allocate(ctx, false);
  for (int64_t direction = 0; direction < rec.directions; ++direction) runDirection(ctx, rec, direction);
}

}  // namespace

DEFINE_OP(RNN) {
  return {
      .name = "RNN",
      .doc =
          "Simple recurrent network. Inputs: x, weights, recurrence weights, biases, sequence lengths, "
          "initial "
          "state; outputs: all hidden states, the last one.",
      .minInputs = 3,
      .maxInputs = 6,
      .minOutputs = 0,
      .maxOutputs = 2,
      .attrs = recurrentAttrs({}),
      .infer = inferRNN,
      .eval = evalRNN,
      .cases = {
          {"x:f32[5,2,3], w:f32[1,4,3], r:f32[1,4,4], b:f32[1,8] -> y, h = RNN(x, w, r, b) {hidden_size=4}"},
          {"x:f32[2,5,3], w:f32[2,2,3], r:f32[2,2,2] -> y = RNN(x, w, r) {direction=\"bidirectional\", "
           "layout=1, hidden_size=2, activations=[\"Relu\", \"Tanh\"]}"}}};
}
