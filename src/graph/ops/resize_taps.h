// Which elements of an axis make up each element of the resized axis, and with which weights.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/ir/attributes.h"

namespace tenfold {

struct AxisResize {
  int64_t in = 0, out = 0;
  double scale = 1;           // out / in, or the scale that was given, of which out is rounded
  double start = 0, end = 1;  // the region of tf_crop_and_resize, as parts of the axis
  bool isIdentity() const { return in == out && scale == 1 && start == 0 && end == 1; }
};

struct Tap {
  int64_t position;
  double weight;
};
struct Taps {
  std::vector<Tap> taps;
  bool outside = false;  // beyond the region: the extrapolation value, no taps
};

// One entry per element of the output axis; `attrs` are Resize's.
std::vector<Taps> resizeTaps(const Attributes& attrs, const AxisResize& axis);

// Weights of the four neighbours (at floor(x) - 1 ... floor(x) + 2) of cubic interpolation.
void cubicWeights(double fraction, double a, double (&weights)[4]);

}  // namespace tenfold
