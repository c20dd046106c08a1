// Operators that move elements without changing them, as strided copies: Transpose, Slice, Concat, Split,
// Expand, Tile, and Reorder between layouts. Any layout, any element of whole bytes.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& movementTactic();

}  // namespace tenfold::cpu
