#include "tenfold/step_profile.h"

#include <algorithm>
#include <chrono>

#include "runtime/step_times.h"

namespace tenfold {

std::vector<double> stepMilliseconds(Session& session, double seconds) {
  constexpr size_t kFewest = 3, kMost = 200;
  const size_t steps = session.plan().steps.size();
  StepTimes times(session.target(), steps);
  std::vector<std::vector<double>> taken(steps);
  auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  for (size_t run = 0; run < kFewest || (run < kMost && std::chrono::steady_clock::now() < end); ++run) {
    session.runAgain(&times);
    for (size_t i = 0; i < steps; ++i) taken[i].push_back(times.milliseconds(i));
  }
  std::vector<double> medians;
  for (std::vector<double>& t : taken) {
    std::nth_element(t.begin(), t.begin() + t.size() / 2, t.end());
    medians.push_back(t[t.size() / 2]);
  }
  return medians;
}

}  // namespace tenfold
