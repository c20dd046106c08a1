// Runs single nodes of a float32 graph on a target.
#pragma once

#include <vector>

#include "graph/ir/graph.h"
#include "targets/target.h"

namespace tenfold {

// `inputs` as the node's, undefined where absent; results as its outputs. With a 16-bit type the node
// computes in it, as far as its operator does, and takes and gives float32 all the same.
std::vector<Tensor> runNode(const Node& node, const std::vector<Tensor>& inputs, DataType lowered,
                            Target& target);

}  // namespace tenfold
