// What is left to do once all of a program's code is there.
#pragma once

#include "targets/cpu/pointwise/program.h"

namespace tenfold::cpu {

// For a program that ends in one copy for each output, all with registers of their own: leaves out copies and
// code without use, and lets temporaries share registers.
void tidy(Program& program);

}  // namespace tenfold::cpu
