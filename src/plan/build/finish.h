// Measuring where a plan runs what was only estimated where it was built.
#pragma once

#include <functional>

#include "plan/autotune/tuner.h"
#include "plan/plan.h"

namespace tenfold {

// The fact "tf32" of a plan: "0" where products of float32 must keep all digits.
inline constexpr const char* kTf32Fact = "tf32";

// Chooses the kernels of the steps again that the cost model alone has chosen: by measurement on `target`, at
// the sizes of the plan's profiles. Steps that have lost a constant's bytes to their kernel keep it, and so
// do bodies of control flow. Graph, types and memory plans stay what they are. Returns the number of steps
// that were looked at. Throws Error where `goOn` becomes false.
int finishPlan(Plan& plan, Target& target, const TunerOptions& tuner, const std::function<bool()>& goOn);

}  // namespace tenfold
