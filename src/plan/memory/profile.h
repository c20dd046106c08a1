// What a profile says of dimensions, and its memory plan: every value at the largest size that it allows.
#pragma once

#include <vector>

#include "plan/plan.h"

namespace tenfold {

// The bounds of every symbol that the profile's inputs bind: dimensions, and elements of shape tensors.
// Throws Error where two inputs contradict each other.
DimRanges profileRanges(const Graph& graph, const Profile& profile);
// The values of those symbols at the profile's optimum.
DimBindings profileOptimum(const Graph& graph, const Profile& profile);

// Throws Error where profileRanges does.
MemoryPlan planProfile(const Plan& plan, const Profile& profile);

// A value in the arena, with those that share its memory: `bytes` at `offset`, from step `first` to `last`.
struct Resident {
  const Value* value = nullptr;
  int64_t offset = 0, bytes = 0;
  int first = 0, last = 0;
};

// What lives in the arena of profile number `profile`; nothing where its memory plan is not bounded.
std::vector<Resident> residents(const Plan& plan, size_t profile);

}  // namespace tenfold
