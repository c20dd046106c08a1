// An engine behind functions of C, for Python programs that keep their tensors on the GPU. Addresses are
// device memory, streams are those of the CUDA runtime. What fails returns null or false; the reason is in
// benchError().
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "NvInferRuntime.h"

namespace {

using namespace nvinfer1;

std::string lastError;

class Logger final : public ILogger {
  void log(Severity severity, const char* text) noexcept override {
    if (severity <= Severity::kERROR) lastError = text;
  }
};
Logger logger;

// Adds up the times of each layer.
class Profiler final : public IProfiler {
 public:
  void reportLayerTime(const char* layer, float ms) noexcept override {
    if (next == names.size()) names.emplace_back(layer), sums.push_back(0);
    sums[next++] += ms;
  }
  size_t next = 0;
  std::vector<std::string> names;
  std::vector<double> sums;
};

struct Engine {
  std::unique_ptr<IRuntime> runtime;
  std::unique_ptr<ICudaEngine> engine;
  std::unique_ptr<IExecutionContext> context;
  std::string text;  // what the last function that gives text gave
};

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

const char* benchError() { return lastError.c_str(); }

Engine* benchLoad(const char* planFile) {
  std::ifstream file(planFile, std::ios::binary);
  std::vector<char> plan{std::istreambuf_iterator<char>(file), {}};
  auto made = std::make_unique<Engine>();
  made->runtime.reset(createInferRuntime(logger));
  if (!made->runtime) return nullptr;
  made->engine.reset(made->runtime->deserializeCudaEngine(plan.data(), plan.size()));
  if (!made->engine) return nullptr;
  made->context.reset(made->engine->createExecutionContext());
  return made->context ? made.release() : nullptr;
}

void benchUnload(Engine* engine) { delete engine; }

// Names of inputs and outputs, one a line, each after "< " or "> ".
const char* benchTensors(Engine* engine) {
  engine->text.clear();
  for (int i = 0; i < engine->engine->getNbIOTensors(); ++i) {
    const char* name = engine->engine->getIOTensorName(i);
    bool in = engine->engine->getTensorIOMode(name) == TensorIOMode::kINPUT;
    engine->text += std::string(in ? "< " : "> ") + name + "\n";
  }
  return engine->text.c_str();
}

int benchType(Engine* engine, const char* name) {
  return static_cast<int>(engine->engine->getTensorDataType(name));
}

// Writes the extents to `extents`, at most 8; returns how many.
int benchShape(Engine* engine, const char* name, int64_t* extents) {
  Dims dims = engine->context->getTensorShape(name);
  for (int i = 0; i < dims.nbDims; ++i) extents[i] = dims.d[i];
  return dims.nbDims;
}

bool benchSetAddress(Engine* engine, const char* name, void* address) {
  return engine->context->setTensorAddress(name, address);
}

bool benchEnqueue(Engine* engine, void* stream) {
  return engine->context->enqueueV3(static_cast<cudaStream_t>(stream));
}

// The mean milliseconds of every layer over so many runs: "MILLISECONDS NAME" lines. Null where a run failed.
const char* benchProfile(Engine* engine, void* stream, int runs) {
  Profiler profiler;
  engine->context->setProfiler(&profiler);
  bool ok = true;
  for (int i = 0; ok && i < runs; ++i) {
    profiler.next = 0;
    ok = benchEnqueue(engine, stream);
  }
  engine->context->setProfiler(nullptr);
  engine->text.clear();
  for (size_t i = 0; i < profiler.names.size(); ++i)
    engine->text += std::to_string(profiler.sums[i] / runs) + " " + profiler.names[i] + "\n";
  return ok ? engine->text.c_str() : nullptr;
}

}  // extern "C"
#pragma GCC visibility pop
