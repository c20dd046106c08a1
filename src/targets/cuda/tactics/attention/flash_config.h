// The configurations of flash attention, and what they cost.
#pragma once

#include <string>
#include <vector>

#include "targets/cuda/device.h"
#include "targets/cuda/tactics/attention/node.h"

namespace tenfold::cuda {

// The products of flash attention: of single warps, and (Group) of Hopper's warpgroups.
enum class FlashMath { kHalf, kBrain, kTf32, kExact, kHalfGroup, kBrainGroup };

struct FlashConfig {
  FlashMath math = FlashMath::kHalf;
  int warps = 4;  // of 16 * rows queries each
  int rows = 1;
  int keyWarps = 1;    // that share the keys of each query
  int keys = 64;       // of a tile
  int stages = 2;      // tiles under way
  int splits = 1;      // blocks that share the keys of each query
  bool ahead = false;  // warpgroups: scores are multiplied ahead of the softmax; at least 3 stages
  bool whole = false;  // warpgroups: the tile holds all keys, of which there are at most kMostWholeKeys

  static constexpr int kMostWholeKeys = 224;  // whose scores leave room for two more blocks

  std::string str() const;
  static FlashConfig parse(const std::string& text);  // throws Error (kInvalidPlan)

  int threads() const { return 32 * warps * keyWarps; }
  int blockRows() const { return 16 * warps * rows; }
  // `whole`: so many shall fit into a multiprocessor's registers.
  int64_t blocks(int64_t valueSize) const;
  // Of shared memory, for heads of these sizes.
  size_t sharedBytes(int64_t size, int64_t valueSize) const;
};

// Best first, by the cost model, for a device; at least one. `whole`: where the keys' number allows.
std::vector<std::pair<FlashConfig, double>> flashConfigs(const Device& device, FlashMath math,
                                                         const AttentionNode::Operands& operands,
                                                         double bytesMoved, bool whole);

}  // namespace tenfold::cuda
