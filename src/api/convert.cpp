#include "api/convert.h"

#include "base/error.h"

namespace tenfold {

using nvinfer1::Dims;

Dims unknownDims() {
  Dims dims{};
  dims.nbDims = -1;
  return dims;
}

Dims toDims(const std::vector<int64_t>& values) {
  require(values.size() <= Dims::MAX_DIMS, "{} dimensions; the interface has room for {}", values.size(),
          static_cast<int>(Dims::MAX_DIMS));
  Dims dims{};
  for (int64_t v : values) dims.d[dims.nbDims++] = v;
  return dims;
}

Dims toDims(const Shape& shape) { return toDims(std::vector<int64_t>(shape.begin(), shape.end())); }

Dims toDims(const SymShape& shape) {
  std::vector<int64_t> values;
  for (const Dim& d : shape) values.push_back(d.tryConstant().value_or(-1));
  return toDims(values);
}

std::vector<int64_t> toInts(const Dims& dims) {
  require(dims.nbDims >= 0 && dims.nbDims <= Dims::MAX_DIMS,
          "the number of dimensions is {}, expected 0 to {}", dims.nbDims, static_cast<int>(Dims::MAX_DIMS));
  return {dims.d, dims.d + dims.nbDims};
}

Shape toShape(const Dims& dims) {
  std::vector<int64_t> values = toInts(dims);
  for (int64_t v : values) require(v >= 0, "dimensions {} must all be known and 0 or more", str(dims));
  return {values.begin(), values.end()};
}

std::string str(const Dims& dims) {
  if (dims.nbDims < 0 || dims.nbDims > Dims::MAX_DIMS) return "[?]";
  std::string text = "[";
  for (int i = 0; i < dims.nbDims; ++i) text += (i ? "," : "") + std::to_string(dims.d[i]);
  return text + "]";
}

nvinfer1::DataType apiType(DataType type) {
  auto known = toApi(type);
  require(known.has_value(), "type {} does not exist in the TensorRT interface", typeName(type));
  return *known;
}

DataType coreType(nvinfer1::DataType type) {
  DataType known = fromApi(type);
  require(known != DataType::kUndefined, "data type {} does not exist", static_cast<int>(type));
  return known;
}

}  // namespace tenfold
