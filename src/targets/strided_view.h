// What views (Reshape, Transpose, Slice, Split, ...) make of a tensor: the same memory through other strides.
#pragma once

#include <vector>

#include "graph/ir/graph.h"

namespace tenfold {

struct StridedView {
  SymShape extents;
  std::vector<Dim> strides;  // in elements; of axes of extent 1: anything
  Dim offset = 0;

  // A tensor that lies contiguously.
  static StridedView of(const SymShape& shape);
  // The functions below give false, and leave the view as it was, where strides cannot describe the result.
  bool reshape(const SymShape& to);
  bool permute(const std::vector<int64_t>& order);
  // From the view of input 0 of `node` to that of its output; types and shapes must have been inferred.
  bool apply(const Node& node, size_t output);
  // From the view of output 0 of `node` to that of its input 0: what is written there. For views that keep
  // all elements.
  bool applyBackwards(const Node& node);
};

// Whether StridedView::apply may know the node.
bool isStridedView(const Node& node);

}  // namespace tenfold
