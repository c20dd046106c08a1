// 16-bit floats in a network of 32-bit ones.
//
// The builder's flags allow a type for the whole network; single nodes may ask for one by the attribute
// `precision.wanted` (an element type), which optimizer and importers hand on to what takes a node's place.
// `precision.why` is a text on nodes that could compute in 16 bits and do not; the plan's builder moves it
// into the plan's facts.
#pragma once

#include <string>

#include "graph/ir/graph.h"

namespace tenfold {

inline constexpr const char* kWantedPrecision = "precision.wanted";
inline constexpr const char* kPrecisionReason = "precision.why";

// Gives nodes of one graph (not of its bodies) that profit 16-bit inputs and outputs: constants are
// converted, Casts are inserted where types meet. Inputs and outputs of the graph keep their types. `type` is
// kFloat16, kBFloat16, or kUndefined where only nodes that ask for it may have one. Returns the number of
// nodes that changed type.
int lowerPrecision(Graph& graph, DataType type);

// What asks `from` for a precision asks `to` for it as well, unless that has a wish of its own.
void inheritPrecision(const Node& from, Node& to);

}  // namespace tenfold
