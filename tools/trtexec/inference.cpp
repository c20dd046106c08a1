#include "trtexec/inference.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>

#include "trtexec/worker.h"

namespace trtexec {
namespace {

double milliseconds() {
  using Clock = std::chrono::steady_clock;
  static const Clock::time_point start = Clock::now();
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

class Profiler final : public nvinfer1::IProfiler {
 public:
  void reportLayerTime(const char* layer, float ms) noexcept override {
    // Layers come in the same order in every run.
    if (next_ == layers.size()) layers.push_back({layer, {}});
    layers[next_].milliseconds.push_back(ms);
    ++next_;
  }
  void startRun() { next_ = 0; }
  std::vector<LayerTimes> layers;

 private:
  size_t next_ = 0;
};

// Runs for at least `warmUp` milliseconds, then at least `iterations` times, `avgRuns` in all and for
// `duration` seconds; without a warm-up, a duration and averages of more, exactly `iterations` times.
std::vector<RunTimes> measure(const Options& options, Worker& worker, Profiler* profiler) {
  auto once = [&] {
    if (profiler) profiler->startRun();
    return worker.run(milliseconds);
  };
  double warm = milliseconds() + options.warmUp;
  while (milliseconds() < warm) worker.run(milliseconds);
  if (profiler) worker.context().setProfiler(profiler);
  std::vector<RunTimes> runs;
  double end = milliseconds() + options.duration * 1000;
  while (static_cast<int>(runs.size()) < options.iterations || milliseconds() < end) runs.push_back(once());
  if (profiler) worker.context().setProfiler(nullptr);
  return runs;
}

}  // namespace

Measurements runInference(const Options& options, nvinfer1::ICudaEngine& engine, Logger& logger) {
  std::vector<std::unique_ptr<Worker>> workers;
  workers.reserve(static_cast<size_t>(options.streams));
  for (int s = 0; s < options.streams; ++s) workers.push_back(std::make_unique<Worker>(options, engine));
  logger.info("Starting inference");
  Measurements result;
  Profiler profiler;
  bool profiles = options.wantsProfile() && !options.separateProfileRun;
  std::vector<std::vector<RunTimes>> runs(workers.size());
  std::vector<std::exception_ptr> errors(workers.size());
  std::vector<std::thread> threads;
  auto work = [&](size_t s) {
    try {
      runs[s] = measure(options, *workers[s], profiles && s == 0 ? &profiler : nullptr);
    } catch (...) {
      errors[s] = std::current_exception();
    }
  };
  for (size_t s = 1; s < workers.size(); ++s) threads.emplace_back(work, s);
  work(0);
  for (std::thread& t : threads) t.join();
  for (const std::exception_ptr& e : errors)
    if (e) std::rethrow_exception(e);
  for (const auto& r : runs) result.runs.insert(result.runs.end(), r.begin(), r.end());
  std::sort(result.runs.begin(), result.runs.end(),
            [](const RunTimes& a, const RunTimes& b) { return a.startH2d < b.startH2d; });
  double end = 0;
  for (const RunTimes& r : result.runs) end = std::max(end, r.endD2h);
  if (!result.runs.empty()) result.wallSeconds = (end - result.runs.front().startH2d) / 1000;
  if (options.wantsProfile() && options.separateProfileRun) measure(options, *workers[0], &profiler);
  result.layers = std::move(profiler.layers);
  result.outputs = workers[0]->outputs();
  return result;
}

}  // namespace trtexec
