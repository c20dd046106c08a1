// Times kernels on the target.
#pragma once

#include <memory>
#include <vector>

#include "targets/target.h"

namespace tenfold {

// Plausible elements: the same numbers again and again, since to make so many different ones would take
// longer than to measure.
Tensor sampleData(DataType type, const Shape& shape, uint64_t seed);

// Device memory with plausible data for one region. Constants lie there several times, so that they come from
// memory and not from a cache that an earlier run filled, as in a network whose weights do not fit.
class RegionData {
 public:
  RegionData(const TuningHint& hint, Target& target);
  ~RegionData();
  RegionData(const RegionData&) = delete;

  // Seconds of the fastest of so many runs of a kernel. Throws Error where it cannot run these shapes.
  double time(const Kernel& kernel, int iterations);

 private:
  void* place(size_t bytes);
  void* fill(const TensorDesc& desc, uint64_t seed);

  const TuningHint& hint_;
  Target& target_;
  std::vector<void*> buffers_, outputs_;
  std::vector<std::vector<void*>> inputs_;  // one list for each copy of the constants
};

}  // namespace tenfold
