// The loops under the reference evaluators of the convolutions.
#pragma once

#include <functional>
#include <vector>

#include "graph/ops/eval.h"
#include "graph/ops/window.h"

namespace tenfold {

// A convolution with everything in the compute type C: x[batch, inChannels, ...],
// w[outChannels, inChannels / groups, taps], bias[outChannels] or empty.
template <typename C>
struct Convolution {
  int64_t groups = 1, batch = 0, inChannels = 0, outChannels = 0;
  std::vector<C> x, w, bias;
};

// Fills columns[row * n + i], row = channel * taps + tap, with what output positions begin + i of the given
// image and group read.
template <typename C>
using ColumnFiller = std::function<void(int64_t image, int64_t group, int64_t begin, int64_t n, C* columns)>;

// Output 0 of the node, of the given type. Instantiated for double and uint64_t.
template <typename C>
void convolve(const Convolution<C>& c, const WindowTaps& taps, EvalContext& ctx, DataType type);
// The same where `fill` decides what is read; `out` are the output's spatial extents.
template <typename C>
void convolve(const Convolution<C>& c, int64_t taps, const Shape& out, const ColumnFiller<C>& fill,
              EvalContext& ctx, DataType type);

}  // namespace tenfold
