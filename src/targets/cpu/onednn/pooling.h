// MaxPool and AveragePool through oneDNN, alone or as the anchor of a region.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& poolingTactic();

}  // namespace tenfold::cpu
