// What the rest of the CPU target knows of oneDNN without its headers.
#pragma once

#include <string>

namespace tenfold::cpu {

// Processor, instruction set and oneDNN's version: what packed weights and timings depend on.
std::string deviceSignature();

}  // namespace tenfold::cpu
