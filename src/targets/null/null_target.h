// A pretend device for tests: it computes nothing, records what it is asked to do, and gives every output a
// pattern that depends on node name, output index and shape only.
#pragma once

#include <string>
#include <vector>

#include "targets/target.h"

namespace tenfold {

// What the null target was asked since the last call of this function, one line each, in order:
//   "allocate BYTES", "release", "copy BYTES", "submit", "synchronize", "launch OPERATOR NAME".
std::vector<std::string> takeNullTargetLog();

// The byte that the null target writes at position `i` of an output.
uint8_t nullPattern(const std::string& nodeName, size_t output, size_t i);

}  // namespace tenfold
