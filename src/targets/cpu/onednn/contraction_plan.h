// Choosing the primitive of a contraction: which post-ops it takes, and what is left to a pointwise pass.
#pragma once

#include "targets/cpu/onednn/contraction.h"
#include "targets/cpu/onednn/post_ops.h"

namespace tenfold::cpu {

struct ContractionPlan {
  Contraction op;
  dnnl::primitive_desc pd;
  struct Operand {
    int argument;
    dnnl::memory::desc desc;
    size_t input;
    const void* data = nullptr;  // instead of the input: a constant inside the region
  };
  std::vector<Operand> operands;  // of post-ops, and the bias
  size_t fusedNodes = 0;          // links of the chain that became post-ops
  const Value* result = nullptr;  // what the primitive writes
  bool alone = false;             // made for one thread
  // Where they differ from what `op` says: how source and result lie in memory, to be reordered around.
  std::optional<dnnl::memory::desc> outerSrc, outerDst;
};

// `weights`: the packed format, or none to let oneDNN choose. Throws Error (kUnsupported) with the reason.
ContractionPlan planContraction(const FusedNode& fused, Describe describe, std::span<const TensorDesc> inputs,
                                std::span<const TensorDesc> outputs,
                                const std::optional<dnnl::memory::desc>& weights);

}  // namespace tenfold::cpu
