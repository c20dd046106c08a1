// A launch that evaluates a node by its operator's definition, on the host: right for everything, slow.
#pragma once

#include <memory>

#include "targets/tactic_support.h"

namespace tenfold {

// The operator has an evaluation; what is read and written is of plain layout and lies in the host's memory.
std::unique_ptr<Launch> referenceLaunch(const Node& node, Descs inputs, Descs outputs);

}  // namespace tenfold
