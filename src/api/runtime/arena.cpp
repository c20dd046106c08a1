#include "api/runtime/arena.h"

#include "base/error.h"

namespace tenfold {

constexpr uint64_t kAlignment = 256;

void Arena::ensure(int64_t bytes) {
  if (bytes <= bytes_ || bytes <= 0) return;
  release();
  auto size = static_cast<uint64_t>(bytes);
  data_ = allocator_ ? allocator_->allocateAsync(size, kAlignment, 0, nullptr) : target_.allocate(size);
  if (!data_) fail(ErrorKind::kOutOfMemory, "the program's allocator gave no memory: {} bytes", bytes);
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
  if (own_ && allocator_)
    allocator_->deallocateAsync(data_, nullptr);
  else if (own_)
    target_.release(data_);
  data_ = nullptr;
  bytes_ = 0;
  own_ = false;
}

}  // namespace tenfold
