// The program of docs/legacy-api.md, as it was written for TensorRT 7 and 8: bindings by index, enqueueV2,
// destroy(). It makes its own model, y = Relu(x * w) with w of 3 by 2 and a dynamic batch.
#include <NvInfer.h>
#include <NvOnnxParser.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

using namespace nvinfer1;

class Logger : public ILogger {
  void log(Severity severity, const char* message) noexcept override {
    if (severity <= Severity::kWARNING) std::fprintf(stderr, "%s\n", message);
  }
} logger;

static void check(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "FAILED: %s\n", what);
  std::exit(1);
}

// Fields of protobuf messages, which is what an ONNX file consists of.
static std::string number(int field, int value) {
  return {static_cast<char>(field << 3), static_cast<char>(value)};
}
static std::string bytes(int field, const std::string& content) {
  return std::string{static_cast<char>(field << 3 | 2), static_cast<char>(content.size())} + content;
}
static std::string tensor(const char* name, const std::string& firstDim, int secondDim) {
  std::string dims = bytes(1, firstDim) + bytes(1, number(1, secondDim));
  return bytes(1, name) + bytes(2, bytes(1, number(1, 1) + bytes(2, dims)));
}
static std::string model(const float* w) {
  std::string raw(reinterpret_cast<const char*>(w), 6 * sizeof(float)), batch = bytes(2, "batch");
  std::string graph = bytes(1, bytes(1, "x") + bytes(1, "w") + bytes(2, "p") + bytes(4, "MatMul")) +
                      bytes(1, bytes(1, "p") + bytes(2, "y") + bytes(4, "Relu")) + bytes(2, "g") +
                      bytes(5, number(1, 3) + number(1, 2) + number(2, 1) + bytes(8, "w") + bytes(9, raw)) +
                      bytes(11, tensor("x", batch, 3)) + bytes(12, tensor("y", batch, 2));
  // The graph takes more than 127 bytes: its length has two digits to the base 128.
  std::string length{static_cast<char>((graph.size() & 127) | 128), static_cast<char>(graph.size() >> 7)};
  return number(1, 7) + std::string{7 << 3 | 2} + length + graph + bytes(8, bytes(1, "") + number(2, 13));
}

static std::vector<char> build(const char* path) {
  IBuilder* builder = createInferBuilder(logger);
  INetworkDefinition* network =
      builder->createNetworkV2(1U << static_cast<uint32_t>(NetworkDefinitionCreationFlag::kEXPLICIT_BATCH));
  nvonnxparser::IParser* parser = nvonnxparser::createParser(*network, logger);
  check(parser->parseFromFile(path, static_cast<int>(ILogger::Severity::kWARNING)), "parseFromFile");
  IBuilderConfig* config = builder->createBuilderConfig();
  config->setMaxWorkspaceSize(1 << 28);
  IOptimizationProfile* profile = builder->createOptimizationProfile();
  profile->setDimensions("x", OptProfileSelector::kMIN, Dims2(1, 3));
  profile->setDimensions("x", OptProfileSelector::kOPT, Dims2(2, 3));
  profile->setDimensions("x", OptProfileSelector::kMAX, Dims2(4, 3));
  config->addOptimizationProfile(profile);
  ICudaEngine* engine = builder->buildEngineWithConfig(*network, *config);
  check(engine, "buildEngineWithConfig");
  IHostMemory* plan = engine->serialize();
  std::vector<char> copy(static_cast<char*>(plan->data()), static_cast<char*>(plan->data()) + plan->size());
  plan->destroy();
  engine->destroy();
  config->destroy();
  parser->destroy();
  network->destroy();
  builder->destroy();
  return copy;
}

int main() {
  const float w[6] = {1, -1, 2, 0.5F, -3, 4}, x[6] = {1, 2, 3, -1, 0, 1};
  const char* path = "legacy_end_to_end.onnx";
  std::string file = model(w);
  std::ofstream(path, std::ios::binary).write(file.data(), static_cast<std::streamsize>(file.size()));
  std::vector<char> plan = build(path);
  std::remove(path);

  IRuntime* runtime = createInferRuntime(logger);
  ICudaEngine* engine = runtime->deserializeCudaEngine(plan.data(), plan.size(), nullptr);
  check(engine, "deserializeCudaEngine");
  check(engine->getNbBindings() == 2 && !engine->hasImplicitBatchDimension(), "two bindings");
  const int input = engine->getBindingIndex("x"), output = engine->getBindingIndex("y");
  check(input == 0 && output == 1, "getBindingIndex");
  check(engine->bindingIsInput(input) && !engine->bindingIsInput(output), "bindingIsInput");
  check(engine->getBindingDimensions(input).d[0] == -1, "a dynamic batch");

  IExecutionContext* context = engine->createExecutionContext();
  check(context->setBindingDimensions(input, Dims2(2, 3)), "setBindingDimensions");
  check(!context->setBindingDimensions(input, Dims2(5, 3)), "a batch outside the profile is refused");
  check(context->allInputDimensionsSpecified(), "allInputDimensionsSpecified");
  check(context->getBindingDimensions(output).d[0] == 2, "the output's batch");
  float y[4] = {};
  std::vector<void*> bindings(engine->getNbBindings());
  bindings[input] = const_cast<float*>(x);
  bindings[output] = y;
  check(context->enqueueV2(bindings.data(), nullptr, nullptr), "enqueueV2");
  for (int i = 0; i < 4; ++i) {
    float sum = 0;
    for (int k = 0; k < 3; ++k) sum += x[i / 2 * 3 + k] * w[k * 2 + i % 2];
    check(std::fabs(y[i] - std::fmax(sum, 0.0F)) < 1e-5F, "results");
  }
  std::memset(y, 0, sizeof y);
  check(context->executeV2(bindings.data()) && y[1] != 0, "executeV2");
  context->destroy();
  engine->destroy();
  runtime->destroy();
  std::printf("1 passed, 0 failed\n");
  return 0;
}
