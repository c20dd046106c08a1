// Independent pieces of work on several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace tenfold {

// Calls work(i) for i < count, in order where `threads` is 1. The first exception is thrown when all have
// ended.
template <typename Work>
void parallelFor(size_t count, int threads, const Work& work) {
  std::atomic<size_t> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  auto loop = [&] {
    for (size_t i = next++; i < count; i = next++) {
      try {
        work(i);
      } catch (...) {
        std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    }
  };
  std::vector<std::thread> others;
  size_t cores = std::thread::hardware_concurrency();
  size_t wanted = std::min({count, static_cast<size_t>(threads), cores ? cores : 1});
  for (size_t i = 1; i < wanted; ++i) others.emplace_back(loop);
  loop();
  for (std::thread& t : others) t.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace tenfold
