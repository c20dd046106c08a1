#include "api/data_type.h"

namespace tenfold {
namespace {

// By the interface's number.
constexpr DataType kTypes[] = {DataType::kFloat32,      DataType::kFloat16,    DataType::kInt8,
                               DataType::kInt32,        DataType::kBool,       DataType::kUInt8,
                               DataType::kFloat8E4M3FN, DataType::kBFloat16,   DataType::kInt64,
                               DataType::kInt4,         DataType::kFloat4E2M1, DataType::kFloat8E8M0};

}  // namespace

std::optional<nvinfer1::DataType> toApi(DataType type) {
  for (size_t i = 0; i < std::size(kTypes); ++i)
    if (kTypes[i] == type) return static_cast<nvinfer1::DataType>(i);
  return std::nullopt;
}

DataType fromApi(nvinfer1::DataType type) {
  auto i = static_cast<size_t>(type);
  return i < std::size(kTypes) ? kTypes[i] : DataType::kUndefined;
}

}  // namespace tenfold
