// Which operators may compute in 16 bits, and what that costs them.
#pragma once

#include <cstdint>
#include <string_view>

#include "graph/ir/graph.h"

namespace tenfold {

enum class PrecisionKind : uint8_t {
  kWide,     // stays as it is: what it computes suffers, or its result overflows easily
  kProduct,  // gains most: always lowered
  kFused,    // computes in registers: conversions around it cost nothing where it shares a kernel
  kMoving,   // moves elements: half as many bytes, but a conversion beside it is a kernel of its own
  kAnyType,  // takes every type and gives none on: never converted
};

struct PrecisionPolicy {
  PrecisionKind kind = PrecisionKind::kWide;
  uint32_t slots = ~0u;  // inputs that follow the node's type, one bit each; the last bit stands for the rest
  std::string_view why;  // of kWide

  bool lowers(size_t slot) const { return (slots >> (slot < 31 ? slot : 31)) & 1u; }
};

PrecisionPolicy precisionPolicy(const Node& node);

}  // namespace tenfold
