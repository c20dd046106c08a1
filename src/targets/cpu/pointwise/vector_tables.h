// The parts of vectorFunction's table, one per file of kernels; each gives null for what it lacks.
#pragma once

#include "targets/cpu/pointwise/program.h"

namespace tenfold::cpu {

VectorFunction unaryFunctionF32(Opcode op);
VectorFunction binaryFunctionF32(Opcode op);
VectorFunction scalarFunction(Opcode op, Lane lane);  // plain loops, for the rarer types and operations

}  // namespace tenfold::cpu
