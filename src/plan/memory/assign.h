// Gives every value of a plan its place.
#pragma once

#include <functional>
#include <optional>

#include "plan/plan.h"

namespace tenfold {

// Bytes that a value may need, or nothing where only its launch will tell.
using ValueBytes = std::function<std::optional<int64_t>(const Value&)>;

// With `callerOutputs`, graph outputs live where the caller wants them; otherwise (bodies) they are values
// like all others, alive to the end. `rounds` is planBlocks' effort.
MemoryPlan assignMemory(const Plan& plan, const ValueBytes& bytes, bool callerOutputs, int rounds = 200);

// The bounds of every symbol that the profile's inputs bind: dimensions, and elements of shape tensors.
// Throws Error where two inputs contradict each other.
DimRanges profileRanges(const Graph& graph, const Profile& profile);
// The values of those symbols at the profile's optimum.
DimBindings profileOptimum(const Graph& graph, const Profile& profile);

// The value whose memory `value` shares: itself, unless a kAlias step made it.
const Value* aliasRoot(const Plan& plan, const Value* value);

}  // namespace tenfold
