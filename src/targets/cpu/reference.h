// The last resort: any operator by its reference evaluation (OpDef::eval). Plain layout only. Unlike the
// other tactics it allocates while it runs.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& referenceTactic();

}  // namespace tenfold::cpu
