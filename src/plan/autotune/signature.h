// What regions are told apart by: nodes with equal signatures are tuned once, and the timing cache knows
// them.
#pragma once

#include <string>

#include "plan/autotune/tuner.h"

namespace tenfold {

// What a node's choice depends on besides the device: operator, body, attributes, types and shapes, and the
// kernel in use that another one would run beside.
std::string signatureOf(const TunedNode& node);

}  // namespace tenfold
