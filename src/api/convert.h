// Dimensions and element types of the interface and of the core, in both directions.
#pragma once

#include <string>
#include <vector>

#include "NvInferRuntime.h"
#include "api/data_type.h"
#include "graph/ir/dim.h"

namespace tenfold {

// Dimensions that cannot be told: rank -1.
nvinfer1::Dims unknownDims();
// Throws Error where there are more than Dims::MAX_DIMS.
nvinfer1::Dims toDims(const Shape& shape);
nvinfer1::Dims toDims(const std::vector<int64_t>& values);
// Symbolic dimensions become -1.
nvinfer1::Dims toDims(const SymShape& shape);

// Each throws Error where the rank is not in [0, MAX_DIMS]. Negative extents are kept by toInts and refused
// by toShape.
std::vector<int64_t> toInts(const nvinfer1::Dims& dims);
Shape toShape(const nvinfer1::Dims& dims);
// "[2,-1,3]"
std::string str(const nvinfer1::Dims& dims);

// As toApi and fromApi, but throw Error naming what is missing.
nvinfer1::DataType apiType(DataType type);
DataType coreType(nvinfer1::DataType type);

}  // namespace tenfold
