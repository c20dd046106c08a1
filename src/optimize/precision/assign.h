// Decides for each node of a graph whether it computes in 16 bits.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>

#include "optimize/precision/policy.h"
#include "optimize/precision/precision.h"

namespace tenfold {

struct PrecisionChoice {
  DataType type = DataType::kUndefined;  // 16-bit: computes in it; else stays as it is
  std::string why;                       // where it could compute in 16 bits and does not

  bool isLow() const { return type != DataType::kUndefined; }
};

struct PrecisionAssignment {
  std::unordered_map<const Node*, PrecisionChoice> choices;  // of nodes with float32 data
  // Values that may be too large for fp16 because a constant such as a mask's -1e9 is part of them: they are
  // cut off at the range's ends when they are converted.
  std::unordered_set<const Value*> large;
};

PrecisionAssignment assignPrecision(const Graph& graph, DataType type);

}  // namespace tenfold
