// How long each step of a plan takes when it runs.
#pragma once

#include <vector>

#include "runtime/session.h"

namespace tenfold {

// The median time of each step in milliseconds, on the inputs of the session's last run; at least three runs,
// and as many more as fit into `seconds`.
std::vector<double> stepMilliseconds(Session& session, double seconds = 0.5);

}  // namespace tenfold
