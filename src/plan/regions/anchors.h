// The operators that regions are built around.
#pragma once

#include <string_view>

#include "graph/ir/graph.h"

namespace tenfold {

enum class AnchorClass { kProduct, kReduction, kAttention };

struct Anchor {
  std::string_view op;
  std::string_view kind;  // attribute `kind` of the region
  AnchorClass cls;
};

// The row of the node's operator, or null where it is no anchor.
const Anchor* anchorOf(const Node& node);
// A node with one result whose elements depend on the same elements of its inputs, on data of a kind that
// kernels compute (no strings, no packed types, no shape arithmetic).
bool isFusiblePointwise(const Node& node);

}  // namespace tenfold
