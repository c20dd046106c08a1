// A plan as one file: written in one piece, read through a verifier, its tensors used where they lie.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "plan/plan.h"

namespace tenfold {

inline constexpr uint32_t kPlanFormatVersion = 1;
inline constexpr size_t kPlanPage = 4096;

// The same plan gives the same bytes: everything has a fixed order. Trials keep their times, which repeat
// where they come from a timing cache or from the cost model.
std::vector<uint8_t> writePlan(const Plan& plan);

// Reads a plan; its tensors view `bytes`, kept alive by `owner`. Throws Error (kInvalidPlan) that says why a
// truncated, altered, foreign or newer file is refused.
std::unique_ptr<Plan> readPlan(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner);
// Copies the bytes first, for callers that free theirs.
std::unique_ptr<Plan> readPlanCopy(std::span<const uint8_t> bytes);

// Writes to a temporary name beside `path`, then renames. Throws Error; the old file, if any, stays intact.
// What is no file (a device, a pipe) is written to; a link stays one.
void writeFileAtomically(const std::string& path, std::span<const uint8_t> bytes);

}  // namespace tenfold
