// The views around an Attention that its kernel follows through strides.
#pragma once

#include <functional>

#include "graph/ir/graph.h"
#include "plan/regions/grouping.h"

namespace tenfold {

// Offers to `join` (which may decline) every view between memory and the attention's queries, keys and values
// that nothing else reads, and those that its result goes through, as long as strides with neighbouring
// elements of a head describe what they make.
void growViews(const Graph& graph, Node& attention, const Grouping& groups,
               const std::function<bool(Node*)>& join);

}  // namespace tenfold
