// Runs an engine again and again and takes times.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "trtexec/build.h"
#include "trtexec/device.h"

namespace trtexec {

// One run; milliseconds since the measurement began, on the device's clock; those of the enqueue on the
// host's.
struct RunTimes {
  double startH2d = 0, endH2d = 0, startCompute = 0, endCompute = 0, startD2h = 0, endD2h = 0;
  double startEnqueue = 0, endEnqueue = 0;
  double h2d() const { return endH2d - startH2d; }
  double enqueue() const { return endEnqueue - startEnqueue; }
  double compute() const { return endCompute - startCompute; }
  double d2h() const { return endD2h - startD2h; }
  double latency() const { return h2d() + compute() + d2h(); }
};

struct LayerTimes {
  std::string name;
  std::vector<float> milliseconds;  // by run
};

struct OutputTensor {
  std::string name;
  nvinfer1::Dims dims;
  nvinfer1::DataType type;
  std::vector<char> bytes;
};

struct Measurements {
  std::vector<RunTimes> runs;
  double wallSeconds = 0;
  std::vector<LayerTimes> layers;     // where profiles are wanted
  std::vector<OutputTensor> outputs;  // of the last run of the first stream
};

// Throws std::runtime_error.
Measurements runInference(const Options& options, Device& device, nvinfer1::ICudaEngine& engine,
                          Logger& logger);

}  // namespace trtexec
