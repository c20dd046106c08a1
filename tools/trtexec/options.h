// What the command line asks for. Names and meanings are those of NVIDIA's trtexec.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace trtexec {

using Extents = std::vector<int64_t>;
using ShapeMap = std::map<std::string, Extents>;
// "NAME:VALUE,..." in order.
using NamedList = std::vector<std::pair<std::string, std::string>>;

struct Options {
  // Model and build.
  std::string onnx, saveEngine, loadEngine, timingCacheFile;
  ShapeMap minShapes, optShapes, maxShapes, shapes;
  bool fp16 = false, bf16 = false, int8 = false, fp8 = false, best = false, stronglyTyped = false,
       noTf32 = false, refit = false;
  std::string inputIOFormats, outputIOFormats, precisionConstraints = "none";
  std::vector<std::string> dynamicPlugins, staticPlugins;  // libraries
  NamedList layerPrecisions, layerOutputTypes, memPoolSize;
  std::string tacticSources;
  int builderOptimizationLevel = -1;
  int avgTiming = 1, maxTactics = -1;
  double errorBudget = 0;
  std::string profilingVerbosity = "layer_names_only";
  bool skipInference = false, verbose = false, timeDeserialize = false, markUnfused = false,
       finishTuning = false;
  std::vector<std::string> builderFlags;  // names of kBuilderFlags (builder_options.h)
  std::string sparsity = "disable", hardwareCompatibility = "none", previewFeatures;
  int maxAuxStreams = -1, tilingLevel = -1;
  int64_t tilingL2Bytes = -1;
  std::vector<std::string> markDebug, setPluginsToSerialize;
  // Inference.
  int iterations = 10, warmUp = 200, avgRuns = 10, streams = 1;
  double duration = 3;
  bool noDataTransfers = false, separateProfileRun = false, threads = false, useCudaGraph = false,
       useSpinWait = false, exposeDma = false, useManagedMemory = false;
  int sleepTime = 0, idleTime = 0, useProfile = 0;  // milliseconds; an optimization profile
  double persistentCacheRatio = 0;
  std::string allocationStrategy = "static";
  std::string device;                      // as openDevice() takes it
  std::vector<std::string> withoutEffect;  // accepted flags that mean nothing on this machine
  NamedList loadInputs;
  std::vector<double> percentiles{90, 95, 99};
  // Reports.
  bool dumpProfile = false, dumpLayerInfo = false, dumpOutput = false, dumpRawBindings = false,
       dumpOptimizationProfile = false;
  std::string exportOutput, exportTimes, exportProfile, exportLayerInfo;

  bool wantsProfile() const { return dumpProfile || !exportProfile.empty(); }
};

// Reads the command line. Returns false where the program is done (help was printed). Throws
// std::runtime_error that says what is wrong; an unknown flag is named with the nearest one.
bool parseOptions(int argc, char** argv, Options& options);
// "name:1x3x224x224,other:8", names may contain colons. Throws std::runtime_error.
ShapeMap parseShapes(const std::string& text);

}  // namespace trtexec
