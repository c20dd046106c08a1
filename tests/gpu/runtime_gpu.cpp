// Contexts on a real GPU: many at a time, in a caller's graph, with a caller's memory, and without enough.
#include <chrono>
#include <thread>

#include "gpu/engine_fixture.h"

namespace tenfold::testing {
namespace {

using nvinfer1::ExecutionContextAllocationStrategy;

constexpr double kTolerance = 1e-4;

class GpuRuntime : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    gpu = trtexec::openGpu(0, false);
    if (gpu) plan = planBytes(kNetwork);
  }
  static void TearDownTestSuite() { gpu.reset(); }
  void SetUp() override {
    if (!gpu) GTEST_SKIP() << "there is no GPU";
    gpu->use();
  }
  static inline std::unique_ptr<trtexec::Device> gpu;
  static inline std::vector<uint8_t> plan;
};

TEST_F(GpuRuntime, TenThousandRunsOfEightContextsInFourThreads) {
  constexpr int kThreads = 4, kContexts = 8, kRuns = 10000, kSlots = 25;
  GpuEngine loaded(plan);
  ASSERT_NE(loaded.engine, nullptr) << loaded.logger.take();
  std::vector<std::unique_ptr<GpuContext>> contexts;
  for (int i = 0; i < kContexts; ++i)
    contexts.push_back(std::make_unique<GpuContext>(*gpu, loaded.engine->createExecutionContext(), i + 1));
  std::vector<int> wrong(kThreads), ran(kThreads);
  auto work = [&](int thread) {
    gpu->use();
    trtexec::Handle slots = gpu->hostMemory(2 * kSlots * GpuContext::kBytes);
    auto slot = [&](int i) { return static_cast<char*>(slots.get()) + i * GpuContext::kBytes; };
    GpuContext* mine[] = {contexts[2 * thread].get(), contexts[2 * thread + 1].get()};
    while (ran[thread] < kRuns / kThreads) {
      for (int i = 0; i < 2 * kSlots; ++i, ++ran[thread]) {
        if (!mine[i % 2]->enqueue()) ++wrong[thread];
        mine[i % 2]->copyOut(slot(i));
      }
      for (GpuContext* context : mine) context->wait();
      for (int i = 0; i < 2 * kSlots; ++i) wrong[thread] += !(mine[i % 2]->difference(slot(i)) < kTolerance);
    }
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) threads.emplace_back(work, t);
  for (std::thread& t : threads) t.join();
  for (int t = 0; t < kThreads; ++t) EXPECT_EQ(wrong[t], 0) << "thread " << t << " of " << ran[t] << " runs";
  EXPECT_EQ(loaded.logger.take(), "");
}

TEST_F(GpuRuntime, RunsInTheCallersGraph) {
  GpuEngine loaded(plan);
  GpuContext context(*gpu, loaded.engine->createExecutionContext(), 1);
  ASSERT_LT(context.runOnce(), kTolerance);
  context.runOnce();  // by now the context has a recording of its own
  trtexec::Handle graph = gpu->capture(context.stream.get(), [&] { return context.enqueue(); });
  ASSERT_NE(graph, nullptr) << loaded.logger.take();
  for (int seed = 2; seed < 5; ++seed) {
    context.setInput(seed);
    gpu->launch(graph.get(), context.stream.get());
    context.copyOut(context.hostOutput.get());
    context.wait();
    EXPECT_LT(context.difference(context.hostOutput.get()), kTolerance);
  }
  EXPECT_LT(context.runOnce(), kTolerance);
}

TEST_F(GpuRuntime, FollowsAddressesAndShapes) {
  GpuEngine loaded(plan);
  GpuContext context(*gpu, loaded.engine->createExecutionContext(), 1);
  trtexec::Handle other = gpu->memory(GpuContext::kBytes);
  for (int round = 0; round < 6; ++round) {  // two buffers in turns, each recorded and replayed
    context.context->setTensorAddress("out", round % 2 ? other.get() : context.output.get());
    ASSERT_TRUE(context.enqueue());
    gpu->copyOut(context.hostOutput.get(), round % 2 ? other.get() : context.output.get(), GpuContext::kBytes,
                 context.stream.get());
    context.wait();
    EXPECT_LT(context.difference(context.hostOutput.get()), kTolerance) << round;
  }
  context.context->setTensorAddress("out", context.output.get());
  for (int64_t rows : {8, 1, 8, static_cast<int>(kRows)}) {
    ASSERT_TRUE(context.context->setInputShape("x", nvinfer1::Dims2(rows, kColumns)));
    ASSERT_TRUE(context.enqueue()) << loaded.logger.take();
    context.wait();
  }
  EXPECT_LT(context.runOnce(), kTolerance);
}

TEST_F(GpuRuntime, TakesAllMemoryFromTheProgramsAllocator) {
  CountingAllocator allocator(*gpu);
  {
    GpuEngine loaded(plan, &allocator);
    ASSERT_NE(loaded.engine, nullptr) << loaded.logger.take();
    EXPECT_GE(allocator.bytes(), 2 * 64 * 128 * sizeof(float)) << "the weights";
    const uint64_t before = allocator.bytes();
    const int64_t wanted = loaded.engine->getDeviceMemorySizeV2();
    EXPECT_GT(wanted, 0);
    GpuContext context(*gpu, loaded.engine->createExecutionContext(), 1);
    EXPECT_EQ(allocator.bytes() - before, static_cast<uint64_t>(wanted));
    EXPECT_LT(context.runOnce(), kTolerance);
  }
  EXPECT_TRUE(allocator.held.empty());
  EXPECT_GT(allocator.all, 0U);
}

TEST_F(GpuRuntime, RunsInTheProgramsMemory) {
  CountingAllocator allocator(*gpu);
  GpuEngine loaded(plan, &allocator);
  GpuContext context(
      *gpu, loaded.engine->createExecutionContext(ExecutionContextAllocationStrategy::kUSER_MANAGED), 1);
  EXPECT_FALSE(context.enqueue()) << "without memory";
  const auto size = static_cast<size_t>(loaded.engine->getDeviceMemorySizeV2());
  EXPECT_EQ(context.context->updateDeviceMemorySizeForShapes(), size);
  trtexec::Handle memory = gpu->memory(size);
  context.context->setDeviceMemoryV2(memory.get(), static_cast<int64_t>(size));
  const uint64_t before = allocator.all;
  EXPECT_LT(context.runOnce(), kTolerance);
  EXPECT_LT(context.runOnce(), kTolerance);
  EXPECT_EQ(allocator.all, before) << "no memory beside the program's";
}

TEST_F(GpuRuntime, SurvivesLackOfMemory) {
  CountingAllocator allocator(*gpu);
  GpuEngine loaded(plan, &allocator);
  allocator.refuses = true;
  EXPECT_EQ(loaded.engine->createExecutionContext(), nullptr);
  EXPECT_NE(loaded.logger.take(), "");
  allocator.refuses = false;
  // More than any device has: n * n floats.
  constexpr int64_t kTooMany = 1 << 20;
  std::vector<uint8_t> big = planBytes(
      "graph big(x:f32[n,64]) { t = Transpose(x) {perm=[1,0]}; a = MatMul(x, t); out = MatMul(a, x); return "
      "out }",
      kTooMany);
  GpuEngine hungry(big);
  ASSERT_NE(hungry.engine, nullptr) << hungry.logger.take();
  std::unique_ptr<nvinfer1::IExecutionContext> context(hungry.engine->createExecutionContext());
  if (context) {
    trtexec::Handle x = gpu->memory(kTooMany * 64 * 4), out = gpu->memory(kTooMany * 64 * 4);
    context->setInputShape("x", nvinfer1::Dims2(kTooMany, 64));
    context->setTensorAddress("x", x.get());
    context->setTensorAddress("out", out.get());
    EXPECT_FALSE(context->enqueueV3(nullptr));
  }
  EXPECT_NE(hungry.logger.take().find("memory"), std::string::npos);
  GpuContext small(*gpu, loaded.engine->createExecutionContext(), 1);
  EXPECT_LT(small.runOnce(), kTolerance) << "the process goes on";
}

struct Profiler final : nvinfer1::IProfiler {
  void reportLayerTime(const char*, float ms) noexcept override { times.push_back(ms); }
  std::vector<float> times;
};

TEST_F(GpuRuntime, TellsTheTimesOfLayers) {
  GpuEngine loaded(plan);
  GpuContext context(*gpu, loaded.engine->createExecutionContext(), 1);
  Profiler profiler;
  context.context->setProfiler(&profiler);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(context.enqueue());
  EXPECT_EQ(profiler.times.size(), 4U * static_cast<size_t>(loaded.engine->getNbLayers()));
  // The last runs are replays: no launch waits in between.
  for (size_t i = profiler.times.size() / 2; i < profiler.times.size(); ++i) {
    EXPECT_GT(profiler.times[i], 0);
    EXPECT_LT(profiler.times[i], 0.1);
  }
  context.context->setProfiler(nullptr);
  EXPECT_LT(context.runOnce(), kTolerance);
}

TEST_F(GpuRuntime, EnqueuesWithoutWaiting) {
  constexpr int kRuns = 2000;
  GpuEngine loaded(plan);
  GpuContext context(*gpu, loaded.engine->createExecutionContext(), 1);
  for (int i = 0; i < 3; ++i) context.runOnce();
  trtexec::Handle start = gpu->event(), end = gpu->event();
  auto begin = std::chrono::steady_clock::now();
  gpu->record(start.get(), context.stream.get());
  for (int i = 0; i < kRuns; ++i) ASSERT_TRUE(context.enqueue());
  gpu->record(end.get(), context.stream.get());
  double host = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
  context.wait();
  double device = gpu->milliseconds(start.get(), end.get()) * 1e3;
  std::printf("%d layers: %.2f us an enqueue on the host, %.2f us on the device\n",
              loaded.engine->getNbLayers(), host / kRuns, device / kRuns);
  EXPECT_LT(host / kRuns, 100);
  EXPECT_LT(context.runOnce(), kTolerance);
}

constexpr const char* kBranches = R"(graph net(x:f32[32,64]) {
  w = const f32[64,1024] random(3)
  v = const f32[1024,64] random(4)
  a = MatMul(x, w)
  b = Softmax(a) {axis=-1}
  c = MatMul(b, v)
  t = Transpose(x) {perm=[1,0]}
  d = MatMul(x, t)
  e = Softmax(d) {axis=-1}
  f = MatMul(e, x)
  g = Relu(x)
  h = MatMul(g, w)
  i = Softmax(h) {axis=0}
  j = MatMul(i, v)
  k = Add(c, f)
  out = Add(k, j)
  return out
})";

TEST_F(GpuRuntime, BranchesRunBesideEachOther) {
  GpuEngine loaded(planBytes(kBranches, kRows, 2));
  ASSERT_NE(loaded.engine, nullptr) << loaded.logger.take();
  std::printf("%d layers on %d streams\n", loaded.engine->getNbLayers(),
              loaded.engine->getNbAuxStreams() + 1);
  GpuContext own(*gpu, loaded.engine->createExecutionContext(), 1, kBranches);
  GpuContext given(*gpu, loaded.engine->createExecutionContext(), 2, kBranches);
  trtexec::Handle streams[] = {gpu->stream(), gpu->stream()};
  cudaStream_t handles[] = {static_cast<cudaStream_t>(streams[0].get()),
                            static_cast<cudaStream_t>(streams[1].get())};
  given.context->setAuxStreams(handles, 2);
  for (int round = 0; round < 200; ++round)  // launched, recorded, replayed
    for (GpuContext* context : {&own, &given}) {
      if (round % 50 == 0) context->setInput(round + 3);
      ASSERT_LT(context->runOnce(), kTolerance) << round << " " << loaded.logger.take();
    }
  trtexec::Handle graph = gpu->capture(own.stream.get(), [&] { return own.enqueue(); });
  ASSERT_NE(graph, nullptr) << loaded.logger.take();
  own.setInput(7);
  gpu->launch(graph.get(), own.stream.get());
  own.copyOut(own.hostOutput.get());
  own.wait();
  EXPECT_LT(own.difference(own.hostOutput.get()), kTolerance);
}

}  // namespace
}  // namespace tenfold::testing
