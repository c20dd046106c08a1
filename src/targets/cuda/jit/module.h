// Machine code on the device, and how to launch it.
#pragma once

#include <cuda.h>

#include <array>
#include <cstdint>

#include "base/tensor.h"
#include "targets/target.h"

namespace tenfold::cuda {

class Module {
 public:
  // Loads a cubin into the current context. Throws Error where it is for another architecture.
  explicit Module(const Tensor& cubin);
  ~Module();
  Module(const Module&) = delete;
  // Throws Error where there is none of that name. `sharedBytes`: the most dynamic shared memory it will be
  // launched with.
  CUfunction function(const char* name, size_t sharedBytes = 0) const;

 private:
  CUmodule module_ = nullptr;
};

// Memory on the device with its contents; made once, while loading.
class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  explicit DeviceBuffer(const Tensor& contents);
  explicit DeviceBuffer(size_t bytes);  // zeros
  DeviceBuffer(DeviceBuffer&& other) noexcept;
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept;
  ~DeviceBuffer();
  void* data() const { return data_; }
  // Where buffers that this thread makes take their memory; null: from the driver.
  static void setSource(DeviceMemory* memory);

 private:
  DeviceMemory* source_ = nullptr;
  void* data_ = nullptr;
};

struct Grid {
  std::array<unsigned, 3> blocks{1, 1, 1};
  unsigned threads = 128;
  size_t sharedBytes = 0;
  bool together = false;  // all blocks run at the same time: they may wait for one another
};

// Blocks of such a grid that one multiprocessor has room for.
unsigned residentBlocks(CUfunction function, const Grid& grid);
// Enqueues a kernel whose parameters are `parameters` (pointers to each). Kernels begin with
// waitForPrevious() of common.cuh: they may be started while the one before still runs.
void launch(CUfunction function, const Grid& grid, void** parameters, void* stream);

}  // namespace tenfold::cuda
