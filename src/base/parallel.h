// Independent pieces of work on several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
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

// Calls work(begin, count) for the parts of `n` elements, each at least `least` long and, if need be, on a
// thread of its own.
template <typename Work>
void inParts(int64_t n, int64_t least, const Work& work) {
  const int64_t cores = std::max<int64_t>(std::thread::hardware_concurrency(), 1);
  const int64_t parts = std::clamp<int64_t>(n / least, 1, cores), size = (n + parts - 1) / parts;
  parallelFor(static_cast<size_t>(parts), static_cast<int>(parts), [&](size_t i) {
    int64_t begin = std::min(static_cast<int64_t>(i) * size, n);
    work(begin, std::min(size, n - begin));
  });
}

}  // namespace tenfold
