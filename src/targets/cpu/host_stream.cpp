#include "targets/cpu/host_stream.h"

#include <cstring>
#include <unordered_set>
#include <utility>

#include "base/error.h"

namespace tenfold {
namespace {

// Live streams, so that a foreign handle (a CUDA stream, a deleted one) is an error and no crash.
struct LiveStreams {
  std::mutex mutex;
  std::unordered_set<const void*> handles;
};
LiveStreams& liveStreams() {
  static LiveStreams* streams = new LiveStreams;  // outlives streams that are deleted at exit
  return *streams;
}

}  // namespace

HostStream::HostStream() {
  std::lock_guard lock(liveStreams().mutex);
  liveStreams().handles.insert(this);
  worker_ = std::thread([this] { work(); });
}

HostStream::~HostStream() {
  {
    std::lock_guard lock(liveStreams().mutex);
    liveStreams().handles.erase(this);
  }
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  workToDo_.notify_all();
  worker_.join();
}

HostStream& HostStream::from(void* handle) {
  HostStream* stream = find(handle);
  require(stream != nullptr,
          "the stream {} is no stream of the CPU target; create one with tenfoldCreateStream or pass null",
          handle);
  return *stream;
}

void HostStream::submit(void (*task)(void*), void* data) { push({task, data, nullptr, nullptr, 0}); }

void HostStream::copy(void* to, const void* from, size_t bytes) { push({nullptr, nullptr, to, from, bytes}); }

void HostStream::push(const Task& task) {
  std::unique_lock lock(mutex_);
  progress_.wait(lock, [&] { return submitted_ - finished_ < kCapacity; });
  ring_[submitted_++ % kCapacity] = task;
  lock.unlock();
  workToDo_.notify_one();
}

void HostStream::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    workToDo_.wait(lock, [&] { return stopping_ || finished_ != submitted_; });
    if (finished_ == submitted_) return;
    Task task = ring_[finished_ % kCapacity];
    lock.unlock();
    bool ok = execute(task);
    lock.lock();
    failed_ = failed_ || !ok;
    ++finished_;
    progress_.notify_all();
  }
}

bool HostStream::execute(const Task& task) {
  try {
    if (task.run)
      task.run(task.data);
    else if (task.bytes)
      std::memcpy(task.to, task.from, task.bytes);
  } catch (...) {
    return false;
  }
  return true;
}

bool HostStream::synchronize() {
  std::unique_lock lock(mutex_);
  size_t target = submitted_;
  progress_.wait(lock, [&] { return finished_ >= target; });
  return !std::exchange(failed_, false);
}

bool HostStream::idle() {
  std::lock_guard lock(mutex_);
  return finished_ == submitted_;
}

bool HostStream::failed() {
  std::lock_guard lock(mutex_);
  return failed_;
}

HostStream* HostStream::find(void* handle) {
  std::lock_guard lock(liveStreams().mutex);
  return liveStreams().handles.count(handle) ? static_cast<HostStream*>(handle) : nullptr;
}

}  // namespace tenfold
