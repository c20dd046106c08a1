// How long each step of a run takes.
#pragma once

#include <chrono>
#include <vector>

#include "runtime/executor.h"

namespace tenfold {

class StepTimes final : public StepObserver {
 public:
  explicit StepTimes(size_t steps) : milliseconds_(steps) {}
  void before(size_t) override { start_ = Clock::now(); }
  void after(size_t step) override {
    milliseconds_[step] = std::chrono::duration<float, std::milli>(Clock::now() - start_).count();
    taken_ = true;
  }
  float milliseconds(size_t step) const { return milliseconds_[step]; }
  bool taken() const { return taken_; }
  void reset() { taken_ = false; }

 private:
  using Clock = std::chrono::steady_clock;
  std::vector<float> milliseconds_;
  Clock::time_point start_;
  bool taken_ = false;
};

}  // namespace tenfold
