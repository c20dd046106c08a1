// trtexec: builds, loads and measures engines through the public interface alone.
#include <cstdio>
#include <exception>
#include <string_view>

#include "tenfold/engine_target.h"
#include "trtexec/report.h"

namespace {

using namespace trtexec;

void work(const Options& options, Logger& logger) {
  std::unique_ptr<Device> device = openDevice(options.device, options.useSpinWait);
  printOptions(options, *device, logger);
  Engine engine = makeEngine(options, logger);
  if (!engine.engine) return logger.info("Skipped inference phase since --skipInference is added.");
  reportLayers(options, *engine.engine, logger);
  if (options.dumpOptimizationProfile) printProfiles(*engine.engine, logger);
  if (options.timeDeserialize) return;  // the time is told already
  if (options.skipInference) {
    logger.info("Skipped inference phase since --skipInference is added.");
    return;
  }
  const bool isOnGpu = std::string_view(tenfoldEngineTarget(engine.engine.get())) == "cuda";
  if (isOnGpu != device->isGpu()) device = isOnGpu ? openDevice("0", options.useSpinWait) : openHost();
  Measurements m = runInference(options, *device, *engine.engine, logger);
  printPerformance(options, m, logger);
  printAndExport(options, m, logger);
}

}  // namespace

int main(int argc, char** argv) {
  std::string command;
  for (int i = 1; i < argc; ++i) command += std::string(" ") + argv[i];
  auto announce = [&](const char* state) {
    std::fflush(stderr);
    std::printf("&&&& %s TensorRT.trtexec [TensorRT v%d] [b%d] # %s%s\n", state, getInferLibVersion(),
                getInferLibBuildVersion(), argv[0], command.c_str());
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  };
  Logger logger;
  Options options;
  try {
    if (!parseOptions(argc, argv, options)) return 0;
    announce("RUNNING");
    logger.setVerbose(options.verbose);
    work(options, logger);
  } catch (const std::exception& e) {
    logger.log(nvinfer1::ILogger::Severity::kERROR, e.what());
    announce("FAILED");
    return 1;
  }
  if (announce("PASSED")) return 0;
  logger.log(nvinfer1::ILogger::Severity::kERROR, "the standard output cannot be written");
  return 1;
}
