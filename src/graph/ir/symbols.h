// Which dimensions the inputs of a graph determine.
#pragma once

#include <set>
#include <string>

#include "graph/ir/graph.h"

namespace tenfold {

// Symbols that an input's shape, or the contents of a shape tensor, binds by itself.
std::set<std::string> symbolsOfInputs(const Graph& graph);
// Every symbol in the shapes of a graph.
std::set<std::string> symbolsOfShapes(const Graph& graph);
// Whether the rank of `value` is known and its shape speaks of `symbols` only.
bool isShapeBoundBy(const Value& value, const std::set<std::string>& symbols);

}  // namespace tenfold
