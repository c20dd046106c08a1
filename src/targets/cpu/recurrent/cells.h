// The elementwise part of recurrent cells, over 16 hidden units.
#pragma once

namespace tenfold::cpu {

inline constexpr int kUnits = 16;

struct CellFunctions {
  // gates: i, o, f, c of 16 units each, before their activations. Replaces the cell state, writes the hidden.
  void (*lstm)(const float* gates, float* cell, float* hidden);
  // x: z, r, h from the input; r: the same from the state, each with its biases; `before` is the old state.
  void (*gru)(const float* x, const float* r, const float* before, float* hidden);
  // Where the reset gate applies to the state before the product: first the state so reset, then the new
  // state, with the product of the reset one as the h of r.
  void (*reset)(const float* x, const float* r, const float* before, float* resetState);
  void (*gruOfReset)(const float* x, const float* r, const float* before, float* hidden);
};
const CellFunctions& cellFunctions();

}  // namespace tenfold::cpu
