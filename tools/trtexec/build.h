// From a model or a plan to an engine.
#pragma once

#include <memory>

#include "NvInfer.h"
#include "trtexec/log.h"
#include "trtexec/options.h"

namespace trtexec {

struct Engine {
  std::unique_ptr<nvinfer1::IRuntime> runtime;
  std::unique_ptr<nvinfer1::ICudaEngine> engine;
};

// Builds or loads, and saves where asked to. No engine where only its plan is wanted: that may be for a
// device that is not here. Throws std::runtime_error.
Engine makeEngine(const Options& options, Logger& logger);

std::vector<char> readFile(const std::string& path);
void writeFile(const std::string& path, const void* data, size_t bytes);

}  // namespace trtexec
