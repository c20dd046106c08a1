// Pages of 2 MiB where the system has them: to touch memory for the first time, 4 KiB at once, takes longer
// than to convert or copy what goes there.
#pragma once

#include <cstddef>

namespace tenfold {

inline constexpr size_t kLargePage = size_t{2} << 20;

// Asks for large pages for what lies in this memory and has not been touched.
void preferLargePages(void* memory, size_t bytes);

}  // namespace tenfold
