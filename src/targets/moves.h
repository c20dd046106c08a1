// Operators that move elements without changing them, as copies between tensors that lie in memory by
// strides: Concat, Expand, Reorder, Slice, Split, Tile, Transpose, and the views where they are copied after
// all (Flatten, Identity, Reshape, Squeeze, Unsqueeze).
#pragma once

#include <vector>

#include "targets/tactic_support.h"

namespace tenfold {

struct Node;

// Element i of `dims` is read and written at its offset plus i times the strides, all in elements. A source
// stride may be 0 (repeat) or negative.
struct Move {
  Shape dims, from, to;
  int64_t fromOffset = 0, toOffset = 0;
  size_t input = 0, output = 0;
};

bool movesElements(const Node& node);
bool isView(const Node& node);
// Any layout. Throws Error (kUnsupported) where inputs that must be known are not, or layouts do not fit.
std::vector<Move> planMoves(const Node& node, Descs inputs, Descs outputs);

// How many elements Pad puts before each logical axis of an input of that rank; negative ones are cut off.
std::vector<int64_t> padBegins(Descs inputs, int rank);

}  // namespace tenfold
