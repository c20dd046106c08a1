// From a network and a configuration to a plan.
#pragma once

#include <memory>

#include "api/builder/builder_config.h"
#include "plan/plan.h"

namespace tenfold {

class Network;

// Throws Error: what does not fit, what is not implemented, which input lacks a profile, ...
// What is worth telling goes to the reporter's logger.
std::unique_ptr<Plan> buildFromNetwork(Network& network, const BuilderConfigState& config, Target& target,
                                       const Reporter& reporter);
// The graph that is built, closed and complete; what the network asks for in types and outputs is in it, and
// with a configuration what it asks for in its layers' precisions.
// Throws Error where a layer does not fit, or cannot be computed.
std::unique_ptr<Graph> completeGraph(Network& network, const BuilderConfigState* config = nullptr);
// Throws Error where the network or the configuration asks for what cannot be built.
void checkNetwork(Network& network, const BuilderConfigState& config);

}  // namespace tenfold
