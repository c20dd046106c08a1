// The lines and files that scripts read.
#pragma once

#include "trtexec/inference.h"

namespace trtexec {

void printOptions(const Options& options, Device& device, Logger& logger);
// Averages, throughput, latencies.
void printPerformance(const Options& options, const Measurements& m, Logger& logger);
// Tables of layers and outputs, and the JSON files that were asked for. Throws std::runtime_error.
void printAndExport(const Options& options, const Measurements& m, Logger& logger);
// The shapes of every profile.
void printProfiles(nvinfer1::ICudaEngine& engine, Logger& logger);
void reportLayers(const Options& options, nvinfer1::ICudaEngine& engine, Logger& logger);

}  // namespace trtexec
