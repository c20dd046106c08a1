// Inputs whose elements decide shapes or positions, as integers.
#pragma once

#include <optional>

#include "base/error.h"
#include "targets/target.h"

namespace tenfold::cpu {

// Nothing where the input is absent or its elements are not known before the launch.
inline std::optional<std::vector<int64_t>> knownInts(std::span<const TensorDesc> inputs, size_t i) {
  if (i >= inputs.size() || !inputs[i].known || !isInteger(inputs[i].dtype)) return std::nullopt;
  return Tensor(inputs[i].dtype, inputs[i].shape, const_cast<void*>(inputs[i].known)).ints();
}
inline std::vector<int64_t> requireInts(std::span<const TensorDesc> inputs, size_t i) {
  auto values = knownInts(inputs, i);
  if (!values) fail(ErrorKind::kUnsupported, "input {} is not known before the launch", i);
  return *values;
}
// Elements that can be copied by whole bytes.
inline bool isPlainBytes(DataType type) {
  return type != DataType::kUndefined && type != DataType::kString && typeBits(type) >= 8;
}

}  // namespace tenfold::cpu
