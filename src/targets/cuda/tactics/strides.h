// How tensors lie in memory, and integer inputs that are known before the launch.
#pragma once

#include <optional>
#include <vector>

#include "targets/target.h"

namespace tenfold::cuda {

using Descs = std::span<const TensorDesc>;

// Element strides of the logical axes (N, C, spatial...).
Shape stridesOf(const TensorDesc& desc);
// The logical axes from the slowest to the fastest in memory.
std::vector<int> memoryOrder(int rank, Layout layout);
// Strides with which `desc` is read at the positions of `target` (0 along broadcast axes, aligned at the
// back).
Shape broadcastStridesOf(const TensorDesc& desc, const Shape& target);

// The elements of an integer input; throws Error (kUnsupported) where they are known only on the device.
std::vector<int64_t> requireInts(Descs inputs, size_t i);
inline bool isPresent(Descs inputs, size_t i) {
  return i < inputs.size() && inputs[i].dtype != DataType::kUndefined;
}

// Elements that can be copied by whole bytes.
bool isPlainBytes(DataType type);
// Throws Error (kUnsupported) where a tensor has 2^31 elements or more: kernels count in 32 bits.
void requireSmall(Descs descs);

// Blocks of so many threads for `count` elements, no more than keep the device busy.
unsigned blocksFor(int64_t count, unsigned threads);
// The name of the unsigned integer of common.cuh with so many bytes.
const char* bytesType(int bytes);

// The reason why `plan()` throws an Error, or empty.
template <typename F>
std::string reasonOf(F plan);

}  // namespace tenfold::cuda

#include "base/error.h"

template <typename F>
std::string tenfold::cuda::reasonOf(F plan) {
  try {
    plan();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}
