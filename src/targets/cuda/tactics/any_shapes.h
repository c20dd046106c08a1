// Shapes that stand for all those that a node may be given.
#pragma once

#include <optional>
#include <vector>

#include "targets/target.h"

namespace tenfold::cuda {

struct AnyShapes {
  std::vector<TensorDesc> inputs, outputs;
};

// The hint's own where shapes are static. Otherwise every extent that may change is a prime number above 8,
// the same for extents that are provably the same: axes that a plan joins at these shapes, and lines that
// vectors fill, it joins and fills at all others too. Null where too little is known of the shapes.
std::optional<AnyShapes> anyShapes(const Node& node, const TuningHint& hint);

}  // namespace tenfold::cuda
