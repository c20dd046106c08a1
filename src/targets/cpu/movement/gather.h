// Gather along one axis: embeddings and selections. Plain layout, elements of whole bytes.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& gatherTactic();

}  // namespace tenfold::cpu
