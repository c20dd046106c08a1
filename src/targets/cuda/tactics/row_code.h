// The code of a rows kernel.
#pragma once

#include "targets/cuda/tactics/row_config.h"

namespace tenfold::cuda {

// Kernels rows_<width> and, for reductions, part_<width> and join_<width> for each width of {1,
// config.width}. The numbers of axes are 0 where only the launch knows them.
std::string rowCode(const RowNode& node, const RowConfig& config, int rowAxes, int columnAxes);

}  // namespace tenfold::cuda
