// A node as kernels see it: an anchor with pointwise nodes around it, whether it is a plain node or a Region.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "graph/ir/graph.h"

namespace tenfold {

struct FusedNode {
  // `anchors`: names of operators of which there must be exactly one. None: everything is `after`. A plain
  // node is its own anchor, or its own pointwise node.
  FusedNode(const Node& node, std::span<const std::string_view> anchors);

  const Node& node;
  const Graph* body = nullptr;        // of a Region
  const Node* anchor = nullptr;       // null: there is none, or there are several
  std::vector<const Node*> before;    // what the anchor's inputs are computed by
  std::vector<const Node*> after;     // everything else, in order
  std::vector<const Value*> inputs;   // what the node's inputs are called inside; null: absent
  std::vector<const Value*> outputs;  // what its outputs are called inside; null: unwanted

  // Which input or output of the node `v` is, or -1.
  int inputIndex(const Value* v) const;
  int outputIndex(const Value* v) const;
  // Whether one of `nodes` reads it.
  static bool reads(std::span<const Node* const> nodes, const Value* v);
};

}  // namespace tenfold
