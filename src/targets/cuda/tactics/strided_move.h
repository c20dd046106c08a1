// Copies elements between two tensors that lie in memory by strides: what transposing, slicing, joining,
// splitting, expanding and changing the layout come down to.
#pragma once

#include <string>
#include <vector>

#include "base/shape.h"
#include "targets/cuda/jit/module.h"
#include "targets/cuda/tactics/fast_divisor.h"

namespace tenfold::cuda {

inline constexpr int kMoveAxes = 8;

// MoveAxes of kernels/movement.cuh.
struct MoveAxes {
  uint32_t count = 1;
  int32_t rank = 0;
  FastDivisor extent[kMoveAxes];
  int32_t from[kMoveAxes] = {}, to[kMoveAxes] = {};
  // Throws Error (kUnsupported) beyond kMoveAxes.
  void append(int64_t extent, int64_t from, int64_t to);
};

class StridedMove {
 public:
  // Strides in elements; a source stride may be 0 (repeat) or negative, offsets are of element 0. Throws
  // Error (kUnsupported) where more than kMoveAxes axes remain.
  StridedMove(int elementBytes, const Shape& dims, const Shape& fromStrides, const Shape& toStrides,
              int64_t fromOffset = 0, int64_t toOffset = 0);
  // Enqueues it; `module` is of moveCode().
  void run(const Module& module, const void* from, void* to, void* stream) const;

 private:
  struct Axis {
    int64_t extent, from, to;
  };
  void collapse(const Shape& dims, const Shape& fromStrides, const Shape& toStrides);
  void widen();
  size_t fastestOfSource() const;
  bool movesSeveral() const, movesLines() const;
  void runCopy(const Module& module, const char* from, char* to, void* stream) const;
  void runTranspose(const Module& module, const char* from, char* to, void* stream) const;
  void runInterleave(const Module& module, const char* from, char* to, void* stream) const;

  std::vector<Axis> axes_;  // slowest in the target first
  int bytes_;               // of what one thread moves, up to 16
  int64_t count_, fromOffset_, toOffset_;
  enum class Kind { kCopy, kTranspose, kInterleave };
  Kind kind_ = Kind::kCopy;
  size_t across_ = 0;     // the axis that is fastest in the source
  bool several_ = false;  // several neighbours are moved at once
  MoveAxes packed_;       // all axes; without the two that change places, or without the short last one
};

// The kernels of all widths: copy1 ... copy16, transpose1 ..., several1 ..., interleave1 ..., lines1 ...
std::string moveCode();

}  // namespace tenfold::cuda
