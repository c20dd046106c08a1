// Loops of the reference by several threads. What one of them throws, the loop throws: OpenMP by itself would
// end the program.
#pragma once

#include <omp.h>

#include <cstdint>
#include <exception>

namespace tenfold {

// Calls work(begin, end) for parts that make up [0, n), on several threads where that is `worthwhile`.
template <typename F>
void inParts(int64_t n, bool worthwhile, const F& work) {
  std::exception_ptr thrown;
#pragma omp parallel if (worthwhile && n > 1)
  try {
    int64_t part = omp_get_thread_num(), parts = omp_get_num_threads();
    int64_t begin = n * part / parts, end = n * (part + 1) / parts;
    if (begin < end) work(begin, end);
  } catch (...) {
#pragma omp critical(tenfold_in_parts)
    thrown = std::current_exception();
  }
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace tenfold
