// Launches of LSTM and GRU, and the order in which they want their weights.
#pragma once

#include "base/rounding.h"
#include "graph/ir/graph.h"
#include "targets/cpu/recurrent/cells.h"
#include "targets/tactic_support.h"

namespace tenfold::cpu {

enum RecurrentInput { kX, kW, kR, kBias, kLengths, kInitialH, kInitialC, kPeepholes };

// Weights of all directions as blocks of 16 units: for each input element, the gates of those units.
struct RecurrentWeights {
  int64_t gates = 0, directions = 0, hidden = 0, inputs = 0;
  int64_t blocks() const { return ceilDiv(hidden, kUnits); }
  int64_t width() const { return gates * kUnits; }  // of a block
  int64_t wSize() const { return blocks() * inputs * width(); }
  int64_t rSize() const { return blocks() * hidden * width(); }
  // Two rows of biases: with the input, and with the state.
  int64_t biasSize() const { return 2 * blocks() * width(); }
  int64_t size() const { return directions * (wSize() + rSize() + biasSize()); }

  // element(gate, unit) of each column goes to its place; units beyond the last are 0.
  template <typename Element>
  void place(float* to, Element element) const {
    for (int64_t g = 0; g < gates; ++g)
      for (int64_t u = 0; u < kUnits; ++u) to[g * kUnits + u] = element(g, u);
  }
  void packMatrix(const float* from, int64_t columns, float* to) const {
    for (int64_t b = 0; b < blocks(); ++b)
      for (int64_t k = 0; k < columns; ++k)
        place(to + (b * columns + k) * width(), [&](int64_t g, int64_t u) {
          int64_t unit = b * kUnits + u;
          return unit < hidden ? from[(g * hidden + unit) * columns + k] : 0;
        });
  }
  // A GRU keeps the two biases apart, since the reset gate multiplies one of them; an LSTM has their sum.
  void packBias(const float* from, bool apart, float* to) const {
    for (int64_t side = 0; side < 2; ++side)
      for (int64_t b = 0; b < blocks(); ++b)
        place(to + (side * blocks() + b) * width(), [&](int64_t g, int64_t u) {
          int64_t unit = b * kUnits + u;
          if (!from || unit >= hidden) return 0.f;
          float own = from[(side * gates + g) * hidden + unit],
                other = from[((1 - side) * gates + g) * hidden + unit];
          return apart ? own : side == 0 ? own + other : 0;
        });
  }
};
RecurrentWeights describeWeights(const Node& node, Descs in);

// `weights`: packed, alive as long as the launch.
std::unique_ptr<Launch> prepareRecurrent(const Node& node, const RecurrentWeights& packed,
                                         const float* weights, Descs in);

}  // namespace tenfold::cpu
