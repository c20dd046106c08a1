// The tiles of kernels/conv_mma.cuh, and what each is expected to take.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/rounding.h"
#include "targets/cuda/device.h"
#include "targets/cuda/tactics/conv/conv_node.h"

namespace tenfold::cuda {

struct MmaConvConfig {
  int m = 0, n = 0, k = 0;  // of a tile; k in units of 2 bytes
  int warpsM = 1, warpsN = 1, stages = 1;
  int parts = 1;      // blocks of a cluster that share K
  bool fold = false;  // columns that the kernel covers without overlap are seen as channels

  std::string name() const;
  int threads() const { return 32 * warpsM * warpsN; }
  int depth(DataType type) const { return k * 16 / typeBits(type); }  // elements along K
  size_t sharedBytes() const;
  int64_t tilesM(const ConvShape& s) const { return ceilDiv(s.pixels(), m); }
  int64_t tilesN(const ConvShape& s) const { return ceilDiv(s.filters, n); }
  int64_t steps(const ConvShape& s, DataType type) const;  // of the whole of K
};

// The one of that name; throws Error (kInvalidPlan).
MmaConvConfig mmaConvConfig(const std::string& name);
// Elements that can be copied at once: 16, 8 or 4 bytes of neighbouring channels; 0: not even these.
int granuleOf(const ConvShape& shape, DataType type);
// Those that can take the convolution, best first, with their estimated seconds.
std::vector<Candidate> mmaConvCandidates(const ConvShape& shape, DataType type, const Device& device,
                                         bool fold, double memorySeconds);

}  // namespace tenfold::cuda
