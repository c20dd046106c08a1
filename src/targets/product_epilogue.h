// What follows a matrix product or convolution, in the terms that vendor libraries know:
//   activation(alpha * product + residual + bias)
#pragma once

#include <limits>
#include <string>
#include <string_view>

#include "graph/ir/graph.h"

namespace tenfold {

enum class Activation : uint8_t { kNone, kRelu, kClip, kSigmoid, kTanh, kSwish, kElu };

struct ProductEpilogue {
  // Why the node is not of this form, in words; empty where it is. The rest holds only then.
  std::string refusal;
  const Node* anchor = nullptr;  // the product itself: the node, or the one inside the region
  double alpha = 1;
  // Which inputs of the node (not of its body) the operands are; -1: there is none.
  int left = -1, right = -1;  // inputs 0 and 1 of the anchor
  int bias = -1;              // one element for each column (MatMul) or channel (Conv, ConvTranspose)
  int residual = -1;          // shaped like the product
  Activation activation = Activation::kNone;
  // Bounds of kClip; `slope` is alpha of Swish and Elu.
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  double slope = 1;
};

// `node` is an operator called `anchor` or a region around exactly one.
ProductEpilogue parseProductEpilogue(const Node& node, std::string_view anchor);

}  // namespace tenfold
