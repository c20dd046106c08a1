#include "runtime/stream_plan.h"

#include <algorithm>

namespace tenfold {
namespace {

constexpr double kWorthAStream = 2e-6;
constexpr size_t kMostSteps = 4000;  // every pair is looked at

bool overlap(const std::vector<Extent>& a, const std::vector<Extent>& b) {
  for (const Extent& x : a)
    for (const Extent& y : b)
      if (x.space == y.space && x.begin < y.end && y.begin < x.end) return true;
  return false;
}

bool depends(const StepUse& later, const StepUse& earlier) {
  return overlap(later.reads, earlier.writes) || overlap(later.writes, earlier.writes) ||
         overlap(later.writes, earlier.reads);
}

class Planner {
 public:
  Planner(std::span<const StepUse> steps, int most) : steps_(steps), most_(static_cast<size_t>(most)) {
    plan_.stream.resize(steps.size());
    plan_.waits.resize(steps.size());
    plan_.awaited.resize(steps.size());
    plan_.last = {-1};
    seen_ = {std::vector<int>(most_, -1)};
    seenBy_.resize(steps.size());
  }

  StreamPlan run() {
    for (size_t j = 0; j < steps_.size(); ++j)
      if (steps_[j].works) place(static_cast<int>(j));
    plan_.streams = static_cast<int>(plan_.last.size());
    for (int s = 1; s < plan_.streams; ++s) plan_.awaited[static_cast<size_t>(plan_.last[s])] = true;
    return std::move(plan_);
  }

 private:
  void place(int step) {
    std::vector<int> needed;
    for (int i = 0; i < step; ++i)
      if (steps_[i].works && depends(steps_[step], steps_[i])) needed.push_back(i);
    const int stream = choose(step, needed);
    std::vector<int>& seen = seen_[static_cast<size_t>(stream)];
    // The newest first: waiting for it often covers the others.
    for (size_t n = needed.size(); n-- > 0;) {
      const int i = needed[n], other = plan_.stream[i];
      if (other == stream || seen[other] >= i) continue;
      plan_.waits[step].push_back(i);
      plan_.awaited[i] = true;
      for (size_t s = 0; s < most_; ++s) seen[s] = std::max(seen[s], seenBy_[i][s]);
    }
    plan_.stream[step] = stream;
    plan_.last[stream] = step;
    seen[stream] = step;
    seenBy_[step] = seen;
  }

  // The stream whose last step is the newest that this one needs; else, for a step that is long enough, a
  // stream beside.
  int choose(int step, const std::vector<int>& needed) {
    int best = -1;
    for (size_t s = 0; s < plan_.last.size(); ++s)
      if (std::binary_search(needed.begin(), needed.end(), plan_.last[s]) &&
          (best < 0 || plan_.last[s] > plan_.last[best]))
        best = static_cast<int>(s);
    if (best >= 0) return best;
    if (plan_.last[0] < 0) return 0;
    if (steps_[step].seconds < kWorthAStream) return needed.empty() ? 0 : plan_.stream[needed.back()];
    if (plan_.last.size() < most_) {
      plan_.last.push_back(-1);
      seen_.emplace_back(most_, -1);
      return static_cast<int>(plan_.last.size()) - 1;
    }
    return static_cast<int>(std::min_element(plan_.last.begin(), plan_.last.end()) - plan_.last.begin());
  }

  std::span<const StepUse> steps_;
  const size_t most_;
  StreamPlan plan_;
  std::vector<std::vector<int>> seen_;    // by stream: the newest step of each stream that is done before it
  std::vector<std::vector<int>> seenBy_;  // by step: the same, behind it
};

}  // namespace

StreamPlan planStreams(std::span<const StepUse> steps, int most) {
  return Planner(steps, steps.size() > kMostSteps ? 1 : std::max(most, 1)).run();
}

}  // namespace tenfold
