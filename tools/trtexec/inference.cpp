#include "trtexec/inference.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>

#include "trtexec/worker.h"

namespace trtexec {
namespace {

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

// Runs for at least `warmUp` milliseconds, then at least `iterations` times and for `duration` seconds.
// Without a profiler a run is enqueued while the one before is under way, so that the device never waits.
std::vector<RunTimes> measure(const Options& options, Worker& worker, void* base, Profiler* profiler) {
  const double begin = milliseconds(), warm = begin + options.warmUp;
  const double end = warm + options.duration * 1000;
  while (milliseconds() < warm) worker.start(), worker.finish(base);
  if (profiler) worker.context().setProfiler(profiler);
  std::vector<RunTimes> runs;
  const int ahead = profiler || options.exposeDma ? 0 : Worker::kDepth - 1;
  for (int i = 0; i < ahead; ++i) worker.start();
  while (static_cast<int>(runs.size()) < options.iterations || milliseconds() < end) {
    if (profiler) profiler->startRun();
    worker.start();
    runs.push_back(worker.finish(base));
    if (options.idleTime) std::this_thread::sleep_for(std::chrono::milliseconds(options.idleTime));
  }
  for (int i = 0; i < ahead; ++i) worker.finish(base);
  if (profiler) worker.context().setProfiler(nullptr);
  return runs;
}

void useGraphs(std::vector<std::unique_ptr<Worker>>& workers, void* base, Logger& logger) {
  for (auto& worker : workers) {
    worker->start();  // whatever the first run prepares cannot be captured
    worker->finish(base);
    if (!worker->capture())
      logger.log(nvinfer1::ILogger::Severity::kWARNING,
                 "The CUDA graph capture failed: runs are enqueued one by one.");
  }
}

}  // namespace

Measurements runInference(const Options& options, Device& device, nvinfer1::ICudaEngine& engine,
                          Logger& logger) {
  std::vector<std::unique_ptr<Worker>> workers;
  workers.reserve(static_cast<size_t>(options.streams));
  for (int s = 0; s < options.streams; ++s)
    workers.push_back(std::make_unique<Worker>(options, device, engine));
  Handle base = device.event();
  workers[0]->record(base.get());
  if (options.useCudaGraph) useGraphs(workers, base.get(), logger);
  logger.info("Starting inference");
  Measurements result;
  Profiler profiler;
  const bool profiles = options.wantsProfile() && !options.separateProfileRun;
  if (profiles) workers[0]->forgetGraph();  // a graph has no layers to take times of
  std::vector<std::vector<RunTimes>> runs(workers.size());
  std::vector<std::exception_ptr> errors(workers.size());
  std::vector<std::thread> threads;
  auto work = [&](size_t s) {
    try {
      device.use();
      runs[s] = measure(options, *workers[s], base.get(), profiles && s == 0 ? &profiler : nullptr);
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
  if (options.wantsProfile() && options.separateProfileRun) {
    workers[0]->forgetGraph();
    measure(options, *workers[0], base.get(), &profiler);
  }
  result.layers = std::move(profiler.layers);
  result.outputs = workers[0]->outputs();
  return result;
}

}  // namespace trtexec
