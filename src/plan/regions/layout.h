// The layout of every value, chosen for the whole graph.
#pragma once

#include <functional>

#include "graph/ir/graph.h"

namespace tenfold {

// Gives channels-last layout to activations of rank 3 to 5 around convolutions and poolings, and to what lies
// between and behind them as far as `accepts` says that the node can read and write that layout (only nodes
// whose work does not hang on the order of elements in memory are asked: pointwise ones, Concat, Split,
// Resize,
// ...). A Transpose between channels first and last reads or writes it directly, which moves nothing. Inserts
// Reorder nodes at the borders, one for each value that is read in both layouts, but none
// where `readsPlain` says of every reader that it takes what the Reorder would read: kernels that work on
// channels-last data but read an input in any layout. Graph inputs
// and outputs, constants and everything else stay plain. Bodies of control flow are treated like graphs of
// their own. To be run before regions are formed. Returns the number of values that became channels-last.
int assignLayouts(Graph& graph, const std::function<bool(const Node&)>& accepts,
                  const std::function<bool(const Node& reader, const Node& reorder)>& readsPlain = {});

}  // namespace tenfold
