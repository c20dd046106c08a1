// CUDA C++ -> machine code, by NVRTC. Compiling needs neither a driver nor a GPU.
#pragma once

#include <string>

#include "base/tensor.h"

namespace tenfold::cuda {

// The cubin (u8[bytes]) of a translation unit for an architecture such as "sm_90a". The code may include the
// device templates of kernels/ by their file names ("common.cuh"); nothing else is on its path. Results are
// kept in the kernel cache (jit/kernel_cache.h). Thread-safe. Throws Error with the compiler's messages.
Tensor compileCubin(const std::string& code, const std::string& architecture);
// Whether NVRTC can be loaded.
bool hasCompiler();

// What the compiler reports of a kernel's resources, for tests.
struct KernelResources {
  int registers = 0, spillBytes = 0;
};
// Compiles without the cache; the worst of all kernels in the code.
KernelResources compileForReport(const std::string& code, const std::string& architecture);

}  // namespace tenfold::cuda
