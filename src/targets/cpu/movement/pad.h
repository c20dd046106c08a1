// Pad in every mode, negative pads included. Any layout, elements of whole bytes.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& padTactic();

}  // namespace tenfold::cpu
