#pragma once

#include <functional>

#include "graph/ir/graph.h"

namespace tenfold {

// Products of one value with several constant matrices of equal shape, each followed by a constant sum per
// column or not, become one product with all columns, and a Split: MatMul(x, q), MatMul(x, k), MatMul(x, v).
// Only 16-bit floats, and where `fuses` says that the product's kernel writes the parts of that Split itself,
// or that the one Attention which reads all of them takes in the Split and the views between.
int mergeProducts(Graph& graph, const std::function<bool(const Node& anchor, const Node& other)>& fuses);

}  // namespace tenfold
