// What follows from the shapes of an engine's inputs without running it.
#pragma once

#include <optional>
#include <span>

#include "plan/plan.h"

namespace tenfold {

// The symbols that the inputs bind: dimensions by `shapes`, elements of shape tensors by `values` (empty for
// inputs that are none). A rank of -1 is written as an absent shape.
DimBindings bindInputs(const Graph& graph, std::span<const std::optional<Shape>> shapes,
                       std::span<const std::vector<int64_t>> values);
// Extents, -1 where a symbol is not bound; nothing where not even the rank is known.
std::optional<std::vector<int64_t>> extents(const Value& value, const DimBindings& bindings);
// The most bytes that the value can take; nothing where no bound is known.
std::optional<int64_t> mostBytes(const Graph& graph, const Value& value, const DimBindings& bindings);

}  // namespace tenfold
