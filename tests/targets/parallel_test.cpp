// Threads that help, and what happens when they come late.
#include "targets/cpu/parallel.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace tenfold::cpu {
namespace {

using std::chrono::milliseconds;

void awaitHelpers() {
  while (!expectsHelpers()) std::this_thread::sleep_for(milliseconds(1));
}

// How long helpers are not asked for after they were late.
Clock::duration pauseAfterLate() {
  Clock::time_point began = Clock::now();
  helpersAreLate();
  EXPECT_FALSE(expectsHelpers());
  EXPECT_EQ(maxThreads(), 1);
  EXPECT_EQ(threadsFor(1 << 20, 1), 1);
  awaitHelpers();
  return Clock::now() - began;
}

TEST(Parallel, LateHelpersAreNotAskedForAWhile) {
  awaitHelpers();
  Clock::duration first = pauseAfterLate();
  EXPECT_GE(first, milliseconds(10));
  // Late again at once: a longer pause. A busy machine may hold this thread up in between, so several tries.
  bool isLonger = false;
  for (int i = 0; i < 20 && !isLonger; ++i) isLonger = pauseAfterLate() >= milliseconds(20);
  EXPECT_TRUE(isLonger);
}

TEST(Parallel, ARegionNoticesAHelperThatIsHeldUp) {
  for (int i = 0; i < 4; ++i) {  // a longer pause follows each time, which a busy machine does not miss
    helpersAreLate();
    awaitHelpers();
  }
  onThreads(2, [](int t) {
    if (t == 1) std::this_thread::sleep_for(4 * kLate);
  });
  EXPECT_FALSE(expectsHelpers());
  awaitHelpers();
}

TEST(Parallel, EveryUnitIsDoneOnce) {
  for (bool late : {false, true}) {
    if (late) helpersAreLate();
    std::vector<std::atomic<int>> done(1000);
    parallelFor(1000, 10, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; ++i) ++done[static_cast<size_t>(i)];
    });
    onThreads(7, [&](int t) { ++done[static_cast<size_t>(t)]; });
    for (size_t i = 0; i < done.size(); ++i) EXPECT_EQ(done[i], i < 7 ? 2 : 1) << i;
  }
  awaitHelpers();
}

TEST(Parallel, AThreadAloneGetsItsHelpersBack) {
  int before = omp_get_max_threads();
  {
    Alone alone;
    EXPECT_EQ(omp_get_max_threads(), 1);
  }
  EXPECT_EQ(omp_get_max_threads(), before);
}

}  // namespace
}  // namespace tenfold::cpu
