// What views (Reshape, Transpose, Slice, Split, ...) make of a tensor: the same memory through other strides.
#pragma once

#include <optional>
#include <vector>

#include "graph/ir/graph.h"

namespace tenfold {

class StridedView {
 public:
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

  size_t rank() const { return axes_.size(); }
  SymShape extents() const;
  const Dim& offset() const { return offset_; }
  // In elements, of every axis (0 for those of extent 1); nothing where an axis has no single stride.
  std::optional<DimList> strides() const;

 private:
  // An axis is one or several runs, the slowest first: a later view may take them apart again.
  struct Run {
    Dim extent, stride;
  };
  struct Axis {
    Dim extent;
    std::vector<Run> runs;
  };
  static void append(std::vector<Run>& runs, const Run& run);
  bool slice(const Node& node);
  bool split(const Node& node, size_t output);
  bool gather(const Node& node);
  // Keeps `extent` elements of an axis, each `step`-th from `start` on.
  bool cut(size_t axis, const Dim& start, int64_t step, const Dim& extent);

  std::vector<Axis> axes_;
  Dim offset_ = 0;
};

// Whether StridedView::apply may know the node.
bool isStridedView(const Node& node);

}  // namespace tenfold
