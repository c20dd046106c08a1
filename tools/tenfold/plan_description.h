// Everything that a plan says of itself, as JSON: for `tenfold inspect` and the page it writes.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "plan/plan.h"

namespace tenfold {

// name, target, device, passes [{name, changes}], memory [{bounded, arena_bytes, lower_bound}] and steps,
// each with operator, tactic, types, precision and its reason, trials, and `us`, its time in microseconds,
// with `us_source`: "run" where `stepMilliseconds` has it (else empty), "tuning", or "estimate".
nlohmann::json describePlan(const Plan& plan, const std::vector<double>& stepMilliseconds);

// What lives in the arena of a profile: [{name, offset, bytes, first, last}], steps by number.
nlohmann::json describeArena(const Plan& plan, size_t profile);

// A page that shows both, complete in one file.
std::string planPage(const Plan& plan, const nlohmann::json& description);

}  // namespace tenfold
