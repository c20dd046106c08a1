// Plugins of a program with kernels of their own, on a real GPU: between other layers, in the caller's graph,
// with sizes that they find, in place, and of version 2.
#include <dlfcn.h>

#include "api/network_fixture.h"
#include "api/plugins.h"
#include "tenfold/engine_target.h"
#include "trtexec/device.h"

namespace tenfold::testing {
namespace {

// scale: y[i] = factor * x[i]. positive: those of x that are, and how many; by one thread.
constexpr const char* kKernels = R"(
.version 7.0
.target sm_70
.address_size 64
.visible .entry scale(.param .u64 y, .param .u64 x, .param .f32 factor, .param .u32 n) {
  .reg .u64 %rd<4>; .reg .u32 %r<5>; .reg .f32 %f<3>; .reg .pred %p;
  mov.u32 %r1, %ctaid.x; mov.u32 %r2, %ntid.x; mov.u32 %r3, %tid.x;
  mad.lo.u32 %r1, %r1, %r2, %r3;
  ld.param.u32 %r4, [n];
  setp.ge.u32 %p, %r1, %r4;
  @%p ret;
  ld.param.u64 %rd1, [y]; ld.param.u64 %rd2, [x]; ld.param.f32 %f1, [factor];
  mul.wide.u32 %rd3, %r1, 4;
  add.u64 %rd1, %rd1, %rd3; add.u64 %rd2, %rd2, %rd3;
  ld.global.f32 %f2, [%rd2];
  mul.f32 %f2, %f2, %f1;
  st.global.f32 [%rd1], %f2;
  ret;
}
.visible .entry positive(.param .u64 y, .param .u64 count, .param .u64 x, .param .u32 n) {
  .reg .u64 %rd<4>; .reg .u32 %r<4>; .reg .f32 %f<2>; .reg .pred %p;
  ld.param.u64 %rd1, [y]; ld.param.u64 %rd2, [x]; ld.param.u64 %rd3, [count]; ld.param.u32 %r1, [n];
  mov.u32 %r2, 0;
again:
  setp.eq.u32 %p, %r1, 0;
  @%p bra done;
  sub.u32 %r1, %r1, 1;
  ld.global.f32 %f1, [%rd2];
  add.u64 %rd2, %rd2, 4;
  setp.le.f32 %p, %f1, 0f00000000;
  @%p bra again;
  st.global.f32 [%rd1], %f1;
  add.u64 %rd1, %rd1, 4;
  add.u32 %r2, %r2, 1;
  bra again;
done:
  st.global.u32 [%rd3], %r2;
  ret;
}
)";

// The kernels, through the driver.
class Kernels {
 public:
  Kernels() {
    void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    auto find = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    };
    int (*load)(void**, const void*) = nullptr;
    int (*get)(void**, void*, const char*) = nullptr;
    find(load, "cuModuleLoadData"), find(get, "cuModuleGetFunction"), find(launch_, "cuLaunchKernel");
    find(copy_, "cuMemcpyDtoDAsync_v2");
    void* module = nullptr;
    works = load(&module, kKernels) == 0 && get(&scale_, module, "scale") == 0 &&
            get(&positive_, module, "positive") == 0;
  }
  int scale(void* y, const void* x, float factor, int64_t count, cudaStream_t stream) const {
    auto n = static_cast<uint32_t>(count);
    void* parameters[] = {&y, &x, &factor, &n};
    return launch_(scale_, (n + 127) / 128, 1, 1, 128, 1, 1, 0, stream, parameters, nullptr);
  }
  int positive(void* y, void* found, const void* x, int64_t count, cudaStream_t stream) const {
    auto n = static_cast<uint32_t>(count);
    void* parameters[] = {&y, &found, &x, &n};
    return launch_(positive_, 1, 1, 1, 1, 1, 1, 0, stream, parameters, nullptr);
  }
  int copy(void* to, const void* from, size_t bytes, cudaStream_t stream) const {
    return copy_(reinterpret_cast<uintptr_t>(to), reinterpret_cast<uintptr_t>(from), bytes, stream);
  }
  bool works = false;

 private:
  int (*launch_)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, cudaStream_t,
                 void**, void**) = nullptr;
  int (*copy_)(unsigned long long, unsigned long long, size_t, cudaStream_t) = nullptr;
  void *scale_ = nullptr, *positive_ = nullptr;
};

using Floats = std::vector<float>;

class GpuPlugins : public NetworkTest {
 protected:
  static constexpr int64_t kMost = 1000;

  static void SetUpTestSuite() {
    gpu = trtexec::openGpu(0, false);
    if (!gpu) return;
    gpu->use();
    kernels = std::make_unique<Kernels>();
  }
  static void TearDownTestSuite() { gpu.reset(), kernels.reset(); }
  void SetUp() override {
    if (!gpu) GTEST_SKIP() << "there is no GPU";
    gpu->use();
    ASSERT_TRUE(kernels->works) << "the plugins' own kernels";
    stream = gpu->stream(), done = gpu->event();
    x = gpu->memory(kBytes), y = gpu->memory(kBytes), host = gpu->hostMemory(kBytes);
  }
  void TearDown() override { context.reset(), engine.reset(), runtime.reset(); }

  // A plugin whose enqueue is `run(in, inputs, outputs, workspace, stream)`.
  template <typename Run>
  Behaviour behaving(Run run) {
    Behaviour b;
    b.stream = [this](cudaStream_t s) { given = s; };
    b.enqueue = [this, run](float, int32_t, auto* in, auto*, auto* inputs, auto* outputs, void* workspace) {
      EXPECT_EQ(run(volume(in[0].dims), inputs, outputs, workspace, given), 0);
      ++runs;
    };
    return b;
  }
  void load(ITensor& output) {
    network->markOutput(output);
    output.setName("y");
    std::unique_ptr<nv::IBuilderConfig> config(builder->createBuilderConfig());
    nv::IOptimizationProfile* profile = builder->createOptimizationProfile();
    profile->setDimensions("x", nv::OptProfileSelector::kMIN, dims({1}));
    profile->setDimensions("x", nv::OptProfileSelector::kOPT, dims({kMost}));
    profile->setDimensions("x", nv::OptProfileSelector::kMAX, dims({kMost}));
    config->addOptimizationProfile(profile);
    std::unique_ptr<nv::IHostMemory> plan(builder->buildSerializedNetwork(*network, *config));
    ASSERT_NE(plan, nullptr) << logger.take();
    runtime.reset(nvinfer1::createInferRuntime(logger));
    engine.reset(runtime->deserializeCudaEngine(plan->data(), plan->size()));
    ASSERT_NE(engine, nullptr) << logger.take();
    EXPECT_STREQ(tenfoldEngineTarget(engine.get()), "cuda");
    context.reset(engine->createExecutionContext());
    ASSERT_NE(context, nullptr) << logger.take();
    context->setTensorAddress("x", x.get());
    context->setTensorAddress("y", y.get());
  }
  void give(const Floats& values) {
    std::copy(values.begin(), values.end(), static_cast<float*>(host.get()));
    gpu->copyIn(x.get(), host.get(), values.size() * sizeof(float), stream.get());
    finish();
  }
  bool enqueue() { return context->enqueueV3(static_cast<cudaStream_t>(stream.get())); }
  Floats take(size_t count) {
    gpu->copyOut(host.get(), y.get(), count * sizeof(float), stream.get());
    finish();
    return {static_cast<float*>(host.get()), static_cast<float*>(host.get()) + count};
  }
  Floats infer(const Floats& values, size_t results) {
    give(values);
    EXPECT_TRUE(context->setInputShape("x", dims({static_cast<int64_t>(values.size())}))) << logger.take();
    EXPECT_TRUE(enqueue()) << logger.take();
    return take(results);
  }
  void finish() {
    gpu->record(done.get(), stream.get());
    gpu->wait(done.get());
  }
  static Floats ramp(int64_t count) {
    Floats values;
    for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(i % 37) - 18);
    return values;
  }

  static inline std::unique_ptr<trtexec::Device> gpu;
  static inline std::unique_ptr<Kernels> kernels;
  static constexpr size_t kBytes = kMost * sizeof(float);
  trtexec::Handle stream, done, x, y, host;
  cudaStream_t given = nullptr;
  int runs = 0;
  std::unique_ptr<nv::IRuntime> runtime;
  std::unique_ptr<nv::ICudaEngine> engine;
  std::unique_ptr<nv::IExecutionContext> context;
};

// Both kinds of kernels read each other's results.
TEST_F(GpuPlugins, RunBetweenOtherLayersAndInTheCallersGraph) {
  Behaviour behaviour = behaving([](int64_t n, auto* inputs, auto* outputs, void* workspace, auto s) {
    int failed = kernels->copy(workspace, inputs[0], static_cast<size_t>(n) * sizeof(float), s);
    return failed ? failed : kernels->scale(outputs[0], workspace, 3, n, s);
  });
  behaviour.workspace = kBytes;
  TestCreator creator("GpuScale", behaviour);
  TestPlugin plugin("GpuScale", behaviour, 1);
  ITensor* relu = network->addActivation(input("x", {-1}), nv::ActivationType::kRELU)->getOutput(0);
  ITensor* scaled = network->addPluginV3(&relu, 1, nullptr, 0, plugin)->getOutput(0);
  load(*network->addUnary(*scaled, nv::UnaryOperation::kNEG)->getOutput(0));
  auto expected = [](Floats values) {
    for (float& v : values) v = -3 * std::max(v, 0.0F);
    return values;
  };
  for (int64_t count : {kMost, int64_t{1}, int64_t{129}, kMost, kMost, kMost})
    ASSERT_EQ(infer(ramp(count), static_cast<size_t>(count)), expected(ramp(count))) << count;
  EXPECT_EQ(runs, 6) << "the program's code runs in every run";
  EXPECT_EQ(given, static_cast<cudaStream_t>(stream.get()));

  trtexec::Handle graph = gpu->capture(stream.get(), [&] { return enqueue(); });
  ASSERT_NE(graph, nullptr) << logger.take();
  for (float shift : {1.0F, 5.0F}) {
    Floats values = ramp(kMost);
    for (float& v : values) v += shift;
    give(values);
    gpu->launch(graph.get(), stream.get());
    EXPECT_EQ(take(kMost), expected(values));
  }
  EXPECT_EQ(logger.take(), "");
}

struct Sizes final : nv::IOutputAllocator {
  void* reallocateOutputAsync(const char*, void* memory, uint64_t, uint64_t, cudaStream_t) noexcept override {
    return memory;
  }
  void notifyShape(const char*, const Dims& found) noexcept override { shape = found; }
  Dims shape{};
};

TEST_F(GpuPlugins, FindSizes) {
  Behaviour behaviour = behaving([](int64_t n, auto* inputs, auto* outputs, void*, auto s) {
    return kernels->positive(outputs[0], outputs[1], inputs[0], n, s);
  });
  behaviour.outputs = 2;
  behaviour.outputTypes = {DataType::kFLOAT, DataType::kINT32};
  behaviour.shapes = [](auto* in, auto*, auto* out, nv::IExprBuilder& b) {
    out[1].nbDims = 0;
    out[0].nbDims = 1;
    out[0].d[0] = b.declareSizeTensor(1, *in[0].d[0], *in[0].d[0]);
  };
  TestCreator creator("GpuSizing", behaviour);
  TestPlugin plugin("GpuSizing", behaviour, 1);
  ITensor* in = &input("x", {-1});
  ITensor* found = network->addPluginV3(&in, 1, nullptr, 0, plugin)->getOutput(0);
  load(*network->addUnary(*found, nv::UnaryOperation::kNEG)->getOutput(0));
  Sizes sizes;
  context->setOutputAllocator("y", &sizes);
  for (int64_t count : {int64_t{5}, kMost, int64_t{30}}) {
    Floats expected;
    for (float v : ramp(count))
      if (v > 0) expected.push_back(-v);
    EXPECT_EQ(infer(ramp(count), expected.size()), expected) << count;
    EXPECT_EQ(sizes.shape.d[0], static_cast<int64_t>(expected.size()));
  }
  EXPECT_EQ(logger.take(), "");
}

TEST_F(GpuPlugins, OverwriteACopyOfTheirInput) {
  Behaviour behaviour = behaving([](int64_t n, auto* inputs, auto* outputs, void*, auto s) {
    return inputs[0] == outputs[0] ? kernels->scale(outputs[0], outputs[0], 2, n, s) : -1;
  });
  behaviour.alias = 0;
  TestCreator creator("GpuAlias", behaviour);
  TestPlugin plugin("GpuAlias", behaviour, 1);
  ITensor* in = &input("x", {-1});
  ITensor* doubled = network->addPluginV3(&in, 1, nullptr, 0, plugin)->getOutput(0);
  load(*network->addElementWise(*doubled, *in, nv::ElementWiseOperation::kSUM)->getOutput(0));
  EXPECT_EQ(infer({1, 2, 3}, 3), (Floats{3, 6, 9})) << "the input itself stays";
}

TEST_F(GpuPlugins, TakeMemoryFromTheirContext) {
  nv::IGpuAllocator* allocator = nullptr;
  Behaviour behaviour = behaving([&](int64_t n, auto* inputs, auto* outputs, void*, auto s) {
    void* held = allocator->allocateAsync(static_cast<size_t>(n) * sizeof(float), 256, 0, s);
    int failed = held ? kernels->scale(held, inputs[0], 2, n, s) : -1;
    if (!failed) failed = kernels->scale(outputs[0], held, 2, n, s);
    allocator->deallocateAsync(held, s);
    return failed;
  });
  behaviour.attached = [&](nv::IGpuAllocator* a) { allocator = a; };
  TestCreator creator("GpuMemory", behaviour);
  TestPlugin plugin("GpuMemory", behaviour, 1);
  ITensor* in = &input("x", {-1});
  load(*network->addPluginV3(&in, 1, nullptr, 0, plugin)->getOutput(0));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(infer({1, 2, 3}, 3), (Floats{4, 8, 12}));
}

TEST_F(GpuPlugins, OfVersionTwoRunToo) {
  OldPlugin::work = [](float factor, int64_t n, auto* in, auto* out, auto* workspace, cudaStream_t s) {
    int failed = kernels->copy(workspace, in, static_cast<size_t>(n) * sizeof(float), s);
    return failed ? failed : kernels->scale(out, workspace, factor, n, s);
  };
  OldCreator creator;
  OldPlugin plugin(4);
  plugin.setPluginNamespace("old");
  ITensor* in = &input("x", {-1});
  load(*network->addPluginV2(&in, 1, plugin)->getOutput(0));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(infer({1, 2, 3}, 3), (Floats{4, 8, 12}));
  OldPlugin::work = OldPlugin::onHost;
}

}  // namespace
}  // namespace tenfold::testing
