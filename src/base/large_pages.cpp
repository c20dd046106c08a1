#include "base/large_pages.h"

#include <sys/mman.h>

#include <cstdint>

namespace tenfold {

void preferLargePages(void* memory, size_t bytes) {
  auto begin = reinterpret_cast<uintptr_t>(memory), end = begin + bytes;
  begin = (begin + kLargePage - 1) & ~(kLargePage - 1);
  end &= ~(kLargePage - 1);
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

}  // namespace tenfold
