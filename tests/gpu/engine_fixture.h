// Engines on a GPU for tests, made from the text form of a graph, with device memory and streams.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "api/facts.h"
#include "api/recording.h"
#include "graph/ir/text.h"
#include "graph/ops/eval.h"
#include "plan/build/build.h"
#include "plan/format/file.h"
#include "trtexec/device.h"

namespace tenfold::testing {

// Several kinds of kernels, weights, and a workspace for whoever wants one; one input x, one output out.
constexpr const char* kNetwork = R"(graph net(x:f32[n,64]) {
  w = const f32[64,128] random(3)
  v = const f32[128,64] random(4)
  a = MatMul(x, w)
  b = Relu(a)
  c = MatMul(b, v)
  d = Add(c, x)
  e = Softmax(d) {axis=-1}
  out = Mul(e, x)
  return out
})";

constexpr int64_t kRows = 32, kColumns = 64;

inline std::vector<uint8_t> planBytes(const std::string& text, int64_t most = kRows, int auxStreams = 0) {
  auto graph = parseGraph(text);
  Profile profile;
  for (const Value* v : graph->inputs) {
    ProfileInput p;
    for (const Dim& d : *v->shape) {
      p.min.push_back(d.tryConstant().value_or(1));
      p.opt.push_back(d.tryConstant().value_or(kRows));
      p.max.push_back(d.tryConstant().value_or(most));
    }
    profile.inputs.push_back(p);
  }
  BuildOptions options;
  options.profiles = {profile};
  options.allowTf32 = false;
  auto plan = buildPlan(std::move(graph), target("cuda"), options);
  facts::setNumber(*plan, facts::kAuxStreams, auxStreams);
  return writePlan(*plan);
}

struct GpuEngine {
  explicit GpuEngine(const std::vector<uint8_t>& plan, nvinfer1::IGpuAllocator* allocator = nullptr) {
    runtime.reset(nvinfer1::createInferRuntime(logger));
    runtime->setGpuAllocator(allocator);
    engine.reset(runtime->deserializeCudaEngine(plan.data(), plan.size()));
  }
  RecordingLogger logger;
  std::unique_ptr<nvinfer1::IRuntime> runtime;
  std::unique_ptr<nvinfer1::ICudaEngine> engine;
};

// A context with its stream and buffers, and what its output must be.
struct GpuContext {
  GpuContext(trtexec::Device& gpu, nvinfer1::IExecutionContext* made, int seed,
             const char* network = kNetwork)
      : device(gpu), text(network), context(made) {
    if (!context) return;
    context->setInputShape("x", nvinfer1::Dims2(kRows, kColumns));
    context->setTensorAddress("x", input.get());
    context->setTensorAddress("out", output.get());
    setInput(seed);
  }
  void setInput(int seed) {
    Tensor x = randomTensor(DataType::kFloat32, Shape{kRows, kColumns}, seed);
    expected = evalGraph(*parseGraph(text), {x})[0];
    std::memcpy(hostInput.get(), x.data(), kBytes);
    device.copyIn(input.get(), hostInput.get(), kBytes, stream.get());
  }
  bool enqueue() { return context->enqueueV3(static_cast<cudaStream_t>(stream.get())); }
  void copyOut(void* host) { device.copyOut(host, output.get(), kBytes, stream.get()); }
  void wait() {
    device.record(done.get(), stream.get());
    device.wait(done.get());
  }
  // The largest difference of what lies at `host`; NaN is the largest of all.
  double difference(const void* host) const {
    double worst = 0;
    for (int64_t i = 0; i < kRows * kColumns; ++i) {
      double d = std::abs(static_cast<const float*>(host)[i] - expected.getDouble(i));
      worst = d <= worst ? worst : d;  // NaN stays
    }
    return worst;
  }
  // Runs once and compares.
  double runOnce() {
    EXPECT_TRUE(enqueue());
    copyOut(hostOutput.get());
    wait();
    return difference(hostOutput.get());
  }

  static constexpr size_t kBytes = kRows * kColumns * sizeof(float);
  trtexec::Device& device;
  const char* const text;
  trtexec::Handle stream = device.stream(), done = device.event();
  trtexec::Handle input = device.memory(kBytes), output = device.memory(kBytes);
  trtexec::Handle hostInput = device.hostMemory(kBytes), hostOutput = device.hostMemory(kBytes);
  std::unique_ptr<nvinfer1::IExecutionContext> context;
  Tensor expected;
};

// Takes device memory from the driver and counts.
class CountingAllocator final : public nvinfer1::IGpuAsyncAllocator {
 public:
  explicit CountingAllocator(trtexec::Device& gpu) : device_(gpu) {}
  void* allocateAsync(uint64_t size, uint64_t, nvinfer1::AllocatorFlags, cudaStream_t) noexcept override {
    if (refuses) return nullptr;
    trtexec::Handle made = device_.memory(size);
    held.emplace_back(made, size);
    all += size;
    return made.get();
  }
  bool deallocateAsync(void* memory, cudaStream_t) noexcept override {
    return std::erase_if(held, [&](const auto& entry) { return entry.first.get() == memory; }) == 1;
  }
  uint64_t bytes() const {
    uint64_t sum = 0;
    for (const auto& [memory, size] : held) sum += size;
    return sum;
  }
  std::vector<std::pair<trtexec::Handle, uint64_t>> held;
  uint64_t all = 0;
  bool refuses = false;

 private:
  trtexec::Device& device_;
};

}  // namespace tenfold::testing
