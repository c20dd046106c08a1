// The memory of an engine and its contexts: from the program's allocator, the target, or the program itself.
#pragma once

#include <cstdint>

#include "NvInferRuntime.h"
#include "targets/target.h"

namespace tenfold {

// The program's allocator.
class AllocatorMemory final : public DeviceMemory {
 public:
  explicit AllocatorMemory(nvinfer1::IGpuAllocator& allocator) : allocator_(allocator) {}
  void* allocate(size_t bytes) override;
  void release(void* memory) override;
  nvinfer1::IGpuAllocator& program() const { return allocator_; }

 private:
  nvinfer1::IGpuAllocator& allocator_;
};

class Arena {
 public:
  explicit Arena(DeviceMemory& memory) : memory_(memory) {}
  ~Arena() { release(); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // At least `bytes` of own memory, what was there is lost. Throws Error (kOutOfMemory).
  void ensure(int64_t bytes);
  // Uses the program's memory.
  void lend(void* memory, int64_t bytes);
  void* data() const { return data_; }
  int64_t bytes() const { return bytes_; }

 private:
  void release();
  DeviceMemory& memory_;
  void* data_ = nullptr;
  int64_t bytes_ = 0;
  bool own_ = false;
};

}  // namespace tenfold
