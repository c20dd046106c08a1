// The tables of rules, each in a file of its own.
#pragma once

#include "optimize/rules/rule.h"

namespace tenfold {

std::span<const Rule> algebraRules();   // arithmetic
std::span<const Rule> movementRules();  // operators that move or convert elements

}  // namespace tenfold
