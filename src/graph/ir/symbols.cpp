#include "graph/ir/symbols.h"

#include <algorithm>

namespace tenfold {

std::set<std::string> symbolsOfInputs(const Graph& graph) {
  std::set<std::string> symbols;
  auto add = [&](const std::vector<Dim>& dims) {
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

bool isShapeBoundBy(const Value& value, const std::set<std::string>& symbols) {
  if (!value.shape) return false;
  std::vector<std::string> used;
  for (const Dim& d : *value.shape) d.collectSymbols(used);
  return std::all_of(used.begin(), used.end(), [&](const std::string& s) { return symbols.count(s) != 0; });
}

}  // namespace tenfold
