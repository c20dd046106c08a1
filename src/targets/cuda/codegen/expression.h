// Pointwise nodes -> CUDA C++ statements for one element.
#pragma once

#include <map>
#include <span>
#include <string>

#include "graph/ir/graph.h"

namespace tenfold::cuda {

// The type of an element in memory ("f16", "float", "i64", "bool", ...) as kernels/common.cuh calls it, and
// in a register ("float" for the 16-bit floats). Throws Error (kUnsupported) for types that kernels cannot
// hold.
const char* memoryType(DataType type);
const char* registerType(DataType type);
bool hasRegisterType(DataType type);

// A constant of one element: it is written into the code.
bool isLiteral(const Value* v);

// Names of variables, by value.
using Variables = std::map<const Value*, std::string>;

// Statements that compute each node's output from its inputs, in order; scalar constants are written as
// literals. `variables` names what is there before; the outputs are added as fresh variables that begin with
// `prefix`. Floating point of 16 bits is computed in float and rounded only where a value leaves the region.
std::string emitPointwise(std::span<const Node* const> nodes, Variables& variables,
                          const std::string& prefix = "v");
// How statements name the value: its variable, or a literal. Throws Error where it is neither.
std::string nameOf(const Value* v, const Variables& variables);
// Why emitPointwise cannot take the node, or empty.
std::string refusesExpression(const Node& node);
// Functions that the statements call: to be put in front of the kernel, after #include "common.cuh".
inline constexpr const char* kMathInclude = "#include \"math.cuh\"\n";

}  // namespace tenfold::cuda
