// What LSTM, GRU and RNN have in common: attributes, sequence layout, activations, and the products with
// weights.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/op_def.h"

namespace tenfold {

// Infers outputs 0 (every hidden state), 1 (the last one) and, where `cellOutput`, 2 (the last cell state);
// `gates` is how many blocks of hidden_size rows the weights have.
void inferRecurrent(InferContext& ctx, int gates, bool cellOutput);
// The attributes of all three operators, and `more`.
std::vector<AttrSpec> recurrentAttrs(std::vector<AttrSpec> more);

using Activation = std::function<double(double)>;

// One direction of the network on concrete data, in double.
struct Recurrence {
  int64_t steps = 0, batch = 0, inputs = 0, hidden = 0, directions = 0;
  bool batchFirst = false;  // attribute layout
  std::vector<int64_t> lengths;
  double clip = 0;  // 0: none

  explicit Recurrence(EvalContext& ctx);
  bool isReverse(EvalContext& ctx, int64_t direction) const;
  double clipped(double x) const;
  // Activation functions of one direction, `count` of them; `defaults` are their names where the attribute is
  // absent.
  std::vector<Activation> activations(EvalContext& ctx, int64_t direction,
                                      const std::vector<std::string>& defaults) const;
  // Block `direction`, of `count` elements, of an input whose first axis counts directions; zeros where the
  // input is absent.
  std::vector<double> weights(EvalContext& ctx, size_t input, int64_t direction, int64_t count) const;
  // The initial state [batch, hidden] of a direction; zeros where the input is absent.
  std::vector<double> state(EvalContext& ctx, size_t input, int64_t direction) const;
  // x[t, b] W^T + Wb for all steps: [steps, batch, rows]; the first `rows` elements of `bias` count.
  std::vector<double> projectInputs(EvalContext& ctx, int64_t direction, const std::vector<double>& bias,
                                    int64_t rows) const;

  // One step of the cell of batch element b: `gates` are its projected inputs, `h` its state, which it
  // replaces.
  using Step = std::function<void(int64_t b, const double* gates, double* h)>;
  // Runs a direction over all steps and batch elements, and stores its part of outputs 0 and 1.
  void run(EvalContext& ctx, int64_t direction, const std::vector<double>& gates, int64_t rows,
           const Step& step) const;
  // Stores a direction's last state, [batch, hidden], into output i.
  void writeState(EvalContext& ctx, size_t output, int64_t direction,
                  const std::vector<double>& values) const;
  // Allocates the outputs that are wanted.
  void allocate(EvalContext& ctx, bool cellOutput) const;
};

// y[rows] = w[rows, n] * x[n].
void multiplyVector(const double* w, const double* x, int64_t rows, int64_t n, double* y);

}  // namespace tenfold
