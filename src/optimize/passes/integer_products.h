#pragma once

#include "graph/ir/graph.h"

namespace tenfold {

// For targets that multiply 8-bit integers sooner than floats: a MatMul or Conv of dequantized operands, the
// right one constant, becomes a product of the integers, scaled afterwards. Constant right operands become
// signed and have no zero points, and DynamicQuantizeLinear is taken apart into operators that such targets
// have kernels for.
int formIntegerProducts(Graph& graph);

}  // namespace tenfold
