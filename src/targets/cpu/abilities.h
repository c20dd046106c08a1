// What the optimizer may expect of the CPU's tactics.
#pragma once

#include "graph/ir/graph.h"

namespace tenfold::cpu {

// See Target::acceptsChannelsLast and Target::fusesEpilogue.
bool acceptsChannelsLast(const Node& node);
bool fusesEpilogue(const Node& anchor, const Node& node);

}  // namespace tenfold::cpu
