// What belongs to the library as a whole: its version and the process's logger.
#pragma once

#include <cstdint>

#include "NvInferRuntime.h"

namespace tenfold {

// What a factory gets first. True where `logger` is there and `version` (NV_TENSORRT_VERSION of the caller's
// headers) is a release whose classes are ours: patches differ in nothing that the classes show. Otherwise
// logs why. The first logger of the process becomes getLogger()'s.
bool acceptCaller(nvinfer1::ILogger* logger, int32_t version) noexcept;

}  // namespace tenfold
