// IExecutionContext: shapes, addresses, memory, output allocators, profilers.
#include <cstdlib>
#include <map>

#include "api/runtime_fixture.h"

namespace tenfold::testing {
namespace {

using namespace nvinfer1;

// Runs kSmall on random data and compares with the reference.
void checkSmall(IExecutionContext& context, int64_t batch, int seed) {
  auto reference = parseGraph(kSmall);
  std::vector<Tensor> in{randomTensor(DataType::kFloat32, {batch, 3}, seed),
                         randomTensor(DataType::kFloat32, {3}, seed + 1)};
  std::vector<Tensor> expected = evalGraph(*reference, in);
  Tensor y(DataType::kFloat32, {batch, 3}), z(DataType::kFloat32, {batch, 6});
  ASSERT_TRUE(context.setInputShape("x", dims({batch, 3})));
  ASSERT_TRUE(context.setTensorAddress("x", in[0].data()));
  ASSERT_TRUE(context.setInputTensorAddress("w", in[1].data()));
  ASSERT_TRUE(context.setTensorAddress("y", y.data()));
  ASSERT_TRUE(context.setOutputTensorAddress("z", z.data()));
  ASSERT_TRUE(context.enqueueV3(nullptr));
  for (int64_t i = 0; i < y.numel(); ++i) ASSERT_FLOAT_EQ(y.as<float>()[i], expected[0].as<float>()[i]);
  for (int64_t i = 0; i < z.numel(); ++i) ASSERT_FLOAT_EQ(z.as<float>()[i], expected[1].as<float>()[i]);
}

TEST(ApiContext, RunsAtShapesOfItsProfiles) {
  Loaded l(kSmall);
  for (int64_t batch : {4, 1, 8, 4}) checkSmall(*l.context, batch, static_cast<int>(batch));
  EXPECT_EQ(l.context->getOptimizationProfile(), 0);
  ASSERT_TRUE(l.context->setOptimizationProfileAsync(1, nullptr));
  EXPECT_EQ(list(l.context->getTensorShape("x")), (Ints{-1, 3}));
  for (int64_t batch : {9, 16}) checkSmall(*l.context, batch, static_cast<int>(batch));
  EXPECT_EQ(l.logger.take(), "");
  EXPECT_FALSE(l.context->setInputShape("x", dims({8, 3})));
  EXPECT_NE(l.logger.take().find("dimension 0 of [8,3] is 8, but profile 1 allows 9 to 16"),
            std::string::npos);
  EXPECT_FALSE(l.context->setOptimizationProfileAsync(2, nullptr));
}

TEST(ApiContext, TellsShapesAsTheyBecomeKnown) {
  Loaded l(kSmall);
  EXPECT_FALSE(l.context->allInputDimensionsSpecified());
  EXPECT_EQ(list(l.context->getTensorShape("x")), (Ints{-1, 3}));
  EXPECT_EQ(list(l.context->getTensorShape("z")), (Ints{-1, 6}));
  EXPECT_EQ(list(l.context->getTensorStrides("z")), (Ints{6, 1}));
  const char* missing[2] = {nullptr, nullptr};
  EXPECT_EQ(l.context->inferShapes(2, missing), 1);
  EXPECT_STREQ(missing[0], "x");
  EXPECT_EQ(missing[1], nullptr);
  ASSERT_TRUE(l.context->setInputShape("x", dims({5, 3})));
  EXPECT_TRUE(l.context->allInputDimensionsSpecified());
  EXPECT_EQ(l.context->inferShapes(0, nullptr), 0);
  EXPECT_EQ(list(l.context->getTensorShape("z")), (Ints{5, 6}));
  EXPECT_EQ(l.context->getMaxOutputSize("z"), 5 * 6 * 4);
  EXPECT_EQ(l.logger.take(), "");
}

TEST(ApiContext, SaysWhatIsWrong) {
  Loaded l(kSmall);
  auto says = [&](const char* text) {
    std::string errors = l.logger.take();
    return errors.find(text) != std::string::npos ? ::testing::AssertionSuccess()
                                                  : ::testing::AssertionFailure() << errors;
  };
  EXPECT_FALSE(l.context->enqueueV3(nullptr));
  EXPECT_TRUE(says("input 'x' has a dynamic shape"));
  EXPECT_FALSE(l.context->setInputShape("x", dims({9, 3})));
  EXPECT_TRUE(says("dimension 0 of [9,3] is 9, but profile 0 allows 1 to 8"));
  EXPECT_FALSE(l.context->setInputShape("x", dims({4, 3, 1})));
  EXPECT_TRUE(says("input 'x' has 2 dimensions, 3 were given"));
  EXPECT_FALSE(l.context->setInputShape("w", dims({4})));
  EXPECT_TRUE(says("profile 0 allows 3 to 3"));
  EXPECT_FALSE(l.context->setInputShape("y", dims({4, 3})));
  EXPECT_TRUE(says("'y' is an output"));
  EXPECT_FALSE(l.context->setInputShape(nullptr, dims({4, 3})));
  EXPECT_TRUE(says("must not be null"));
  ASSERT_TRUE(l.context->setInputShape("x", dims({2, 3})));
  float x[6] = {}, w[3] = {}, y[6] = {}, z[12] = {};
  EXPECT_FALSE(l.context->enqueueV3(nullptr));
  EXPECT_TRUE(says("input 'x' has no memory"));
  l.context->setTensorAddress("x", x);
  l.context->setTensorAddress("w", w);
  l.context->setTensorAddress("y", y);
  EXPECT_FALSE(l.context->enqueueV3(nullptr));
  EXPECT_TRUE(says("output 'z' has no memory"));
  EXPECT_FALSE(l.context->setTensorAddress("q", z));
  EXPECT_TRUE(says("there is no input or output 'q'"));
  EXPECT_FALSE(l.context->executeV2(nullptr));
  EXPECT_TRUE(says("must not be null"));
  l.context->setTensorAddress("z", z);
  EXPECT_FALSE(l.context->enqueueV3(reinterpret_cast<cudaStream_t>(x)));
  EXPECT_TRUE(says("is no stream of the CPU target"));
  void* bindings[] = {x, w, y, z};
  EXPECT_TRUE(l.context->executeV2(bindings));
  EXPECT_FALSE(l.context->reportToProfiler());
  EXPECT_TRUE(says("no profiler"));
}

TEST(ApiContext, RunsInMemoryOfTheProgram) {
  Loaded l("graph g(x:f32[n,64]) { a = Softmax(x); b = Softmax(a); c = Softmax(b); return c }");
  std::unique_ptr<IExecutionContext> context(
      l.engine->createExecutionContext(ExecutionContextAllocationStrategy::kUSER_MANAGED));
  Tensor x = randomTensor(DataType::kFloat32, {8, 64}, 1), y(DataType::kFloat32, {8, 64});
  context->setInputShape("x", dims({8, 64}));
  context->setTensorAddress("x", x.data());
  context->setTensorAddress("c", y.data());
  int64_t bytes = l.engine->getDeviceMemorySizeForProfileV2(0);
  ASSERT_GT(bytes, 0);
  EXPECT_EQ(context->updateDeviceMemorySizeForShapes(), static_cast<size_t>(bytes));
  EXPECT_FALSE(context->enqueueV3(nullptr));
  EXPECT_NE(l.logger.take().find("has no memory: give it"), std::string::npos);
  std::unique_ptr<void, void (*)(void*)> memory(std::aligned_alloc(256, (bytes + 511) / 256 * 256),
                                                std::free);
  context->setDeviceMemoryV2(memory.get(), bytes - 1);
  EXPECT_NE(l.logger.take().find("bytes of memory"), std::string::npos);
  context->setDeviceMemoryV2(static_cast<char*>(memory.get()) + 1, bytes);
  EXPECT_NE(l.logger.take().find("aligned"), std::string::npos);
  context->setDeviceMemoryV2(memory.get(), bytes);
  ASSERT_TRUE(context->enqueueV3(nullptr)) << l.logger.take();
  Tensor expected = evalGraph(*parseGraph("graph g(x:f32[n,64]) { a = Softmax(x); b = Softmax(a); c = "
                                          "Softmax(b); return c }"),
                              {x})[0];
  for (int64_t i = 0; i < y.numel(); ++i) ASSERT_NEAR(y.as<float>()[i], expected.as<float>()[i], 1e-6);
}

struct Allocator : IGpuAllocator {
  void* allocate(uint64_t size, uint64_t alignment, AllocatorFlags) noexcept override {
    void* p = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    live[p] = size;
    return p;
  }
  bool deallocate(void* p) noexcept override {
    bool known = live.erase(p) == 1;
    std::free(p);
    return known;
  }
  std::map<void*, uint64_t> live;
};

TEST(ApiContext, TakesItsMemoryFromTheAllocator) {
  Allocator allocator;
  Loaded l("graph g(x:f32[n,64]) { a = Softmax(x); b = Softmax(a); return b }", &allocator);
  ASSERT_EQ(allocator.live.size(), 1U);
  EXPECT_EQ(static_cast<int64_t>(allocator.live.begin()->second), l.engine->getDeviceMemorySizeV2());
  std::unique_ptr<IRuntimeConfig> config(l.engine->createRuntimeConfig());
  config->setExecutionContextAllocationStrategy(ExecutionContextAllocationStrategy::kON_PROFILE_CHANGE);
  std::unique_ptr<IExecutionContext> second(l.engine->createExecutionContext(config.get()));
  ASSERT_EQ(allocator.live.size(), 2U);
  second.reset();
  l.context.reset();
  EXPECT_TRUE(allocator.live.empty());
}

struct Output : IOutputAllocator {
  void* reallocateOutputAsync(const char* tensor, void*, uint64_t size, uint64_t, cudaStream_t) override {
    name = tensor;
    bytes.resize(size);
    return refuses ? nullptr : bytes.data();
  }
  void notifyShape(const char*, const Dims& d) noexcept override { shape = list(d); }
  std::string name;
  std::vector<char> bytes;
  Ints shape;
  bool refuses = false;
};

TEST(ApiContext, OutputAllocatorsLearnShapesThatDependOnData) {
  Loaded l("graph g(x:f32[n,3]) { p = NonZero(x); return p }");
  EXPECT_EQ(list(l.engine->getTensorShape("p")), (Ints{2, -1}));
  float x[] = {0, 1, 0, 0, 0, 5};
  Output out;
  l.context->setInputShape("x", dims({2, 3}));
  l.context->setTensorAddress("x", x);
  ASSERT_TRUE(l.context->setOutputAllocator("p", &out));
  EXPECT_EQ(l.context->getOutputAllocator("p"), &out);
  EXPECT_EQ(list(l.context->getTensorShape("p")), (Ints{2, -1}));
  EXPECT_EQ(l.context->getMaxOutputSize("p"), 2 * 6 * 8);
  ASSERT_TRUE(l.context->enqueueV3(nullptr)) << l.logger.take();
  EXPECT_EQ(out.name, "p");
  ASSERT_EQ(out.shape, (Ints{2, 2}));
  const auto* found = reinterpret_cast<const int64_t*>(out.bytes.data());
  EXPECT_EQ((Ints{found, found + 4}), (Ints{0, 1, 1, 2}));
  EXPECT_EQ(list(l.context->getTensorShape("p")), (Ints{2, 2}));
  x[0] = 1;
  ASSERT_TRUE(l.context->enqueueV3(nullptr));
  EXPECT_EQ(out.shape, (Ints{2, 3}));
  out.refuses = true;
  EXPECT_FALSE(l.context->enqueueV3(nullptr));
  EXPECT_NE(l.logger.take().find("the allocator of output 'p' gave no memory"), std::string::npos);
}

struct Profiler : IProfiler {
  void reportLayerTime(const char* layer, float ms) noexcept override {
    layers.push_back(layer);
    EXPECT_GE(ms, 0);
  }
  std::vector<std::string> layers;
};

TEST(ApiContext, ReportsTimesOfLayers) {
  Loaded l(kSmall);
  Profiler profiler;
  l.context->setProfiler(&profiler);
  EXPECT_EQ(l.context->getProfiler(), &profiler);
  checkSmall(*l.context, 4, 1);
  auto layers = static_cast<size_t>(l.engine->getNbLayers());
  EXPECT_EQ(profiler.layers.size(), layers);
  l.context->setEnqueueEmitsProfile(false);
  checkSmall(*l.context, 4, 2);
  EXPECT_EQ(profiler.layers.size(), layers);
  EXPECT_TRUE(l.context->reportToProfiler());
  EXPECT_EQ(profiler.layers.size(), 2 * layers);
  EXPECT_FALSE(l.context->reportToProfiler());
  l.context->setProfiler(nullptr);
  checkSmall(*l.context, 4, 3);
  EXPECT_EQ(profiler.layers.size(), 2 * layers);
}

}  // namespace
}  // namespace tenfold::testing
