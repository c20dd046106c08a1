// MatMul through oneDNN, alone or as the anchor of a region: transposed operands, broadcast batches, vectors.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& matmulTactic();

}  // namespace tenfold::cpu
