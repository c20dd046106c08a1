#include "api/runtime/arena.h"

#include "base/error.h"

namespace tenfold {

constexpr uint64_t kAlignment = 256;

void* AllocatorMemory::allocate(size_t bytes) {
  void* memory = allocator_.allocateAsync(bytes, kAlignment, 0, nullptr);
  if (!memory)
    fail(ErrorKind::kOutOfMemory,
         "the program's allocator gave no memory: {} bytes are wanted; run smaller shapes or fewer contexts, "
         "or let it give more",
         bytes);
  return memory;
}

void AllocatorMemory::release(void* memory) { allocator_.deallocateAsync(memory, nullptr); }

void Arena::ensure(int64_t bytes) {
  if (bytes <= bytes_ || bytes <= 0) return;
  release();
  data_ = memory_.allocate(static_cast<size_t>(bytes));
  bytes_ = bytes;
  own_ = true;
}

void Arena::lend(void* memory, int64_t bytes) {
  require(reinterpret_cast<uintptr_t>(memory) % kAlignment == 0,
          "the memory of a context must be aligned to {} bytes, found {}", kAlignment, memory);
  release();
  data_ = memory;
  bytes_ = bytes;
}

void Arena::release() {
  if (own_) memory_.release(data_);
  data_ = nullptr;
  bytes_ = 0;
  own_ = false;
}

}  // namespace tenfold
