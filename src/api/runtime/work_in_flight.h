// One piece of work of a context that another thread does.
#pragma once

#include <condition_variable>
#include <mutex>

namespace tenfold {

class WorkInFlight {
 public:
  void begin() {
    std::lock_guard lock(mutex_);
    busy_ = true;
  }
  void end() {
    // Under the lock: the one who waits may destroy this object as soon as it sees the end.
    std::lock_guard lock(mutex_);
    busy_ = false;
    ended_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return !busy_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool busy_ = false;
};

}  // namespace tenfold
