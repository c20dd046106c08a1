// How the threads of a rows kernel share the work.
#pragma once

#include "targets/cuda/tactics/row_plan.h"

namespace tenfold::cuda {

struct RowConfig {
  int lanes = 32;  // threads that share a row; a power of two up to 1024
  int kept = 0;    // vectors of each lane that stay in registers; 0: they are read in every pass
  int width = 1;   // elements of a vector
  bool many = false;

  // Threads of a block and rows (vectors of rows, where many) that it takes: threadsOf() of kernels/rows.cuh.
  int threads() const { return lanes > 256 ? lanes : 256; }
  int64_t rowsOfBlock() const { return threads() / lanes; }
  std::string str() const;
  // Throws Error (kInvalidPlan).
  static RowConfig parse(const std::string& text);
};

// Those worth measuring, the likeliest first.
std::vector<RowConfig> rowConfigs(const RowNode& node, const TuningHint& hint, const Device& device);

// Blocks that share a row, so that few long rows keep the whole device busy; 1 where they do already.
uint32_t partsOfRow(const RowPlan& grouped, const RowConfig& config, const Device& device);

}  // namespace tenfold::cuda
