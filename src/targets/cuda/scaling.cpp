#include "targets/cuda/scaling.h"

#include <algorithm>

namespace tenfold::cuda {
namespace {

constexpr size_t kSpatial = 2;  // the first axis behind images and channels

bool areFactors(const SymShape& image, const SymShape& factors) {
  return image.size() == factors.size() && image.size() > kSpatial &&
         std::equal(image.begin(), image.begin() + kSpatial, factors.begin()) &&
         std::all_of(factors.begin() + kSpatial, factors.end(), [](const Dim& d) { return d == Dim(1); });
}

}  // namespace

Scaling scalingOf(const Node& node) {
  if (!node.is("Mul")) return {};
  for (size_t i : {size_t{0}, size_t{1}}) {
    const Value *image = node.inputs[i], *factors = node.inputs[1 - i];
    if (image->shape && factors->shape && areFactors(*image->shape, *factors->shape)) return {image, factors};
  }
  return {};
}

}  // namespace tenfold::cuda
