// Which pointwise nodes behind a convolution or matrix product oneDNN can do itself.
#pragma once

#include "targets/fused_node.h"
#include "targets/target.h"

namespace tenfold::cpu {

struct PostOp {
  enum class Kind : uint8_t { kEltwise, kBinary, kPRelu };
  Kind kind;
  int algorithm;  // dnnl::algorithm
  float alpha = 0, beta = 0;
  const Value* operand = nullptr;  // of kBinary, kPRelu: an input of the region
};

// The longest prefix of the epilogue, node by node; each node becomes up to two post-ops (none: a cast of
// integer sums to float, which is how they leave the product).
struct PostOpChain {
  struct Link {
    const Node* node;
    std::vector<PostOp> ops;
    const Value* result;
  };
  std::vector<Link> links;
};
inline constexpr int kMaxPostOps = 8;

PostOpChain translateEpilogue(const FusedNode& fused);
// Whether a pointwise node that reads the anchor's result can be a post-op at all.
bool canBePostOp(const Node& node);

}  // namespace tenfold::cpu
