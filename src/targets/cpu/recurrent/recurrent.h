// LSTM and GRU on floats with constant weights and the usual activations, any direction. Weights are packed
// by blocks of 16 hidden units, so that a thread that owns some blocks finds its part in its own cache each
// step.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& recurrentTactic();

}  // namespace tenfold::cpu
