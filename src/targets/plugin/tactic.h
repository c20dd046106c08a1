// Plugins of the program as a tactic of any target: linear tensors in the target's memory, on the stream of
// the run. It belongs to the core, whose registry knows the program's creators, and not to a target's
// library.
#pragma once

#include <memory>

#include "targets/target.h"

namespace tenfold {

// `target` outlives the tactic.
std::unique_ptr<Tactic> makePluginTactic(Target& target);

}  // namespace tenfold
