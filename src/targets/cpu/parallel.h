// Loops over OpenMP's threads, which oneDNN uses too.
//
// Whoever shares a loop waits at its end for the last one. Where another program holds a processor, a helper
// may come milliseconds late, and a small network has many loops. So work that is done in some 20 us stays on
// the caller's thread, and when a helper was late all work does for a while (see helpersAreLate).
#pragma once

#include <omp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace tenfold::cpu {

// The most threads that any kernel uses: OpenMP's number when the program first asks. Workspaces hold a part
// for each.
int threadLimit();

// Whether helpers can be expected to come at once. False for some time after helpersAreLate(): 10 ms, and
// twice as long each time that they are late again soon after it, up to half a second. For all threads.
bool expectsHelpers();
void helpersAreLate();
// What counts as late.
inline constexpr std::chrono::nanoseconds kLate = std::chrono::milliseconds(1);
using Clock = std::chrono::steady_clock;
// The time that this thread has had a processor.
std::chrono::nanoseconds processorTime();

inline int maxThreads() {
  if (omp_in_parallel() || !expectsHelpers()) return 1;
  return std::min(threadLimit(), omp_get_max_threads());
}

// While it lives, OpenMP (and so oneDNN) gives this thread no helpers.
class Alone {
 public:
  Alone() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~Alone() { omp_set_num_threads(before_); }
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;

 private:
  const int before_;
};

// body(t, threads) on so many threads at the same time, however many OpenMP grants.
template <typename Body>
void region(int wanted, const Body& body) {
  const Clock::time_point began = Clock::now();
#pragma omp parallel num_threads(wanted)
  if (int t = omp_get_thread_num(); t == 0) {
    body(t, omp_get_num_threads());
  } else {
    const auto before = processorTime();
    body(t, omp_get_num_threads());
    if (Clock::now() - began > kLate && Clock::now() - began > kLate + (processorTime() - before))
      helpersAreLate();
  }
}

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
  region(threads, [&](int64_t t, int64_t count) {
    int64_t from = n * t / count, to = n * (t + 1) / count;
    if (from < to) body(from, to);
  });
}

// body(t) for each t below `threads`, at the same time where there are enough threads.
template <typename Body>
void onThreads(int threads, const Body& body) {
  if (threads <= 1) return body(0);
  region(threads, [&](int t, int count) {
    for (; t < threads; t += count) body(t);
  });
}

// Who has taken which of n units in each of many rounds. Every thread has a share that it takes first, the
// same each round, so that its data stay in its cache; then it helps the others. So a thread that the system
// holds up delays nobody but by the unit it has in hand.
class Rounds {
 public:
  static constexpr int kMostThreads = 64;
  Rounds(int threads, int64_t n) : n_(n), threads_(threads) {}
  // A unit of `owner`'s share that nobody has taken in this round; -1 if there is none.
  int64_t claim(int owner, int64_t round);
  // `units` more have been done; returns when all of the round are.
  void finish(int64_t round, int64_t units);

 private:
  struct alignas(64) Counter {
    std::atomic<int64_t> value{0};
  };
  int64_t start(int owner) const { return n_ * owner / threads_; }

  const int64_t n_;
  const int threads_;
  Counter done_;
  std::array<Counter, kMostThreads> taken_;  // over all rounds, by owner
};

// body(round, unit) for each unit below n in every round; a round begins when the one before has ended.
template <typename Body>
void parallelRounds(int threads, int64_t rounds, int64_t n, const Body& body) {
  threads = std::min(threads, Rounds::kMostThreads);
  if (threads <= 1) {
    for (int64_t round = 0; round < rounds; ++round)
      for (int64_t unit = 0; unit < n; ++unit) body(round, unit);
    return;
  }
  Rounds shared(threads, n);
  region(threads, [&](int t, int) {
    for (int64_t round = 0; round < rounds; ++round) {
      int64_t units = 0;
      for (int i = 0; i < threads; ++i) {
        int owner = (t + i) % threads;
        for (int64_t unit; (unit = shared.claim(owner, round)) >= 0; ++units) body(round, unit);
      }
      shared.finish(round, units);
    }
  });
}

}  // namespace tenfold::cpu
