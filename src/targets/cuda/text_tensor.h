// Text among the blobs of a plan.
#pragma once

#include <cstring>
#include <string>

#include "base/tensor.h"

namespace tenfold::cuda {

inline Tensor textTensor(const std::string& text) {
  Tensor t(DataType::kUInt8, {static_cast<int64_t>(text.size())});
  if (!text.empty()) std::memcpy(t.data(), text.data(), text.size());
  return t;
}

inline std::string textOf(const Tensor& t) { return {t.as<char>(), static_cast<size_t>(t.numel())}; }

}  // namespace tenfold::cuda
