// Layers, profiles, times and outputs as tables and JSON.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>

#include "trtexec/network_options.h"
#include "trtexec/report.h"
#include "trtexec/worker.h"

namespace trtexec {
namespace {

using nlohmann::ordered_json;
using nvinfer1::DataType;

void write(const std::string& path, const std::string& text) { writeFile(path, text.data(), text.size()); }

template <typename T>
T at(const std::vector<char>& bytes, size_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof value);
  return value;
}

float fromHalf(uint16_t bits) {
  int exponent = bits >> 10 & 31;
  float digits = static_cast<float>(bits & 1023) / 1024;
  float value = exponent == 0    ? std::ldexp(digits, -14)
                : exponent == 31 ? (digits != 0 ? std::nanf("") : INFINITY)
                                 : std::ldexp(1 + digits, exponent - 15);
  return bits & 0x8000 ? -value : value;
}

float fromBfloat(uint16_t bits) {
  uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}

ordered_json valuesOf(const OutputTensor& t) {
  ordered_json values = ordered_json::array();
  auto count = static_cast<size_t>(elementsOf(t.dims));
  for (size_t i = 0; i < count; ++i) switch (t.type) {
      case DataType::kFLOAT:
        values.push_back(at<float>(t.bytes, i));
        break;
      case DataType::kHALF:
        values.push_back(fromHalf(at<uint16_t>(t.bytes, i)));
        break;
      case DataType::kBF16:
        values.push_back(fromBfloat(at<uint16_t>(t.bytes, i)));
        break;
      case DataType::kINT64:
        values.push_back(at<int64_t>(t.bytes, i));
        break;
      case DataType::kINT32:
        values.push_back(at<int32_t>(t.bytes, i));
        break;
      case DataType::kINT8:
        values.push_back(at<int8_t>(t.bytes, i));
        break;
      case DataType::kBOOL:
      case DataType::kUINT8:
        values.push_back(at<uint8_t>(t.bytes, i));
        break;
      default:
        throw std::runtime_error("output '" + t.name + "' has a type that cannot be printed");
    }
  return values;
}

void exportOutputs(const std::string& path, const Measurements& m) {
  ordered_json all = ordered_json::array();
  for (const OutputTensor& t : m.outputs)
    all.push_back({{"name", t.name}, {"dimensions", toText(t.dims)}, {"values", valuesOf(t)}});
  write(path, all.dump(1));
}

void exportTimes(const std::string& path, const Measurements& m) {
  ordered_json all = ordered_json::array();
  double start = m.runs.empty() ? 0 : m.runs.front().startH2d;
  for (const RunTimes& r : m.runs)
    all.push_back({{"startH2dMs", r.startH2d - start},
                   {"endH2dMs", r.endH2d - start},
                   {"startComputeMs", r.startCompute - start},
                   {"endComputeMs", r.endCompute - start},
                   {"startD2hMs", r.startD2h - start},
                   {"endD2hMs", r.endD2h - start},
                   {"startEnqMs", r.startEnqueue - start},
                   {"endEnqMs", r.endEnqueue - start},
                   {"h2dMs", r.h2d()},
                   {"computeMs", r.compute()},
                   {"d2hMs", r.d2h()},
                   {"enqMs", r.enqueue()},
                   {"latencyMs", r.latency()}});
  write(path, all.dump(1));
}

// One file for each output, in the working folder: its name, shape and bytes as they are.
void dumpRawOutputs(const Measurements& m) {
  for (const OutputTensor& t : m.outputs) {
    std::string name = t.name;
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c) && c != '_' && c != '-'; },
        '_');
    writeFile(name + ".output." + toText(t.dims) + ".raw", t.bytes.data(), t.bytes.size());
  }
}

struct LayerSummary {
  std::string name;
  double total, average, median, percentage;
};

std::vector<LayerSummary> summarize(const std::vector<LayerTimes>& layers) {
  std::vector<LayerSummary> rows;
  double all = 0;
  for (const LayerTimes& layer : layers) {
    std::vector<float> sorted = layer.milliseconds;
    std::sort(sorted.begin(), sorted.end());
    double total = std::accumulate(sorted.begin(), sorted.end(), 0.0);
    all += total;
    rows.push_back(
        {layer.name, total, total / static_cast<double>(sorted.size()), sorted[sorted.size() / 2], 0});
  }
  for (LayerSummary& row : rows) row.percentage = all > 0 ? row.total / all * 100 : 0;
  return rows;
}

size_t profiledRuns(const Measurements& m) {
  return m.layers.empty() ? 0 : m.layers.front().milliseconds.size();
}

void printProfile(const Measurements& m, Logger& logger) {
  logger.info("=== Profile ({} iterations ) ===", profiledRuns(m));
  logger.info("{:>12} {:>12} {:>12} {:>8}   Layer", "Time(ms)", "Avg.(ms)", "Median(ms)", "Time(%)");
  LayerSummary sum{"Total", 0, 0, 0, 0};
  auto line = [&](const LayerSummary& r) {
    logger.info("{:12.2f} {:12.4f} {:12.4f} {:8.1f}   {}", r.total, r.average, r.median, r.percentage,
                r.name);
  };
  for (const LayerSummary& r : summarize(m.layers)) {
    line(r);
    sum.total += r.total, sum.average += r.average, sum.median += r.median, sum.percentage += r.percentage;
  }
  line(sum);
}

void exportProfile(const std::string& path, const Measurements& m) {
  ordered_json all = ordered_json::array();
  all.push_back({{"count", profiledRuns(m)}});
  for (const LayerSummary& r : summarize(m.layers))
    all.push_back({{"name", r.name},
                   {"timeMs", r.total},
                   {"averageMs", r.average},
                   {"medianMs", r.median},
                   {"percentage", r.percentage}});
  write(path, all.dump(1));
}

}  // namespace

void printAndExport(const Options& options, const Measurements& m, Logger& logger) {
  if (options.dumpProfile) printProfile(m, logger);
  if (!options.exportProfile.empty()) exportProfile(options.exportProfile, m);
  if (options.dumpOutput) {
    logger.info("Output Tensors:");
    for (const OutputTensor& t : m.outputs)
      logger.info("{}: ({}) {}", t.name, toText(t.dims), valuesOf(t).dump());
  }
  if (options.dumpRawBindings) dumpRawOutputs(m);
  if (!options.exportOutput.empty()) exportOutputs(options.exportOutput, m);
  if (!options.exportTimes.empty()) exportTimes(options.exportTimes, m);
}

void reportLayers(const Options& options, nvinfer1::ICudaEngine& engine, Logger& logger) {
  if (!options.dumpLayerInfo && options.exportLayerInfo.empty()) return;
  using nvinfer1::LayerInformationFormat;
  std::unique_ptr<nvinfer1::IEngineInspector> inspector(engine.createEngineInspector());
  auto text = [&](LayerInformationFormat format) {
    const char* information = inspector ? inspector->getEngineInformation(format) : nullptr;
    if (!information) throw std::runtime_error("describing the engine failed; see the messages above");
    return std::string(information);
  };
  if (options.dumpLayerInfo) logger.info("Layer Information:\n{}", text(LayerInformationFormat::kONELINE));
  if (!options.exportLayerInfo.empty()) write(options.exportLayerInfo, text(LayerInformationFormat::kJSON));
}

}  // namespace trtexec
