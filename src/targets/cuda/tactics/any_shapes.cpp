#include "targets/cuda/tactics/any_shapes.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "graph/ir/graph.h"

namespace tenfold::cuda {
namespace {

// Small: tensors with some such extents still have less than 2^31 elements.
constexpr int64_t kPrimes[] = {11, 13, 17, 19, 23, 29, 31, 37};

// Numbers for extents; false where there are more than primes.
class Extents {
 public:
  bool replace(const Dim& dim, int64_t& extent) {
    if (dim.isConstant()) return true;
    auto [at, isNew] = primes_.try_emplace(dim.key(), primes_.size());
    if (at->second >= std::size(kPrimes)) return false;
    extent = kPrimes[at->second];
    return true;
  }

 private:
  std::map<std::string, size_t> primes_;
};

bool replaceExtents(const std::vector<Value*>& values, std::vector<TensorDesc>& descs, Extents& extents) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i]) continue;
    if (!values[i]->shape || values[i]->rank() != descs[i].shape.rank()) return false;
    for (int d = 0; d < descs[i].shape.rank(); ++d) {
      const Dim& dim = (*values[i]->shape)[static_cast<size_t>(d)];
      if (!extents.replace(dim, descs[i].shape[d])) return false;
      if (!dim.isConstant()) descs[i].known = nullptr;
    }
  }
  return true;
}

}  // namespace

std::optional<AnyShapes> anyShapes(const Node& node, const TuningHint& hint) {
  AnyShapes any{hint.inputs, hint.outputs};
  if (hint.staticShapes) return any;
  Extents extents;
  if (!replaceExtents(node.inputs, any.inputs, extents) ||
      !replaceExtents(node.outputs, any.outputs, extents))
    return std::nullopt;
  return any;
}

}  // namespace tenfold::cuda
