// Groups of nodes: a partition of a graph that can be contracted without making a cycle.
#pragma once

#include <vector>

#include "graph/ir/graph.h"

namespace tenfold {

class Grouping {
 public:
  // Every node is a group of its own.
  explicit Grouping(const Graph& graph);

  int groupOf(const Node* node) const {
    return group_[static_cast<size_t>(index_[static_cast<size_t>(node->id)])];
  }
  // In the graph's order.
  const std::vector<Node*>& members(int group) const { return members_[static_cast<size_t>(group)]; }
  bool isAlone(const Node* node) const { return members(groupOf(node)).size() == 1; }
  // Joins b into a, unless some path leads from one to the other through a third group.
  bool tryMerge(int a, int b);
  // What both would read from outside, constants of one element aside.
  int countInputs(int a, int b) const;
  int size() const { return static_cast<int>(members_.size()); }

 private:
  bool hasPathAround(int a, int b);
  std::vector<int> index_;  // node id -> position in the order
  std::vector<int> group_;  // position -> group
  std::vector<std::vector<Node*>> members_;
  std::vector<int> visited_;
  int visit_ = 0;
};

}  // namespace tenfold
