// Quantization as other parts of the program see it.
#pragma once

#include "graph/ir/graph.h"

namespace tenfold {

// A QuantizeLinear or DequantizeLinear with one constant scale for all elements: a pointwise operator.
bool isUniformQuantization(const Node& node);

}  // namespace tenfold
