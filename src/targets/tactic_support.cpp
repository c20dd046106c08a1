#include "targets/tactic_support.h"

namespace tenfold {

std::optional<std::vector<int64_t>> knownInts(Descs inputs, size_t i) {
  if (i >= inputs.size() || !inputs[i].known || !isInteger(inputs[i].dtype)) return std::nullopt;
  return Tensor(inputs[i].dtype, inputs[i].shape, const_cast<void*>(inputs[i].known)).ints();
}

std::vector<int64_t> requireInts(Descs inputs, size_t i) {
  auto values = knownInts(inputs, i);
  if (!values) fail(ErrorKind::kUnsupported, "input {} is not known before the launch", i);
  return *values;
}

bool isPlainBytes(DataType type) {
  return type != DataType::kUndefined && type != DataType::kString && typeBits(type) >= 8;
}

double bytesMoved(const TuningHint& hint) {
  double bytes = 0;
  for (const auto* side : {&hint.inputs, &hint.outputs})
    for (const TensorDesc& d : *side)
      if (d.dtype != DataType::kUndefined) bytes += static_cast<double>(typeBytes(d.dtype, d.shape.numel()));
  return bytes;
}

std::string refusesChannelsLast(const TuningHint& hint) {
  for (const auto* side : {&hint.inputs, &hint.outputs})
    for (const TensorDesc& d : *side)
      if (d.layout != Layout::kPlain) return "works on plain layout only";
  return "";
}

}  // namespace tenfold
