// trtexec: builds, loads and measures engines through the public interface alone.
#include <cstdio>
#include <exception>

#include "trtexec/report.h"

namespace {

using namespace trtexec;

void work(const Options& options, Logger& logger) {
  printOptions(options, logger);
  Engine engine = makeEngine(options, logger);
  reportLayers(options, *engine.engine, logger);
  if (options.skipInference) {
    logger.info("Skipped inference phase since --skipInference is added.");
    return;
  }
  Measurements m = runInference(options, *engine.engine, logger);
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
    std::fflush(stdout);
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
  announce("PASSED");
  return 0;
}
