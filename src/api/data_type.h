// Element types of the interface and of the core.
#pragma once

#include <optional>

#include "NvInferRuntime.h"
#include "base/dtype.h"

namespace tenfold {

// None for types that the interface does not have (float64, 16-bit integers, unsigned ones but uint8, ...).
std::optional<nvinfer1::DataType> toApi(DataType type);
// kUndefined for numbers that are no type.
DataType fromApi(nvinfer1::DataType type);

}  // namespace tenfold
