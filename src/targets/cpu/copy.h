// Operators that only rename a tensor's shape (Reshape, Squeeze, Unsqueeze, Flatten, Identity), where the
// executor could not make the output an alias: one copy. Channels-last values pass where the shape stays.
#pragma once

#include "targets/target.h"

namespace tenfold::cpu {

const Tactic& copyTactic();

}  // namespace tenfold::cpu
