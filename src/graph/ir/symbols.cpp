#include "graph/ir/symbols.h"

namespace tenfold {

std::set<std::string> symbolsOfInputs(const Graph& graph) {
  std::set<std::string> symbols;
  auto add = [&](const DimList& dims) {
    for (const Dim& d : dims)
      if (d.isSymbol()) symbols.insert(d.key());
  };
  for (const Value* v : graph.inputs) {
    if (v->shape) add(*v->shape);
    if (v->contents) add(*v->contents);
  }
  return symbols;
}

std::set<std::string> symbolsOfShapes(const Graph& graph) {
  std::vector<std::string> used;
  for (const Value* v : graph.values())
    if (v->shape)
      for (const Dim& d : *v->shape) d.collectSymbols(used);
  return {used.begin(), used.end()};
}

void addUpperBounds(const Graph& graph, DimRanges& ranges) {
  constexpr std::string_view kSymbol = "symbol.";
  for (const Node* node : graph.nodes())
    for (const auto& [name, value] : node->attrs.all()) {
      const auto* symbol = std::get_if<std::string>(&value);
      if (!symbol || !name.starts_with(kSymbol)) continue;
      std::string upper = node->attrs.text("upper." + name.substr(kSymbol.size()), "");
      if (upper.empty()) continue;
      Dim bound = Dim::parse(upper);
      if (isBoundBy(bound, ranges)) ranges.try_emplace(*symbol, DimRange{0, bound.range(ranges).max});
    }
}

Tensor knownElements(const Value& value, const Shape& shape, const DimBindings& bindings) {
  if (value.isConstant()) return value.constant;
  if (!value.contents || static_cast<int64_t>(value.contents->size()) != shape.numel() ||
      !areBoundBy(*value.contents, bindings))
    return {};
  Tensor elements(value.dtype, shape);
  for (size_t i = 0; i < value.contents->size(); ++i)
    elements.setInt(static_cast<int64_t>(i), (*value.contents)[i].eval(bindings));
  return elements;
}

}  // namespace tenfold
