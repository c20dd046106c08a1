// A stream of the CPU target: a queue of tasks that one worker thread runs in order. The null handle is the
// default stream, whose work the caller runs itself.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>

namespace tenfold {

class HostStream {
 public:
  HostStream();
  ~HostStream();  // finishes what was submitted

  // The stream behind a handle; throws Error for a handle that is no host stream.
  static HostStream& from(void* handle);
  static HostStream* find(void* handle);  // null instead

  // Appends a task. Allocates nothing; waits while the queue is full. A task that throws (having logged why)
  // marks the stream as failed until the next synchronization.
  void submit(void (*task)(void*), void* data);
  // Appends a copy.
  void copy(void* to, const void* from, size_t bytes);
  // Waits until everything submitted so far has run; false if some of it failed since the last call. Must not
  // be called from a task of the same stream.
  bool synchronize();
  bool idle();
  bool failed();

 private:
  struct Task {
    void (*run)(void*);  // null: a copy
    void* data;
    void* to;
    const void* from;
    size_t bytes;
  };
  void push(const Task& task);
  void work();
  static bool execute(const Task& task);

  static constexpr size_t kCapacity = 1024;
  std::array<Task, kCapacity> ring_;
  size_t submitted_ = 0, finished_ = 0;  // counts since the start; the difference is what waits or runs
  bool stopping_ = false, failed_ = false;
  std::mutex mutex_;
  std::condition_variable workToDo_, progress_;
  std::thread worker_;  // last: starts when the rest is ready
};

}  // namespace tenfold
