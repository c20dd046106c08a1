// The memory of a context: from the program's allocator, the target, or the program itself.
#pragma once

#include <cstdint>

#include "NvInferRuntime.h"
#include "targets/target.h"

namespace tenfold {

class Arena {
 public:
  Arena(Target& target, nvinfer1::IGpuAllocator* allocator) : target_(target), allocator_(allocator) {}
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
  Target& target_;
  nvinfer1::IGpuAllocator* allocator_;
  void* data_ = nullptr;
  int64_t bytes_ = 0;
  bool own_ = false;
};

}  // namespace tenfold
