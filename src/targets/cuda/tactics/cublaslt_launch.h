// One product at concrete shape by cuBLASLt.
#pragma once

#include <memory>

#include "targets/cuda/tactics/product_shape.h"

namespace tenfold::cuda {

// `algorithm`: which of the heuristic's choices; the last one where it offers fewer. Throws Error where
// cuBLASLt has no algorithm.
std::unique_ptr<Launch> prepareProduct(const ProductEpilogue& epilogue, const ProductShape& shape,
                                       DataType type, bool tf32, int algorithm);
// How many algorithms the heuristic offers, at most `most`.
int countAlgorithms(const ProductEpilogue& epilogue, const ProductShape& shape, DataType type, bool tf32,
                    int most);

}  // namespace tenfold::cuda
