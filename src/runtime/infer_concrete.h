// An operator's own inference at run time, where every shape is a list of numbers.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "graph/ir/graph.h"
#include "targets/target.h"

namespace tenfold {

// The shapes of a node's outputs at concrete inputs; an unknown one where even that cannot tell.
// `addresses` are readable by the host; null where the elements are not known.
std::vector<std::optional<Shape>> inferConcrete(const Node& node, std::span<const TensorDesc> inputs,
                                                std::span<void* const> addresses);

}  // namespace tenfold
