// Engines for tests, made from the text form of a graph.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "api/recording.h"
#include "api/serialize.h"
#include "graph/ir/text.h"
#include "graph/ops/eval.h"
#include "plan/build/build.h"
#include "plan/format/file.h"

namespace tenfold::testing {

// Symbols may be anything in [min, max].
inline Profile profileOf(const Graph& graph, int64_t min, int64_t opt, int64_t max) {
  Profile profile;
  for (const Value* v : graph.inputs) {
    ProfileInput p;
    for (const Dim& d : *v->shape) {
      p.min.push_back(d.tryConstant().value_or(min));
      p.opt.push_back(d.tryConstant().value_or(opt));
      p.max.push_back(d.tryConstant().value_or(max));
    }
    profile.inputs.push_back(p);
  }
  return profile;
}

inline std::unique_ptr<Plan> planOf(const std::string& text) {
  auto graph = parseGraph(text);
  BuildOptions options;
  options.profiles = {profileOf(*graph, 1, 4, 8), profileOf(*graph, 9, 12, 16)};
  return buildPlan(std::move(graph), target("cpu"), options);
}

// A runtime, an engine of `text` that it loaded, and a context of that.
struct Loaded {
  explicit Loaded(const std::string& text, nvinfer1::IGpuAllocator* allocator = nullptr) {
    runtime.reset(nvinfer1::createInferRuntime(logger));
    runtime->setGpuAllocator(allocator);
    std::vector<uint8_t> bytes = writePlan(*planOf(text));
    engine.reset(runtime->deserializeCudaEngine(bytes.data(), bytes.size()));
    EXPECT_NE(engine, nullptr) << logger.take();
    context.reset(engine->createExecutionContext());
    EXPECT_NE(context, nullptr) << logger.take();
  }
  RecordingLogger logger;
  std::unique_ptr<nvinfer1::IRuntime> runtime;
  std::unique_ptr<nvinfer1::ICudaEngine> engine;
  std::unique_ptr<nvinfer1::IExecutionContext> context;
};

inline nvinfer1::Dims dims(std::initializer_list<int64_t> extents) {
  nvinfer1::Dims d{};
  for (int64_t e : extents) d.d[d.nbDims++] = e;
  return d;
}
inline std::vector<int64_t> list(const nvinfer1::Dims& d) {
  if (d.nbDims < 0) return {-99};
  return {d.d, d.d + d.nbDims};
}
using Ints = std::vector<int64_t>;

// y = Relu(x) + w, z = Concat(y, x); "batch" is dynamic.
inline constexpr const char* kSmall =
    "graph small(x:f32[batch,3], w:f32[3]) { a = Relu(x); y = Add(a, w); z = Concat(y, x) {axis=1}; return "
    "y, "
    "z }";

}  // namespace tenfold::testing
