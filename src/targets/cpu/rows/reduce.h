// Reductions of floats over any axes, global poolings too, with pointwise prologue and epilogue; any layout.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& reduceTactic();

}  // namespace tenfold::cpu
