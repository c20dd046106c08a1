#include "graph/ops/recurrent.h"

using namespace tenfold;

namespace {

void inferLSTM(InferContext& ctx) { inferRecurrent(ctx, 4, true); }

// Gates lie in the order input, output, forget, cell; peepholes in the order input, output, forget.
void runDirection(EvalContext& ctx, const Recurrence& rec, int64_t direction) {
  int64_t n = rec.hidden, rows = 4 * n;
  std::vector<double> r = rec.weights(ctx, 2, direction, rows * n),
                      bias = rec.weights(ctx, 3, direction, 2 * rows),
                      p = rec.weights(ctx, 7, direction, 3 * n);
  std::vector<double> c = rec.state(ctx, 6, direction);
  std::vector<Activation> f = rec.activations(ctx, direction, {"Sigmoid", "Tanh", "Tanh"});
  bool coupled = ctx.attrs().integer("input_forget", 0) != 0;
  std::vector<double> x = rec.projectInputs(ctx, direction, bias, rows);
  rec.run(ctx, direction, x, rows, [&](int64_t b, const double* gates, double* h) {
    std::vector<double> sums(static_cast<size_t>(rows));
    multiplyVector(r.data(), h, rows, n, sums.data());
    for (int64_t i = 0; i < rows; ++i)
      sums[static_cast<size_t>(i)] += gates[i] + bias[static_cast<size_t>(rows + i)];
    for (int64_t j = 0; j < n; ++j) {
      double& cell = c[static_cast<size_t>(b * n + j)];
      auto sum = [&](int64_t gate) { return sums[static_cast<size_t>(gate * n + j)]; };
      auto peephole = [&](int64_t gate) { return p[static_cast<size_t>(gate * n + j)]; };
      double input = f[0](rec.clipped(sum(0) + peephole(0) * cell));
      double forget = coupled ? 1 - input : f[0](rec.clipped(sum(2) + peephole(2) * cell));
      cell = forget * cell + input * f[1](rec.clipped(sum(3)));
      h[j] = f[0](rec.clipped(sum(1) + peephole(1) * cell)) * f[2](rec.clipped(cell));
    }
  });
  rec.writeState(ctx, 2, direction, c);
}

void evalLSTM(EvalContext& ctx) {
  Recurrence rec(ctx);
  rec.allocate(ctx, true);
  for (int64_t direction = 0; direction < rec.directions; ++direction) runDirection(ctx, rec, direction);
}

}  // namespace

DEFINE_OP(LSTM) {
  return {.name = "LSTM",
          .doc =
              "Long short-term memory. Inputs: x, weights, recurrence weights, biases, sequence lengths, "
              "initial hidden "
              "and cell state, peepholes; outputs: all hidden states, the last hidden and cell state.",
          .minInputs = 3,
          .maxInputs = 8,
          .minOutputs = 0,
          .maxOutputs = 3,
          .attrs = recurrentAttrs(
              {{"input_forget", AttrKind::kInt, "1: the forget gate is 1 less the input gate; default 0"}}),
          .infer = inferLSTM,
          .eval = evalLSTM,
          .cases = {{"x:f32[5,2,3], w:f32[1,16,3], r:f32[1,16,4], b:f32[1,32] -> y, h, c = LSTM(x, w, r, b) "
                     "{hidden_size=4}"},
                    {"x:f32[4,2,3], w:f32[2,8,3], r:f32[2,8,2], b:f32[2,16], l:i32[2] {4,2}, h:f32[2,2,2], "
                     "c:f32[2,2,2], p:f32[2,6] -> y, yh, yc = LSTM(x, w, r, b, l, h, c, p) "
                     "{direction=\"bidirectional\", hidden_size=2, clip=1.5}"},
                    {"x:f32[2,4,3], w:f32[1,8,3], r:f32[1,8,2] -> y = LSTM(x, w, r) {direction=\"reverse\", "
                     "layout=1, input_forget=1, hidden_size=2}"}}};
}
