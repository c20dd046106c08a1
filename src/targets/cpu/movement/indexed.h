// GatherND, GatherElements, ScatterND and ScatterElements: blocks of elements that lie one after the other on
// one side, and where indices say on the other. Plain layout, elements of whole bytes.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& indexedTactic();

}  // namespace tenfold::cpu
