// Loops over OpenMP's threads, which oneDNN uses too.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstdint>

namespace tenfold::cpu {

// The most threads that any kernel uses: OpenMP's number when the program first asks. Workspaces hold a part
// for each.
int threadLimit();

inline int maxThreads() { return omp_in_parallel() ? 1 : std::min(threadLimit(), omp_get_max_threads()); }

// How many threads share n units of work when each should have at least `grain`.
inline int threadsFor(int64_t n, int64_t grain) {
  return static_cast<int>(std::clamp<int64_t>(n / std::max<int64_t>(grain, 1), 1, maxThreads()));
}

// body(from, to) over [0, n) in one piece per thread. A piece has at least `grain` units (unless there is
// only one), so small work stays on the caller's thread and pays no barrier.
template <typename Body>
void parallelFor(int64_t n, int64_t grain, const Body& body) {
  int threads = threadsFor(n, grain);
  if (threads <= 1) {
    if (n > 0) body(int64_t{0}, n);
    return;
  }
#pragma omp parallel num_threads(threads)
  {
    int64_t t = omp_get_thread_num(), count = omp_get_num_threads();
    int64_t from = n * t / count, to = n * (t + 1) / count;
    if (from < to) body(from, to);
  }
}

// body(t) for each t below `threads`, at the same time where there are enough threads.
template <typename Body>
void onThreads(int threads, const Body& body) {
  if (threads <= 1) return body(0);
#pragma omp parallel num_threads(threads)
  for (int t = omp_get_thread_num(); t < threads; t += omp_get_num_threads()) body(t);
}

}  // namespace tenfold::cpu
