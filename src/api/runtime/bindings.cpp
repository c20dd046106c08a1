#include "api/runtime/bindings.h"

#include <algorithm>

namespace tenfold {
namespace {

template <typename Symbols>
bool covers(const Symbols& known, const Dim& d) {
  std::vector<std::string> symbols;
  d.collectSymbols(symbols);
  return std::all_of(symbols.begin(), symbols.end(),
                     [&](const std::string& s) { return known.count(s) != 0; });
}

// Where an operator knows a bound of a dimension that only its launch tells, the node says so in attributes:
// "symbol.NAME" is the symbol, "upper.NAME" the bound.
void addUpperBounds(const Graph& graph, DimRanges& ranges) {
  constexpr std::string_view kSymbol = "symbol.";
  for (const Node* node : graph.nodes())
    for (const auto& [name, value] : node->attrs.all()) {
      const auto* symbol = std::get_if<std::string>(&value);
      if (!symbol || name.rfind(kSymbol, 0) != 0) continue;
      std::string upper = node->attrs.text("upper." + name.substr(kSymbol.size()), "");
      if (upper.empty()) continue;
      Dim bound = Dim::parse(upper);
      if (covers(ranges, bound)) ranges.try_emplace(*symbol, DimRange{0, bound.range(ranges).max});
    }
}

}  // namespace

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
  for (const Dim& d : *value.shape) result.push_back(covers(bindings, d) ? d.eval(bindings) : -1);
  return result;
}

std::optional<int64_t> mostBytes(const Graph& graph, const Value& value, const DimBindings& bindings) {
  if (!value.shape) return std::nullopt;
  DimRanges ranges;
  for (const auto& [symbol, extent] : bindings) ranges[symbol] = {extent, extent};
  addUpperBounds(graph, ranges);
  int64_t elements = 1;
  for (const Dim& d : *value.shape)
    if (!covers(ranges, d) ||
        __builtin_mul_overflow(elements, std::max<int64_t>(d.range(ranges).max, 0), &elements))
      return std::nullopt;
  return static_cast<int64_t>(typeBytes(value.dtype, elements));
}

}  // namespace tenfold
