// What tactics of every target ask of the values they are offered.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "targets/target.h"

namespace tenfold {

using Descs = std::span<const TensorDesc>;

inline bool isPresent(Descs descs, size_t i) {
  return i < descs.size() && descs[i].dtype != DataType::kUndefined;
}
// The elements of an integer input; nothing where it is absent or they are not known before the launch.
std::optional<std::vector<int64_t>> knownInts(Descs inputs, size_t i);
// The same; throws Error (kUnsupported) where there is nothing.
std::vector<int64_t> requireInts(Descs inputs, size_t i);

// Elements that can be copied by whole bytes.
bool isPlainBytes(DataType type);
// Bytes of all inputs and outputs, what a memory-bound kernel moves.
double bytesMoved(const TuningHint& hint);

// Why a tactic that knows only plain layout refuses, or empty.
std::string refusesChannelsLast(const TuningHint& hint);
// The reason why `plan()` throws an Error, or empty.
template <typename F>
std::string reasonOf(F plan) {
  try {
    plan();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

}  // namespace tenfold
