#include "graph/ops/recurrent.h"

using namespace tenfold;

namespace {

void inferGRU(InferContext& ctx) { inferRecurrent(ctx, 3, false); }

// Gates lie in the order update, reset, hidden.
void runDirection(EvalContext& ctx, const Recurrence& rec, int64_t direction) {
  int64_t n = rec.hidden, rows = 3 * n;
  std::vector<double> r = rec.weights(ctx, 2, direction, rows * n),
                      bias = rec.weights(ctx, 3, direction, 2 * rows);
  std::vector<Activation> f = rec.activations(ctx, direction, {"Sigmoid", "Tanh"});
  bool linearFirst = ctx.attrs().integer("linear_before_reset", 0) != 0;
  std::vector<double> x = rec.projectInputs(ctx, direction, bias, rows);
  const double* rb = bias.data() + rows;
  rec.run(ctx, direction, x, rows, [&](int64_t, const double* gates, double* h) {
    std::vector<double> sums(static_cast<size_t>(rows)), update(static_cast<size_t>(n)), reset(update),
        resetH(update);
    multiplyVector(r.data(), h, linearFirst ? rows : 2 * n, n, sums.data());
    for (int64_t j = 0; j < n; ++j) {
      auto i = static_cast<size_t>(j);
      update[i] = f[0](rec.clipped(gates[j] + sums[i] + rb[j]));
      reset[i] = f[0](rec.clipped(gates[n + j] + sums[static_cast<size_t>(n + j)] + rb[n + j]));
      resetH[i] = reset[i] * h[j];
    }
    double* candidate = sums.data() + 2 * n;
    if (!linearFirst) multiplyVector(r.data() + 2 * n * n, resetH.data(), n, n, candidate);
    for (int64_t j = 0; j < n; ++j) {
      auto i = static_cast<size_t>(j);
      double recurrent = candidate[j] + rb[2 * n + j];
      double value = f[1](rec.clipped(gates[2 * n + j] + (linearFirst ? reset[i] * recurrent : recurrent)));
      h[j] = (1 - update[i]) * value + update[i] * h[j];
    }
  });
}

void evalGRU(EvalContext& ctx) {
  Recurrence rec(ctx);
  rec.allocate(ctx, false);
  for (int64_t direction = 0; direction < rec.directions; ++direction) runDirection(ctx, rec, direction);
}

}  // namespace

DEFINE_OP(GRU) {
  return {
      .name = "GRU",
      .doc =
          "Gated recurrent unit. Inputs: x, weights, recurrence weights, biases, sequence lengths, initial "
          "state; "
          "outputs: all hidden states, the last one.",
      .minInputs = 3,
      .maxInputs = 6,
      .minOutputs = 0,
      .maxOutputs = 2,
      .attrs = recurrentAttrs({{"linear_before_reset", AttrKind::kInt,
                                "1: the reset gate applies after the recurrence weights; default 0"}}),
      .infer = inferGRU,
      .eval = evalGRU,
      .cases = {
          {"x:f32[5,2,3], w:f32[1,12,3], r:f32[1,12,4], b:f32[1,24] -> y, h = GRU(x, w, r, b) "
           "{hidden_size=4}"},
          {"x:f32[4,2,3], w:f32[2,6,3], r:f32[2,6,2], b:f32[2,12], l:i32[2] {4,2}, h:f32[2,2,2] -> y, yh = "
           "GRU(x, w, r, b, l, h) {direction=\"bidirectional\", hidden_size=2, linear_before_reset=1}"}}};
}
