// How long each step of a run takes, on the clock of the device that runs it.
#pragma once

#include <memory>

#include "targets/target.h"

namespace tenfold {

class StepTimes {
 public:
  StepTimes(Target& target, size_t steps) : clock_(target.makeClock(2 * steps)) {}
  void before(size_t step, StreamHandle stream) { clock_->mark(2 * step, stream); }
  void after(size_t step, StreamHandle stream) { clock_->mark(2 * step + 1, stream); }
  // Of a step that has run; waits for it.
  float milliseconds(size_t step) const { return clock_->milliseconds(2 * step, 2 * step + 1); }
  // Whether there was a run since the last reset.
  bool taken() const { return taken_; }
  void setTaken(bool taken) { taken_ = taken; }

 private:
  std::unique_ptr<StreamClock> clock_;
  bool taken_ = false;
};

}  // namespace tenfold
