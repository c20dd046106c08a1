// Gives every value of a plan its place.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "plan/plan.h"

namespace tenfold {

// Bytes that a value may need, or nothing where only its launch will tell.
using ValueBytes = std::function<std::optional<int64_t>(const Value&)>;

// With `callerOutputs`, graph outputs live where the caller wants them; otherwise (bodies) they are values
// like all others, alive to the end. `rounds` is planBlocks' effort.
MemoryPlan assignMemory(const Plan& plan, const ValueBytes& bytes, bool callerOutputs, int rounds = 200);

// One piece of memory: the value that owns it, and the steps between which it or a value that shares it is
// needed (both inclusive).
struct Lifetime {
  const Value* root = nullptr;
  int first = 0, last = 0;
  int output = -1;  // the graph output that is in it
};
// By the owner's id, so that nothing depends on addresses. Graph outputs live to the end.
std::map<int, Lifetime> lifetimes(const Plan& plan);

// The value whose memory `value` shares: itself, unless a kAlias step made it.
const Value* aliasRoot(const Plan& plan, const Value* value);

}  // namespace tenfold
