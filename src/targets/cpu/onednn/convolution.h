// Conv and ConvTranspose through oneDNN, alone or as the anchor of a region: groups, depthwise, 1-D to 3-D.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& convolutionTactic();
const Tactic& deconvolutionTactic();

}  // namespace tenfold::cpu
