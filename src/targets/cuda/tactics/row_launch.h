// Launches of rows kernels.
#pragma once

#include "targets/cuda/tactics/row_config.h"

namespace tenfold::cuda {

// `node` and `module` outlive the launch.
std::unique_ptr<Launch> prepareRows(const RowNode& node, const RowConfig& config, const Module& module,
                                    const Device& device, Descs inputs, Descs outputs);

}  // namespace tenfold::cuda
