#include "api/runtime/bindings.h"

#include <algorithm>

#include "graph/ir/symbols.h"

namespace tenfold {

DimBindings bindInputs(const Graph& graph, std::span<const std::optional<Shape>> shapes,
                       std::span<const std::vector<int64_t>> values) {
  DimBindings bindings;
  auto bind = [&](const Dim& d, int64_t value) {
    if (d.isSymbol()) bindings.try_emplace(d.key(), value);
  };
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const Value& v = *graph.inputs[i];
    if (v.shape && shapes[i] && shapes[i]->size() == v.shape->size())
      for (int d = 0; d < v.rank(); ++d) bind((*v.shape)[d], (*shapes[i])[d]);
    if (v.contents && values[i].size() == v.contents->size())
      for (size_t e = 0; e < values[i].size(); ++e) bind((*v.contents)[e], values[i][e]);
  }
  return bindings;
}

std::optional<std::vector<int64_t>> extents(const Value& value, const DimBindings& bindings) {
  if (!value.shape) return std::nullopt;
  std::vector<int64_t> result;
  for (const Dim& d : *value.shape) result.push_back(isBoundBy(d, bindings) ? d.eval(bindings) : -1);
  return result;
}

std::optional<int64_t> mostBytes(const Graph& graph, const Value& value, const DimBindings& bindings) {
  if (!value.shape) return std::nullopt;
  DimRanges ranges;
  for (const auto& [symbol, extent] : bindings) ranges[symbol] = {extent, extent};
  addUpperBounds(graph, ranges);
  int64_t elements = 1;
  for (const Dim& d : *value.shape)
    if (!isBoundBy(d, ranges) ||
        __builtin_mul_overflow(elements, std::max<int64_t>(d.range(ranges).max, 0), &elements))
      return std::nullopt;
  return static_cast<int64_t>(typeBytes(value.dtype, elements));
}

}  // namespace tenfold
