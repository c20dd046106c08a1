// Softmax, LogSoftmax, LayerNormalization, RMSNormalization, InstanceNormalization and GroupNormalization on
// floats, with pointwise prologue and epilogue; any layout, any axis.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& rowsTactic();

}  // namespace tenfold::cpu
