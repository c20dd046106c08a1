// What tactics know of the GPU that they compile and choose for. It may be absent: then kernels are compiled
// for an architecture, by the cost model alone.
#pragma once

#include <cstddef>
#include <string>

namespace tenfold::cuda {

struct Device {
  int ordinal = -1;  // -1: none, kernels can be compiled but not run
  int major = 9, minor = 0;
  int multiprocessors = 132;
  size_t sharedBytes = 227 << 10;  // of one block, at most
  size_t l2Bytes = 50 << 20;
  double bandwidth = 4e12;        // bytes per second of device memory
  double halfRate = 7.5e14;       // operations per second, fp16 and bf16 products with fp32 sums
  double launchSeconds = 1.5e-6;  // of a kernel inside a graph, for the cost model
  std::string name = "none";

  int capability() const { return 10 * major + minor; }
  bool exists() const { return ordinal >= 0; }
  bool hasWgmma() const { return major == 9; }
  // For NVRTC: "sm_90a" where the architecture has a variant with its own instructions, else "sm_80".
  std::string architecture() const;
};

// The device of that number, through the driver.
Device readDevice(int ordinal);
// A device to compile for: "sm_80", "sm_90", ... Throws Error for architectures that this version does not
// know.
Device deviceOfArchitecture(const std::string& name);

}  // namespace tenfold::cuda
