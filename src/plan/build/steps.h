// From the optimized graph to the steps of a plan.
#pragma once

#include "plan/build/build.h"
#include "plan/build/sizes.h"

namespace tenfold {

// Gives every graph output a value of its own that a node produces: outputs that are inputs, constants or
// repeated get an Identity.
void separateOutputs(Graph& graph);

// One step per node: aliases recognised, control flow's bodies planned, tactics chosen for the rest.
void chooseSteps(Plan& plan, Target& target, const BuildOptions& options, const TunedSizes& sizes);

// Drops the bytes of constants that every reader keeps packed.
void dropPackedConstants(Plan& plan);

}  // namespace tenfold
