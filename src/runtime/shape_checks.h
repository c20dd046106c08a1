// Which steps' shapes the symbols leave open. Inference takes two symbols that meet to be equal where they
// must be, and a symbol that meets a number to be that number; the shapes that a program sets may say
// otherwise. Steps that fit whatever the symbols are need no second look.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "plan/plan.h"

namespace tenfold {

// By step: whether its shapes may fail to fit. The steps are tried with several sets of numbers for the
// symbols; a step that every set fits, with the shapes that the graph foretells, fits for all.
std::vector<bool> openSteps(const Plan& plan);

// Throws Error that names the node and all shapes where its own inference refuses the inputs or finds other
// outputs than `outputs` (absent ones are not compared). `inputs` has the address of what the host can read.
void requireFit(const Node& node, std::span<const TensorDesc> inputs, std::span<void* const> addresses,
                std::span<const std::optional<Shape>> outputs);

}  // namespace tenfold
