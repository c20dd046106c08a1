// Rows of floats into and out of a kernel: the pointwise nodes before and behind a softmax, a normalization
// or a reduction run on a few rows at a time, while those are in the cache.
#pragma once

#include <array>
#include <optional>

#include "targets/cpu/pointwise/loop.h"
#include "targets/fused_node.h"
#include "targets/target.h"

namespace tenfold::cpu {

inline constexpr size_t kMaxStreamOperands = 64;

// The anchor's input `value` over its own shape with axes in the order `order`, flat.
class RowSource {
 public:
  RowSource(const FusedNode& fused, const Value* value, std::span<const TensorDesc> inputs,
            const Shape& shape, const std::vector<int>& order);
  size_t scratchBytes() const { return loop_ ? loop_->scratchBytes() : 0; }
  // True where elements are read from memory as they are, so `buffer` is not used.
  bool isDirect() const { return !loop_; }
  // Elements [from, to), in `buffer` or in place.
  const float* get(const LaunchArgs& args, int64_t from, int64_t to, float* buffer, void* scratch) const;

 private:
  std::optional<Loop> loop_;
  std::vector<size_t> inputs_;
};

// The anchor's output, from which the node's outputs follow. All outputs have the anchor's shape.
class RowSink {
 public:
  RowSink(const FusedNode& fused, std::span<const TensorDesc> inputs, std::span<const TensorDesc> outputs,
          const std::vector<int>& order);
  size_t scratchBytes() const { return loop_ ? loop_->scratchBytes() : 0; }
  // Where elements from `from` on are to be written: in the output itself, or in `buffer`.
  float* place(const LaunchArgs& args, int64_t from, float* buffer) const;
  // After they were.
  void put(const LaunchArgs& args, int64_t from, int64_t to, float* buffer, void* scratch) const;

 private:
  std::optional<Loop> loop_;
  size_t direct_ = 0;
  std::vector<size_t> inputs_, outputs_;
};

}  // namespace tenfold::cpu
