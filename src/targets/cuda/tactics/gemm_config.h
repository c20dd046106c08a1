// The variants of our matrix product kernels, by name, and what each is expected to take. Those with wgmma
// are in wgmma_tiles.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "targets/cuda/device.h"
#include "targets/cuda/tactics/gemm_plan.h"

namespace tenfold::cuda {

enum class GemmFamily { kMma, kSimt, kSkinny, kWgmma, kQuick, kThin };

struct GemmConfig {
  GemmFamily family = GemmFamily::kMma;
  int m = 0, n = 0, k = 0;  // of a tile; thin: k is that of the product
  int warpsM = 1, warpsN = 1, stages = 1;
  int parts = 1;       // blocks of a cluster that share K
  bool swap = false;   // skinny: few columns, not few rows
  int groups = 1;      // wgmma: warpgroups that share a tile
  bool boxes = false;  // wgmma: the copy engine moves results and what is added to them
  bool wide = false;   // such results are of 32 bits

  std::string name() const;
  // What generated code says between the kernel's type and its name.
  std::string attributes() const;
  int threads() const;
  bool usesMaps() const { return family == GemmFamily::kWgmma || family == GemmFamily::kQuick; }
  // Operands and results are moved by 16 bytes or the copy engine, as far as shapes allow it.
  bool movesVectors() const { return usesMaps() || family == GemmFamily::kThin; }
  bool movesResults() const { return boxes || family == GemmFamily::kThin; }
  // Blocks that its registers must leave room for on one multiprocessor.
  int residents() const { return family == GemmFamily::kQuick && m * n < 128 * 128 ? 2 : 1; }
  // Blocks stay and take one tile after the other.
  bool isPersistent() const { return family == GemmFamily::kWgmma && parts == 1; }
  // Whether the products of such operands have results that its boxes hold.
  bool boxesFit(DataType type) const { return !boxes || wide == (typeBits(type) == 32); }
  // Dynamic shared memory of a block.
  size_t sharedBytes(const GemmNode& node) const;
};

// What the node can be compiled as for the device, whatever its shapes.
std::vector<GemmConfig> gemmConfigs(const GemmNode& node, const Device& device, bool allowTf32);
// The one of that name; throws Error (kInvalidPlan).
GemmConfig gemmConfig(const std::string& name);
// Why the configuration is wrong for the shapes, or too slow to be tried; else the estimated seconds.
std::optional<double> estimate(const GemmConfig& config, const GemmNode& node, const GemmShape& shape,
                               const Device& device);

}  // namespace tenfold::cuda
