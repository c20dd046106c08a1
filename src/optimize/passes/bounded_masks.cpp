#include "optimize/passes/bounded_masks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenfold {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kBound = 1e38;  // times log2(e) it is a finite float
constexpr size_t kMask = 3;

double largestFinite(DataType type) {
  if (type == DataType::kFloat16) return 65504;
  return isFloat(type) && typeBits(type) >= 16 ? 3.38e38 : kInfinity;
}

double largestOf(const Tensor& constant) {
  double largest = 0;
  for (int64_t i = 0; i < constant.numel(); ++i) {
    double size = std::abs(constant.getDouble(i));
    if (!std::isfinite(size)) return kInfinity;
    largest = std::max(largest, size);
  }
  return largest;
}

// The largest magnitude that an element may have, by at most so many operators.
double largestOf(const Value* v, int depth = 8) {
  if (!v || depth == 0) return kInfinity;
  if (v->isConstant() && typeBits(v->dtype) >= 8) return largestOf(v->constant);
  if (v->dtype == DataType::kBool) return 1;
  if (isInteger(v->dtype)) return std::ldexp(1, typeBits(v->dtype));
  if (!v->producer) return kInfinity;
  const Node& n = *v->producer;
  auto input = [&](size_t i) { return largestOf(n.input(i), depth - 1); };
  auto made = [&] {
    if (n.is("Clip")) return std::max(input(1), input(2));
    if (n.is("Where")) return std::max(input(1), input(2));
    if (n.is("Add") || n.is("Sub")) return input(0) + input(1);
    if (n.is("Mul")) return input(0) * input(1);
    for (const char* moves :
         {"Cast", "Neg", "Expand", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Slice"})
      if (n.is(moves)) return input(0);
    return kInfinity;
  };
  double largest = made();
  return largest <= largestFinite(v->dtype) ? largest : kInfinity;  // NaN: 0 * infinity
}

}  // namespace

int markBoundedMasks(Graph& graph) {
  int marked = 0;
  for (Node* n : graph.nodes()) {
    const Value* mask = n->is("Attention") ? n->input(kMask) : nullptr;
    if (!mask || !isFloat(mask->dtype) || n->attrs.integer("bounded_mask", 0)) continue;
    if (!(largestOf(mask) <= kBound)) continue;
    n->attrs.set("bounded_mask", int64_t{1});
    ++marked;
  }
  return marked;
}

}  // namespace tenfold
