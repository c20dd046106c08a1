// Plugins of the program: linear tensors in host memory, in the order of the stream.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& pluginTactic();

}  // namespace tenfold::cpu
