// The inputs of Attention as its reference evaluation reads them.
#pragma once

#include <vector>

#include "base/error.h"
#include "graph/ops/eval.h"

namespace tenfold::attention {

enum Input { kQuery, kKey, kValue, kMask, kPastKey, kPastValue, kValidKeys };

// The extents of Q, K and V as [batch, heads, sequence, head size].
template <typename D>
std::vector<D> fourAxes(const Attributes& attrs, const char* headsAttr, const std::vector<D>& shape,
                        D (*divide)(const D&, const D&)) {
  require(shape.size() == 3 || shape.size() == 4, "queries, keys and values must have 3 or 4 axes");
  if (shape.size() == 4) return shape;
  int64_t heads = attrs.integer(headsAttr, 0);
  require(heads > 0, "attribute {} is needed for inputs of 3 axes", headsAttr);
  return {shape[0], D(heads), shape[1], divide(shape[2], D(heads))};
}

// A tensor [batch, heads, sequence, size] in doubles.
struct Heads {
  int64_t batch = 0, heads = 0, length = 0, size = 0;
  std::vector<double> values;
  const double* at(int64_t b, int64_t h) const { return values.data() + (b * heads + h) * length * size; }
  double* at(int64_t b, int64_t h) { return values.data() + (b * heads + h) * length * size; }
};

Heads readHeads(EvalContext& ctx, size_t input, const char* headsAttr);
// The past, where there is one, followed by the new rows.
Heads withPast(EvalContext& ctx, size_t input, Heads now);

// What is added to the scores: the mask input, causality, the window, and the padding of the keys.
class AttentionBias {
 public:
  AttentionBias(EvalContext& ctx, const Heads& q, const Heads& k);
  // For query i and key j.
  double at(int64_t b, int64_t h, int64_t i, int64_t j) const;

 private:
  int64_t offset(int64_t b) const;

  EvalContext& ctx_;
  int64_t queries_, keys_, maskKeys_ = 0, left_, right_;
  bool causal_;
  Shape strides_;
  std::vector<double> values_;
};

}  // namespace tenfold::attention
