// Which dimensions the inputs of a graph determine.
#pragma once

#include <algorithm>
#include <set>
#include <span>
#include <string>

#include "graph/ir/graph.h"

namespace tenfold {

// Symbols that an input's shape, or the contents of a shape tensor, binds by itself.
std::set<std::string> symbolsOfInputs(const Graph& graph);
// Every symbol in the shapes of a graph.
std::set<std::string> symbolsOfShapes(const Graph& graph);
// Adds the ranges of dimensions that only running tells, where their operator knows a bound of them: its node
// has the symbol as the attribute "symbol.NAME" and the bound as "upper.NAME". Ranges that are there stay.
void addUpperBounds(const Graph& graph, DimRanges& ranges);

// Whether a dimension, or each of several, speaks of known symbols only: a set of names or a map from them.
template <typename Symbols>
bool isBoundBy(const Dim& dim, const Symbols& known) {
  std::vector<std::string> used;
  dim.collectSymbols(used);
  return std::ranges::all_of(used, [&](const std::string& s) { return known.contains(s); });
}
template <typename Symbols>
bool areBoundBy(std::span<const Dim> dims, const Symbols& known) {
  return std::ranges::all_of(dims, [&](const Dim& d) { return isBoundBy(d, known); });
}
// The same of a value's shape, whose rank must be known.
template <typename Symbols>
bool isShapeBoundBy(const Value& value, const Symbols& known) {
  return value.shape && areBoundBy(*value.shape, known);
}

// The integer elements of a value under bindings, null where they are not known.
Tensor knownElements(const Value& value, const Shape& shape, const DimBindings& bindings);

}  // namespace tenfold
