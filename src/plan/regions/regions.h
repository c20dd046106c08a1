// Graph -> regions: which nodes run as one kernel.
#pragma once

#include <functional>

#include "graph/ir/graph.h"
#include "targets/fusion_limits.h"

namespace tenfold {

// What a target's kernels can take.
struct RegionRules {
  FusionLimits limits;
  // Whether `node` (pointwise) may join the epilogue that `anchor` (Conv, ConvTranspose, MatMul, a pooling)
  // has so far; unset: always. For the Cast or Mul that computes the anchor's first operand: whether its
  // kernels read the other type, or multiply by these factors; unset: never. For the Split or MaxPool behind
  // the epilogue: whether its kernels do that as well; unset: never. For Attention: whether its kernels read
  // or write through `node`, a view; unset: never. For the Conv behind a GlobalAveragePool, and the one
  // behind that: whether its kernel computes both as well; unset: never.
  std::function<bool(const Node& anchor, const Node& node)> fusesEpilogue;
  // Whether `node` may be part of a pointwise region, or of a reduction's prologue or epilogue; unset:
  // always.
  std::function<bool(const Node& node)> fusesPointwise;
};

// Replaces groups of nodes by Region nodes, in bodies of control flow too:
// - Conv, ConvTranspose, MatMul, poolings: with the pointwise nodes that follow one by one (bias, residual,
//   activation) as epilogue;
// - GlobalAveragePool: with two convolutions that follow one another and their epilogues;
// - reductions, Softmax and normalizations: with pointwise nodes before (on the input's shape, read by
//   nothing else) and after;
// - Attention: with the views (Transpose, Split, Reshape, ...) that its operands and result come and go
//   through, where strides describe them;
// - pointwise nodes of one shape, with any number of results.
// Nothing is computed twice, no cycle arises, and a node that finds no partner stays as it is. Scalar
// constants move into the body, everything else that it reads becomes an input. Returns the number of
// regions.
int formRegions(Graph& graph, const RegionRules& rules);

}  // namespace tenfold
