#include "trtexec/report.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "trtexec/network_options.h"

namespace trtexec {
namespace {

// The time that p percent of the runs do not exceed. `sorted` has elements.
double percentile(const std::vector<double>& sorted, double p) {
  double rank = std::ceil(p / 100 * static_cast<double>(sorted.size()));
  auto i = static_cast<size_t>(std::max(rank, 1.0)) - 1;
  return sorted[std::min(i, sorted.size() - 1)];
}

double median(const std::vector<double>& sorted) {
  size_t half = sorted.size() / 2;
  return sorted.size() % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

std::vector<double> collect(const Measurements& m, double (RunTimes::*time)() const) {
  std::vector<double> values;
  for (const RunTimes& r : m.runs) values.push_back((r.*time)());
  return values;
}

void printTimes(const char* what, std::vector<double> values, const Options& options, Logger& logger) {
  std::sort(values.begin(), values.end());
  double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  std::string line = fmt::format("{}: min = {:.6g} ms, max = {:.6g} ms, mean = {:.6g} ms, median = {:.6g} ms",
                                 what, values.front(), values.back(), mean, median(values));
  for (double p : options.percentiles)
    line += fmt::format(", percentile({:g}%) = {:.6g} ms", p, percentile(values, p));
  logger.info("{}", line);
}

std::string textOf(const ShapeMap& shapes) {
  std::string text;
  for (const auto& [name, extents] : shapes)
    text += (text.empty() ? "" : ", ") + name + ":" + toText(toDims(extents));
  return text.empty() ? "(those of the model)" : text;
}

std::string precisions(const Options& o) {
  std::string text = "FP32";
  auto add = [&](bool on, const char* name) { text += on ? name : ""; };
  add(o.fp16 || o.best, "+FP16"), add(o.bf16 || o.best, "+BF16"), add(o.int8 || o.best, "+INT8");
  add(o.fp8, "+FP8");
  return o.stronglyTyped ? "as the model's types" : text;
}

const char* enabled(bool on) { return on ? "Enabled" : "Disabled"; }

}  // namespace

void printOptions(const Options& o, Device& device, Logger& logger) {
  logger.info("=== Model Options ===");
  logger.info("Format: {}", o.onnx.empty() ? "*" : "ONNX");
  logger.info("Model: {}", o.onnx);
  logger.info("Output:");
  logger.info("=== Build Options ===");
  logger.info("Precision: {}", precisions(o));
  logger.info("Strongly Typed: {}", enabled(o.stronglyTyped));
  logger.info("TF32: {}", enabled(!o.noTf32));
  logger.info("Refit: {}", enabled(o.refit));
  logger.info("Builder optimization level: {}",
              o.builderOptimizationLevel < 0 ? "Default" : std::to_string(o.builderOptimizationLevel));
  logger.info("Profiling verbosity: {}", o.profilingVerbosity);
  logger.info("Save engine: {}", o.saveEngine);
  logger.info("Load engine: {}", o.loadEngine);
  logger.info("timingCacheFile: {}", o.timingCacheFile);
  logger.info("Input build shapes: min {}, opt {}, max {}", textOf(o.minShapes), textOf(o.optShapes),
              textOf(o.maxShapes));
  logger.info("=== Inference Options ===");
  logger.info("Input inference shapes: {}", textOf(o.shapes));
  logger.info("Iterations: {}", o.iterations);
  logger.info("Duration: {:g}s (+ {}ms warm up)", o.duration, o.warmUp);
  logger.info("Inference Streams: {}", o.streams);
  logger.info("Data transfers: {}", enabled(!o.noDataTransfers));
  logger.info("CUDA Graph: {}", enabled(o.useCudaGraph));
  logger.info("Spin-wait: {}", enabled(o.useSpinWait));
  logger.info("Skip inference: {}", enabled(o.skipInference));
  logger.info("=== Reporting Options ===");
  logger.info("Verbose: {}", enabled(o.verbose));
  logger.info("Averages: {} inferences", o.avgRuns);
  logger.info("Percentiles: {}", [&] {
    std::string text;
    for (double p : o.percentiles) text += fmt::format("{}{:g}", text.empty() ? "" : ",", p);
    return text;
  }());
  logger.info("Profile: {}", enabled(o.wantsProfile()));
  logger.info("=== Device Information ===");
  const std::string lines = device.description();
  for (size_t from = 0; from < lines.size();) {
    size_t to = std::min(lines.find('\n', from), lines.size());
    logger.info("{}", lines.substr(from, to - from));
    from = to + 1;
  }
  logger.info("TensorRT version: {}.{}.{}", getInferLibMajorVersion(), getInferLibMinorVersion(),
              getInferLibPatchVersion());
  for (const std::string& flag : o.withoutEffect)
    logger.log(nvinfer1::ILogger::Severity::kWARNING, (flag + " has no effect").c_str());
}

void printProfiles(nvinfer1::ICudaEngine& engine, Logger& logger) {
  using nvinfer1::OptProfileSelector;
  for (int p = 0; p < engine.getNbOptimizationProfiles(); ++p)
    for (int i = 0; i < engine.getNbIOTensors(); ++i) {
      const char* name = engine.getIOTensorName(i);
      if (engine.getTensorIOMode(name) != nvinfer1::TensorIOMode::kINPUT) continue;
      auto shape = [&](OptProfileSelector s) { return toText(engine.getProfileShape(name, p, s)); };
      logger.info("Profile {}: {}: min {}, opt {}, max {}", p, name, shape(OptProfileSelector::kMIN),
                  shape(OptProfileSelector::kOPT), shape(OptProfileSelector::kMAX));
    }
}

void printPerformance(const Options& options, const Measurements& m, Logger& logger) {
  if (m.runs.empty()) return;
  logger.info("=== Trace details ===");
  logger.info("Trace averages of {} runs:", options.avgRuns);
  auto group = static_cast<size_t>(options.avgRuns);
  for (size_t from = 0; from + group <= m.runs.size(); from += group) {
    double compute = 0, latency = 0, enqueue = 0;
    for (size_t i = from; i < from + group; ++i)
      compute += m.runs[i].compute(), latency += m.runs[i].latency(), enqueue += m.runs[i].enqueue();
    auto n = static_cast<double>(group);
    logger.info("Average on {} runs - GPU latency: {:.6g} ms - Host latency: {:.6g} ms (enqueue {:.6g} ms)",
                group, compute / n, latency / n, enqueue / n);
  }
  std::vector<double> compute = collect(m, &RunTimes::compute);
  logger.info("=== Performance summary ===");
  logger.info("Throughput: {:.6g} qps", static_cast<double>(m.runs.size()) / m.wallSeconds);
  printTimes("Latency", collect(m, &RunTimes::latency), options, logger);
  printTimes("Enqueue Time", collect(m, &RunTimes::enqueue), options, logger);
  printTimes("H2D Latency", collect(m, &RunTimes::h2d), options, logger);
  printTimes("GPU Compute Time", compute, options, logger);
  printTimes("D2H Latency", collect(m, &RunTimes::d2h), options, logger);
  logger.info("Total Host Walltime: {:.6g} s", m.wallSeconds);
  logger.info("Total GPU Compute Time: {:.6g} s",
              std::accumulate(compute.begin(), compute.end(), 0.0) / 1000);
}

}  // namespace trtexec
