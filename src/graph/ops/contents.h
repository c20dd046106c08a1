// Shape arithmetic: what elementwise operators know about the elements of small integer tensors at build
// time.
#pragma once

#include <optional>
#include <vector>

#include "graph/ops/infer.h"

namespace tenfold {

// The sign of a - b where it is the same for every value of the symbols (which are dimensions, so not
// negative): -1, 0 or 1.
std::optional<int> compareDims(const Dim& a, const Dim& b);

// A function of element expressions; no value where the result cannot be expressed.
using DimFunction = std::optional<Dim> (*)(const Attributes& attrs, const DimList& elements);
// Known elements of input i. Unlike ctx.contents it also reads floating-point constants that are whole
// numbers, so that arithmetic on shapes that passes through floats is followed.
std::optional<DimList> wholeContents(const InferContext& ctx, size_t i);
// Contents of output 0, of the output's (constant, small) broadcast shape, by applying f to each element,
// where all inputs' contents are known. Call after setShape.
void setMappedContents(InferContext& ctx, DimFunction f);

}  // namespace tenfold
