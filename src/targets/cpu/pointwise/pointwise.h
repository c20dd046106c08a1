// Regions without an anchor, and single elementwise nodes: one pass of vector code for each output shape.
#pragma once

#include "targets/cpu/pointwise/loop.h"
#include "targets/fused_node.h"
#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& pointwiseTactic();

// A pass over a set of nodes whose operands are tensors, for the parts of a kernel that are pointwise.
struct PointwiseOperand {
  const Value* value;
  TensorDesc desc;
};
// All outputs have one shape, to which inputs broadcast; the space is walked in the first output's order.
Loop makePointwiseLoop(std::span<const Node* const> nodes, std::span<const PointwiseOperand> inputs,
                       std::span<const PointwiseOperand> outputs);
// Runs the whole loop on all threads; `scratch` holds threadLimit() * loop.scratchBytes().
void runLoop(const Loop& loop, void* const* memory, void* scratch);

}  // namespace tenfold::cpu
