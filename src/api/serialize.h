// Plans as the objects that programs get.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "NvInferRuntime.h"
#include "api/errors.h"
#include "plan/plan.h"

namespace tenfold {

// Bytes that the caller releases with delete.
nvinfer1::IHostMemory* makeHostMemory(std::vector<uint8_t> bytes);
// The plan as bytes.
nvinfer1::IHostMemory* serializePlan(const Plan& plan);
// An engine that runs the plan on the target it was built for.
nvinfer1::ICudaEngine* makeEngine(std::unique_ptr<Plan> plan, nvinfer1::ILogger& logger);

}  // namespace tenfold
