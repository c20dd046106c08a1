// What follows a product when a library computes the product alone: the rest of its node as a pointwise
// region of its own.
#pragma once

#include <memory>
#include <vector>

#include "graph/ir/graph.h"
#include "targets/target.h"

namespace tenfold::cuda {

struct ProductTail {
  static constexpr int kProduct = -1;
  std::unique_ptr<Graph> graph;
  Node* node = nullptr;  // null: nothing follows
  // For each of its inputs: which input of the original node it is, or kProduct.
  std::vector<int> inputs;
  // Which of them is the product's bias, to be read with the shape [channels, 1...]; -1: none.
  int bias = -1;

  // The descriptions of its inputs, given those of the original node's and the product's.
  std::vector<TensorDesc> describe(std::span<const TensorDesc> inputs, const TensorDesc& product) const;
};

// `node`: a Conv or ConvTranspose, or a region around exactly one whose operands are inputs of the region.
// Throws Error (kUnsupported) for other nodes, and where the product itself is wanted outside.
ProductTail productTail(const Node& node);

}  // namespace tenfold::cuda
