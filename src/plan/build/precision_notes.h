// What the plan says about the precision of its steps.
#pragma once

#include "plan/plan.h"

namespace tenfold {

// Moves the texts that explain precisions from the nodes' attributes into the plan's facts, so that regions
// that compute the same are the same to tuner and timing cache. Wishes go.
void takePrecisionNotes(Plan& plan);

// The type that the step computes in, and why it is not a narrower one where one was allowed; else empty.
struct PrecisionNote {
  DataType type = DataType::kUndefined;  // of the product inside, else of the first float result
  std::string why;
};
PrecisionNote precisionOf(const Plan& plan, const Step& step);

}  // namespace tenfold
