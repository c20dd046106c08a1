#include "targets/cpu/parallel.h"

#include <time.h>

#include <thread>

namespace tenfold::cpu {
namespace {

using Ticks = Clock::duration::rep;

constexpr Ticks ticks(std::chrono::milliseconds time) { return Clock::duration(time).count(); }
constexpr Ticks kShortestPause = ticks(std::chrono::milliseconds(10)),
                kLongestPause = ticks(std::chrono::milliseconds(500));

Ticks now() { return Clock::now().time_since_epoch().count(); }

// Threads may write these at the same time; any of their values will do.
std::atomic<bool> paused{false};
std::atomic<Ticks> pauseEnd{0}, pauseLength{0};

}  // namespace

bool expectsHelpers() {
  if (!paused.load(std::memory_order_relaxed)) return true;
  if (now() < pauseEnd.load(std::memory_order_relaxed)) return false;
  paused.store(false, std::memory_order_relaxed);
  return true;
}

void helpersAreLate() {
  Ticks length = pauseLength.load(std::memory_order_relaxed), end = pauseEnd.load(std::memory_order_relaxed);
  if (now() < end) return;  // another thread has said so
  length = now() - end < length ? std::min(2 * length, kLongestPause) : kShortestPause;
  pauseLength.store(length, std::memory_order_relaxed);
  pauseEnd.store(now() + length, std::memory_order_relaxed);
  paused.store(true, std::memory_order_relaxed);
}

std::chrono::nanoseconds processorTime() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

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
