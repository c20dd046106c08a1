// Plugins on a device whose memory the host cannot touch, as on a GPU: a pretend one that runs here, and
// building for the real one.
#include <set>

#include "api/network_fixture.h"
#include "api/plugins.h"
#include "plan/format/file.h"
#include "runtime/executor.h"
#include "targets/plugin/tactic.h"

namespace tenfold::testing {
namespace {

// Its addresses are not the host's; it can record launches.
class PretendDevice final : public Target {
 public:
  // Beyond every address space: to use an address of the device on the host is a fault.
  static constexpr ptrdiff_t kOffset = ptrdiff_t{1} << 56;

  std::string_view name() const override { return "pretend"; }
  std::string deviceSignature() const override { return "pretend"; }
  const std::vector<const Tactic*>& tactics() const override { return tactics_; }
  bool acceptsChannelsLast(const Node&) const override { return false; }
  bool fusesEpilogue(const Node&, const Node&) const override { return false; }
  void* allocate(size_t bytes) override {
    char* memory = static_cast<char*>(std::aligned_alloc(256, (bytes / 256 + 1) * 256)) + kOffset;
    held.insert(memory);
    return memory;
  }
  void release(void* memory) override {
    EXPECT_EQ(held.erase(memory), 1U);
    std::free(static_cast<char*>(memory) - kOffset);
  }
  void copy(void* to, const void* from, size_t bytes, StreamHandle stream) override {
    log.push_back(fmt::format("copy {} on {}", bytes, stream != nullptr));
    std::memcpy(onHost(to), onHost(from), bytes);
  }
  bool hostAccessible() const override { return false; }
  void submit(StreamHandle, void (*task)(void*), void* data) override { task(data); }
  void synchronize(StreamHandle stream) override {
    log.push_back(fmt::format("synchronize {}", stream != nullptr));
  }
  bool mayRecord(StreamHandle) override { return true; }
  std::unique_ptr<Recording> recordLaunches(const std::function<void(StreamHandle)>&) override {
    log.push_back("record");
    return nullptr;
  }

  static char* onHost(const void* memory) {
    auto* p = static_cast<char*>(const_cast<void*>(memory));
    return reinterpret_cast<uintptr_t>(p) >= static_cast<uintptr_t>(kOffset) ? p - kOffset : p;
  }
  template <typename T>
  static T* at(const void* memory) {
    EXPECT_GE(reinterpret_cast<uintptr_t>(memory), static_cast<uintptr_t>(kOffset)) << "not of the device";
    return reinterpret_cast<T*>(onHost(memory));
  }

  std::set<void*> held;
  std::vector<std::string> log;

 private:
  std::unique_ptr<Tactic> plugins_ = makePluginTactic(*this);
  std::vector<const Tactic*> tactics_{plugins_.get()};
};

// One output, wherever the run wants it.
struct Result : OutputMemory {
  explicit Result(Target& device) : target(device) {}
  ~Result() override { target.release(memory); }
  void* provide(size_t, const Shape& found) override {
    shape = found;
    target.release(std::exchange(memory, target.allocate(sizeof(float) * 64)));
    return memory;
  }
  std::vector<float> values() const {
    const float* first = PretendDevice::at<float>(memory);
    return {first, first + shape.numel()};
  }
  Target& target;
  Shape shape;
  void* memory = target.allocate(1);
};

using Floats = std::vector<float>;

class PluginDevice : public NetworkTest {
 protected:
  // The network x -> plugin -> y, built and loaded.
  void load(nv::ILayer& layer, int64_t most) {
    network->markOutput(*layer.getOutput(0));
    plan = readPlanCopy(build(most));
    ASSERT_TRUE(plan);
    loaded = std::make_unique<LoadedPlan>(*plan, device);
    executor = std::make_unique<Executor>(*loaded, Executor::Role::kNetwork);
  }
  std::vector<uint8_t> build(int64_t most) {
    std::unique_ptr<nv::IBuilderConfig> config(builder->createBuilderConfig());
    nv::IOptimizationProfile* profile = builder->createOptimizationProfile();
    profile->setDimensions("x", nv::OptProfileSelector::kMIN, dims({1}));
    profile->setDimensions("x", nv::OptProfileSelector::kOPT, dims({most}));
    profile->setDimensions("x", nv::OptProfileSelector::kMAX, dims({most}));
    const int32_t few = 1, many = 8;
    if (network->getNbInputs() == 2) {  // the second one is a shape tensor
      profile->setShapeValues("n", nv::OptProfileSelector::kMIN, &few, 1);
      profile->setShapeValues("n", nv::OptProfileSelector::kOPT, &many, 1);
      profile->setShapeValues("n", nv::OptProfileSelector::kMAX, &many, 1);
    }
    config->addOptimizationProfile(profile);
    std::unique_ptr<nv::IHostMemory> made(builder->buildSerializedNetwork(*network, *config));
    if (!made) throw std::runtime_error(logger.take());
    const auto* bytes = static_cast<const uint8_t*>(made->data());
    return {bytes, bytes + made->size()};
  }
  nv::ILayer& add(nv::IPluginV3& plugin) {
    ITensor* x = &input("x", {-1});
    return *network->addPluginV3(&x, 1, nullptr, 0, plugin);
  }
  Floats infer(const Floats& x) {
    std::shared_ptr<void> given(device.allocate(sizeof(float) * x.size()),
                                [&](void* p) { device.release(p); });
    std::memcpy(PretendDevice::onHost(given.get()), x.data(), sizeof(float) * x.size());
    executor->setInputs(std::vector<Shape>{Shape{static_cast<int64_t>(x.size())}}, {});
    device.log.clear();
    void* inputs[] = {given.get()};
    Result y(device);
    executor->run({inputs, &y, stream});
    return y.values();
  }

  int mark = 0;
  StreamHandle stream = &mark;
  PretendDevice device;
  std::unique_ptr<Plan> plan;
  std::unique_ptr<LoadedPlan> loaded;
  std::unique_ptr<Executor> executor;
};

TEST_F(PluginDevice, GetsItsMemoryAndTheStreamInEveryRun) {
  int runs = 0;
  cudaStream_t seen = nullptr;
  Behaviour behaviour;
  behaviour.workspace = 256;
  behaviour.stream = [&](cudaStream_t s) { seen = s; };
  behaviour.enqueue = [&](float factor, int32_t, auto* in, auto* out, auto* inputs, auto* outputs,
                          void* workspace) {
    ++runs;
    EXPECT_EQ(in[0].format, nv::TensorFormat::kLINEAR);
    EXPECT_EQ(volume(in[0].dims), volume(out[0].dims));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(workspace) % 256, 0U);
    std::memset(PretendDevice::at<char>(workspace), 1, 256);
    for (int64_t i = 0; i < volume(in[0].dims); ++i)
      PretendDevice::at<float>(outputs[0])[i] = factor * PretendDevice::at<float>(inputs[0])[i];
  };
  TestCreator creator("TestDevice", behaviour);
  TestPlugin plugin("TestDevice", behaviour, 3);
  load(add(plugin), 8);
  for (int run = 1; run <= 4; ++run) {
    EXPECT_EQ(infer({1, 2}), (Floats{3, 6}));
    EXPECT_EQ(runs, run);
  }
  EXPECT_EQ(seen, static_cast<cudaStream_t>(stream));
  EXPECT_TRUE(device.log.empty()) << device.log[0] << ": neither copies, waits nor recordings";
  EXPECT_EQ(infer({1, 2, 3}), (Floats{3, 6, 9}));
}

TEST_F(PluginDevice, FindsSizesAndWaitsForThem) {
  Behaviour behaviour;
  behaviour.outputs = 2;
  behaviour.outputTypes = {DataType::kFLOAT, DataType::kINT64};
  behaviour.shapes = [](auto* in, auto*, auto* out, nv::IExprBuilder& builder) {
    out[1].nbDims = 0;
    out[0].nbDims = 1;
    out[0].d[0] = builder.declareSizeTensor(1, *in[0].d[0], *in[0].d[0]);
  };
  behaviour.enqueue = [](float, int32_t, auto* in, auto* out, auto* inputs, auto* outputs, void*) {
    EXPECT_EQ(out[0].dims.d[0], in[0].dims.d[0]) << "the largest";
    int64_t found = 0;
    for (int64_t i = 0; i < in[0].dims.d[0]; ++i)
      if (float x = PretendDevice::at<float>(inputs[0])[i]; x > 0)
        PretendDevice::at<float>(outputs[0])[found++] = x;
    *PretendDevice::at<int64_t>(outputs[1]) = found;
  };
  TestCreator creator("TestDeviceSizing", behaviour);
  TestPlugin plugin("TestDeviceSizing", behaviour, 1);
  load(add(plugin), 8);
  EXPECT_EQ(infer({1, -2, 3, -4, 5}), (Floats{1, 3, 5}));
  EXPECT_EQ(device.log, (std::vector<std::string>{"copy 8 on true", "synchronize true", "copy 12 on true",
                                                  "copy 8 on true"}))
      << "the size, its results";
  EXPECT_EQ(infer({-1, 2}), (Floats{2}));
}

TEST_F(PluginDevice, OverwritesACopyOfItsInput) {
  Behaviour behaviour;
  behaviour.alias = 0;
  behaviour.enqueue = [](float, int32_t, auto*, auto*, auto* inputs, auto* outputs, void*) {
    if (inputs[0] == outputs[0]) PretendDevice::at<float>(outputs[0])[1] = 8;
  };
  TestCreator creator("TestDeviceAlias", behaviour);
  TestPlugin plugin("TestDeviceAlias", behaviour, 1);
  load(add(plugin), 8);
  EXPECT_EQ(infer({1, 2, 3}), (Floats{1, 8, 3}));
  EXPECT_EQ(device.log, (std::vector<std::string>{"copy 12 on true"}));
}

TEST_F(PluginDevice, TakesMemoryOfTheDevice) {
  std::vector<nv::IGpuAllocator*> allocators;
  Behaviour behaviour;
  behaviour.attached = [&](nv::IGpuAllocator* a) { allocators.push_back(a); };
  behaviour.enqueue = [&](float, int32_t, auto*, auto*, auto*, auto* outputs, void*) {
    void* memory = allocators.back()->allocateAsync(64, 256, 0, nullptr);
    EXPECT_EQ(device.held.count(memory), 1U);
    EXPECT_EQ(allocators.back()->allocateAsync(64, 4096, 0, nullptr), nullptr);
    EXPECT_TRUE(allocators.back()->deallocateAsync(memory, nullptr));
    EXPECT_EQ(device.held.count(memory), 0U);
    *PretendDevice::at<float>(outputs[0]) = 5;
  };
  TestCreator creator("TestDeviceMemory", behaviour);
  TestPlugin plugin("TestDeviceMemory", behaviour, 1);
  load(add(plugin), 8);
  EXPECT_EQ(infer({1}), (Floats{5}));
  EXPECT_EQ(allocators.size(), 1U);
}

// A shape tensor's address is the host's; the plugin gets its elements where it gets everything else.
TEST_F(PluginDevice, GetsShapeTensorsOnTheDevice) {
  Behaviour behaviour;
  behaviour.shapes = [](auto*, auto* shapes, auto* out, nv::IExprBuilder&) {
    out[0].nbDims = 1;
    out[0].d[0] = shapes[0].d[0];
  };
  behaviour.enqueue = [](float, int32_t, auto*, auto* out, auto* inputs, auto* outputs, void*) {
    EXPECT_EQ(out[0].dims.d[0], *PretendDevice::at<int32_t>(inputs[1]));
    for (int64_t i = 0; i < out[0].dims.d[0]; ++i)
      PretendDevice::at<float>(outputs[0])[i] = *PretendDevice::at<float>(inputs[0]);
  };
  TestCreator creator("TestDeviceShape", behaviour);
  TestPlugin plugin("TestDeviceShape", behaviour, 1);
  ITensor *x = &input("x", {-1}), *n = &input("n", {1}, DataType::kINT32);
  load(*network->addPluginV3(&x, 1, &n, 1, plugin), 8);
  std::shared_ptr<void> given(device.allocate(4), [&](void* p) { device.release(p); });
  *PretendDevice::at<float>(given.get()) = 7;
  for (int32_t count : {3, 5}) {
    const int64_t values[] = {count};
    executor->setInputs(std::vector<Shape>{Shape{1}, Shape{1}}, std::vector<const int64_t*>{nullptr, values});
    void* inputs[] = {given.get(), &count};
    Result y(device);
    executor->run({inputs, &y, stream});
    EXPECT_EQ(y.values(), Floats(static_cast<size_t>(count), 7));
  }
}

TEST_F(PluginDevice, OfVersionTwoRunToo) {
  OldPlugin::work = [&](float factor, int64_t n, auto* x, auto* y, auto* workspace, cudaStream_t s) {
    EXPECT_EQ(s, static_cast<cudaStream_t>(stream));
    return OldPlugin::onHost(factor, n, PretendDevice::at<void>(x), PretendDevice::at<void>(y),
                             PretendDevice::at<void>(workspace), s);
  };
  OldCreator creator;
  OldPlugin plugin(4);
  plugin.setPluginNamespace("old");
  ITensor* x = &input("x", {-1});
  load(*network->addPluginV2(&x, 1, plugin), 8);
  EXPECT_EQ(infer({1, 2, 3}), (Floats{4, 8, 12}));
  OldPlugin::work = OldPlugin::onHost;
}

// With the registry of this program, not with a copy of it in the target's library.
TEST_F(PluginDevice, PlansForAGpuHaveThemBesideItsKernels) {
  try {
    target("cuda:sm_90");
  } catch (const Error&) {
    GTEST_SKIP() << "the CUDA target cannot be loaded here";
  }
  Behaviour behaviour = scaling();
  behaviour.tactics = {4, 5};
  TestCreator creator("TestGpu", behaviour);
  TestPlugin plugin("TestGpu", behaviour, 2);
  nv::ILayer& layer = add(plugin);
  network->markOutput(*network->addActivation(*layer.getOutput(0), nv::ActivationType::kRELU)->getOutput(0));
  setenv("TENFOLD_TARGET", "cuda:sm_90", 1);
  plan = readPlanCopy(build(8));
  unsetenv("TENFOLD_TARGET");
  ASSERT_EQ(plan->steps.size(), 2U);
  EXPECT_EQ(plan->target, "cuda:sm_90");
  EXPECT_EQ(plan->steps[0].compiled.tactic, "plugin");
  EXPECT_EQ(plan->steps[0].compiled.config, "4");
  EXPECT_EQ(plan->steps[1].compiled.tactic, "pointwise");
  Tactic const* tactic = target("cuda:sm_90").findTactic("plugin");
  EXPECT_NE(tactic->load(*plan->steps[0].node, plan->steps[0].compiled), nullptr);
}

}  // namespace
}  // namespace tenfold::testing
