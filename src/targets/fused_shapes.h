// Concrete shapes inside a fused node.
#pragma once

#include "targets/fused_node.h"
#include "targets/target.h"

namespace tenfold {

// The shape of a value that pointwise nodes compute from the inputs.
Shape shapeInside(const FusedNode& fused, const Value* v, std::span<const TensorDesc> inputs);

// Which of so many axes the anchor, an operator of the Reduce family, reduces. Throws Error (kUnsupported)
// where its axes are computed inside the region or are not known.
std::vector<bool> reducedAxes(const FusedNode& fused, std::span<const TensorDesc> inputs, int rank);

}  // namespace tenfold
