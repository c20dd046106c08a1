#include "targets/cpu/parallel.h"

#include <thread>

namespace tenfold::cpu {

int threadLimit() {
  static const int limit = omp_get_max_threads();
  return limit;
}

int64_t Rounds::claim(int owner, int64_t round) {
  int64_t first = start(owner), count = start(owner + 1) - first;
  std::atomic<int64_t>& taken = taken_[owner].value;
  // A round's units are taken only after the round before has ended, when `taken` is count * round.
  for (int64_t at = taken.load(std::memory_order_relaxed); at < count * (round + 1);)
    if (taken.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) return first + at - count * round;
  return -1;
}

void Rounds::finish(int64_t round, int64_t units) {
  constexpr int kPatience = 4096;  // looks before the others get this core
  if (units) done_.value.fetch_add(units, std::memory_order_acq_rel);
  for (int looks = 0; done_.value.load(std::memory_order_acquire) < n_ * (round + 1); ++looks)
    if (looks > kPatience) std::this_thread::yield();
}

}  // namespace tenfold::cpu
