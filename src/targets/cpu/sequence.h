// A region node by node: each member by the best tactic that accepts it, intermediate values in the
// workspace. It takes the regions that no single kernel can run.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& sequenceTactic();

}  // namespace tenfold::cpu
