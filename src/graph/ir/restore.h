// Rebuilds a graph with the ids it had, for the plan's reader.
#pragma once

#include "graph/ir/graph.h"

namespace tenfold {

class GraphRestorer {
 public:
  explicit GraphRestorer(Graph& graph) : graph_(graph) {}
  // Ids must rise; throws Error otherwise.
  Value* addValue(int id);
  // Inputs and outputs by id, -1 where absent. Outputs must not have another producer.
  Node* addNode(int id, const std::string& op, const std::vector<int>& inputs,
                const std::vector<int>& outputs);
  // Throws Error where the graph has no value of that id.
  Value* value(int id) const;

 private:
  Graph& graph_;
};

}  // namespace tenfold
