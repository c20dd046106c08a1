// Resize of floats along up to three neighbouring axes, every mode; any layout. Nearest copies, the others
// combine lines first and then elements of a line.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& resizeTactic();

}  // namespace tenfold::cpu
