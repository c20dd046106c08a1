// Uses each of the three libraries: from a model to a plan and its results. Prints the version and sum of
// what a model of input x[1,4] and output y[1,4] gives for 1, 2, 3, 4.
#include <NvInfer.h>
#include <NvInferPlugin.h>
#include <NvOnnxParser.h>

#include <cstdio>
#include <memory>

namespace {

class Logger : public nvinfer1::ILogger {
  void log(Severity severity, const char* message) noexcept override {
    if (severity <= Severity::kERROR) std::fprintf(stderr, "%s\n", message);
  }
};

std::unique_ptr<nvinfer1::IHostMemory> build(const char* model, Logger& logger) {
  std::unique_ptr<nvinfer1::IBuilder> builder(nvinfer1::createInferBuilder(logger));
  std::unique_ptr<nvinfer1::INetworkDefinition> network(builder->createNetworkV2(0));
  std::unique_ptr<nvonnxparser::IParser> parser(nvonnxparser::createParser(*network, logger));
  std::unique_ptr<nvinfer1::IBuilderConfig> config(builder->createBuilderConfig());
  if (!parser->parseFromFile(model, 2)) return nullptr;
  return std::unique_ptr<nvinfer1::IHostMemory>(builder->buildSerializedNetwork(*network, *config));
}

}  // namespace

int main(int argc, char** argv) {
  Logger logger;
  if (argc != 2 || !initLibNvInferPlugins(&logger, "")) return 1;
  std::unique_ptr<nvinfer1::IHostMemory> plan = build(argv[1], logger);
  if (!plan) return 1;
  std::unique_ptr<nvinfer1::IRuntime> runtime(nvinfer1::createInferRuntime(logger));
  std::unique_ptr<nvinfer1::ICudaEngine> engine(runtime->deserializeCudaEngine(plan->data(), plan->size()));
  if (!engine) return 1;
  std::unique_ptr<nvinfer1::IExecutionContext> context(engine->createExecutionContext());
  float x[] = {1, 2, 3, 4}, y[4] = {};
  if (!context->setTensorAddress("x", x) || !context->setTensorAddress("y", y) ||
      !context->enqueueV3(nullptr))
    return 1;
  std::printf("%d %g\n", getInferLibVersion(), static_cast<double>(y[0] + y[1] + y[2] + y[3]));
  return 0;
}
