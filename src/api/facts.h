// Names of Plan::facts: what a builder knew and an engine gives back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/plan.h"

namespace tenfold::facts {

// Decimal numbers.
inline constexpr const char* kCapability = "capability";                         // EngineCapability
inline constexpr const char* kTacticSources = "tactic sources";                  // bits
inline constexpr const char* kProfilingVerbosity = "profiling verbosity";        // ProfilingVerbosity
inline constexpr const char* kHardwareCompatibility = "hardware compatibility";  // its level
inline constexpr const char* kRefittable = "refittable";                         // 0 or 1
inline constexpr const char* kAuxStreams = "auxiliary streams";                  // most that were allowed
// The last so many outputs of the graph are no outputs of the engine: debug tensors that the builder made
// outputs so that they are kept.
inline constexpr const char* kHiddenOutputs = "hidden outputs";

// JSON: what the error budget measured and kept.
inline constexpr const char* kErrorBudget = "error budget";

// Lists of tensor names.
inline constexpr const char* kDebugTensors = "debug tensors";  // all marked ones, outputs or hidden outputs
inline constexpr const char* kUnfusedDebugTensors = "unfused debug tensors";
inline constexpr const char* kShapeOutputs = "shape outputs";  // marked with markOutputForShapes

int64_t number(const Plan& plan, const char* name, int64_t fallback);
void setNumber(Plan& plan, const char* name, int64_t value);
// Empty where the fact is absent.
std::vector<std::string> names(const Plan& plan, const char* name);
void setNames(Plan& plan, const char* name, const std::vector<std::string>& values);

}  // namespace tenfold::facts
