// Plugins of the program: from a layer through the plan to results.
#include <thread>

#include "NvOnnxParser.h"
#include "api/network_fixture.h"
#include "api/onnx_entry.h"
#include "api/plugins.h"
#include "onnx/model_builder.h"

namespace tenfold::testing {
namespace {

class PluginTest : public NetworkTest {
 protected:
  // Marks the layer's output 0, builds, saves and loads.
  void load(nv::ILayer* layer, std::initializer_list<int64_t> largest = {}) {
    ASSERT_NE(layer, nullptr) << logger.take();
    network->markOutput(*layer->getOutput(0));
    layer->getOutput(0)->setName("y");
    loadNetwork(largest);
  }
  void loadNetwork(std::initializer_list<int64_t> largest = {}) {
    std::unique_ptr<nv::IBuilderConfig> config(builder->createBuilderConfig());
    if (largest.size()) {
      nv::IOptimizationProfile* profile = builder->createOptimizationProfile();
      for (auto which :
           {nv::OptProfileSelector::kMIN, nv::OptProfileSelector::kOPT, nv::OptProfileSelector::kMAX}) {
        Dims d = dims(largest);
        if (which == nv::OptProfileSelector::kMIN) d.d[0] = 1;
        profile->setDimensions("x", which, d);
      }
      config->addOptimizationProfile(profile);
    }
    plan.reset(builder->buildSerializedNetwork(*network, *config));
    ASSERT_NE(plan, nullptr) << logger.take();
    deserialize();
  }
  void deserialize() {
    context.reset();
    engine.reset();
    runtime.reset(nvinfer1::createInferRuntime(logger));
    engine.reset(runtime->deserializeCudaEngine(plan->data(), plan->size()));
    if (engine) context.reset(engine->createExecutionContext());
  }
  std::vector<float> infer(std::vector<float> x, std::initializer_list<int64_t> shape, size_t results) {
    std::vector<float> y(results, -99);
    EXPECT_TRUE(context->setInputShape("x", dims(shape))) << logger.take();
    context->setTensorAddress("x", x.data());
    context->setTensorAddress("y", y.data());
    EXPECT_TRUE(context->enqueueV3(nullptr)) << logger.take();
    return y;
  }
  nv::IPluginV3Layer* add(const TestCreator&, nv::IPluginV3& plugin, std::vector<ITensor*> inputs,
                          std::vector<ITensor*> shapes = {}) {
    auto* layer = network->addPluginV3(inputs.data(), static_cast<int32_t>(inputs.size()), shapes.data(),
                                       static_cast<int32_t>(shapes.size()), plugin);
    if (!layer) throw std::runtime_error(logger.take());
    return layer;
  }

  std::unique_ptr<nv::IHostMemory> plan;
  std::unique_ptr<nv::IRuntime> runtime;
  std::unique_ptr<nv::ICudaEngine> engine;
  std::unique_ptr<nv::IExecutionContext> context;
};

using Floats = std::vector<float>;

TEST_F(PluginTest, RunsWithTheStateThatItSaved) {
  Behaviour behaviour = scaling();
  TestCreator creator("TestScale", behaviour);
  TestPlugin plugin("TestScale", behaviour, 3);
  auto* layer = add(creator, plugin, {&input("x", {-1, 2})});
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[-1,2]");
  EXPECT_EQ(layer->getType(), nv::LayerType::kPLUGIN_V3);
  load(layer, {4, 2});
  EXPECT_EQ(infer({1, 2}, {1, 2}, 2), (Floats{3, 6}));
  EXPECT_EQ(infer({1, 2, 3, 4}, {2, 2}, 4), (Floats{3, 6, 9, 12}));
  EXPECT_EQ(logger.take(), "");
}

TEST_F(PluginTest, SitsBetweenOtherLayersAndInContextsOfSeveralThreads) {
  Behaviour behaviour = scaling();
  TestCreator creator("TestScale", behaviour);
  TestPlugin plugin("TestScale", behaviour, -2);
  auto* before = network->addActivation(input("x", {-1, 2}), nv::ActivationType::kRELU);
  auto* layer = add(creator, plugin, {before->getOutput(0)});
  load(network->addUnary(*layer->getOutput(0), nv::UnaryOperation::kABS), {8, 2});
  std::vector<std::thread> threads;
  std::vector<Floats> results(4, Floats(4));
  for (size_t t = 0; t < results.size(); ++t)
    threads.emplace_back([&, t] {
      std::unique_ptr<nv::IExecutionContext> own(engine->createExecutionContext());
      Floats x = {-1, 1, static_cast<float>(t), 5};
      own->setInputShape("x", dims({2, 2}));
      own->setTensorAddress("x", x.data());
      own->setTensorAddress("y", results[t].data());
      for (int i = 0; i < 50; ++i) own->enqueueV3(nullptr);
    });
  for (std::thread& t : threads) t.join();
  for (size_t t = 0; t < results.size(); ++t)
    EXPECT_EQ(results[t], (Floats{0, 2, 2.0F * static_cast<float>(t), 10}));
}

TEST_F(PluginTest, GetsTheTypeThatItTakes) {
  Behaviour behaviour;
  behaviour.type = nv::DataType::kHALF;
  behaviour.enqueue = [](float, int32_t, auto* in, auto* out, auto* inputs, auto* outputs, void*) {
    bool isHalf = in[0].type == nv::DataType::kHALF && out[0].type == nv::DataType::kHALF;
    for (int64_t i = 0; i < volume(in[0].dims); ++i)
      static_cast<uint16_t*>(outputs[0])[i] =
          isHalf ? static_cast<const uint16_t*>(inputs[0])[i] ^ 0x8000 : 0;
  };
  TestCreator creator("TestHalf", behaviour);
  TestPlugin plugin("TestHalf", behaviour, 1);
  load(add(creator, plugin, {&input("x", {3})}));
  EXPECT_EQ(engine->getTensorDataType("y"), DataType::kFLOAT);
  EXPECT_EQ(infer({1, -2, 0.5F}, {3}, 3), (Floats{-1, 2, -0.5F}));
}

TEST_F(PluginTest, TakesShapesFromTensors) {
  Behaviour behaviour;
  behaviour.workspace = 64;
  behaviour.shapes = [](auto* in, auto* shapes, auto* out, nv::IExprBuilder& builder) {
    out[0].nbDims = 2;
    out[0].d[0] = builder.operation(nv::DimensionOperation::kPROD, *in[0].d[0], *builder.constant(2));
    out[0].d[1] = shapes[0].d[0];
  };
  behaviour.enqueue = [](float, int32_t, auto*, auto* out, auto*, auto* outputs, void* workspace) {
    std::memset(workspace, 1, 64);
    for (int64_t i = 0; i < volume(out[0].dims); ++i) static_cast<float*>(outputs[0])[i] = 7;
  };
  TestCreator creator("TestShaped", behaviour);
  TestPlugin plugin("TestShaped", behaviour, 1);
  ITensor& x = input("x", {-1, 2});
  auto* layer = add(creator, plugin, {&x}, {&intConstant({1}, {3})});
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[-1,3]");
  load(layer, {4, 2});
  EXPECT_EQ(infer({1, 2}, {1, 2}, 7), (Floats{7, 7, 7, 7, 7, 7, -99}));
  EXPECT_EQ(context->getTensorShape("y").d[0], 2);
}

TEST_F(PluginTest, FindsSizesWhileItRuns) {
  Behaviour behaviour;  // the positive elements of x, and how many there are
  behaviour.outputs = 2;
  behaviour.outputTypes = {DataType::kFLOAT, DataType::kINT32};
  behaviour.shapes = [](auto* in, auto*, auto* out, nv::IExprBuilder& builder) {
    out[1].nbDims = 0;
    out[0].nbDims = 1;
    out[0].d[0] = builder.declareSizeTensor(1, *in[0].d[0], *in[0].d[0]);
  };
  behaviour.enqueue = [](float, int32_t, auto* in, auto*, auto* inputs, auto* outputs, void*) {
    int32_t found = 0;
    for (int64_t i = 0; i < in[0].dims.d[0]; ++i)
      if (float x = static_cast<const float*>(inputs[0])[i]; x > 0)
        static_cast<float*>(outputs[0])[found++] = x;
    *static_cast<int32_t*>(outputs[1]) = found;
  };
  TestCreator creator("TestSizing", behaviour);
  TestPlugin plugin("TestSizing", behaviour, 1);
  load(add(creator, plugin, {&input("x", {-1})}), {8});
  EXPECT_EQ(infer({1, -2, 3, -4, 5}, {5}, 5), (Floats{1, 3, 5, -99, -99}));
  EXPECT_EQ(context->getTensorShape("y").d[0], 3);
  EXPECT_EQ(infer({-1, -2}, {2}, 2), (Floats{-99, -99}));
}

TEST_F(PluginTest, OverwritesACopyOfTheInputThatItAliases) {
  Behaviour behaviour;
  behaviour.alias = 0;
  behaviour.enqueue = [](float, int32_t, auto*, auto*, auto* inputs, auto* outputs, void*) {
    if (inputs[0] == outputs[0]) static_cast<float*>(outputs[0])[1] = 8;
  };
  TestCreator creator("TestAlias", behaviour);
  TestPlugin plugin("TestAlias", behaviour, 1);
  load(add(creator, plugin, {&input("x", {3})}));
  EXPECT_EQ(infer({1, 2, 3}, {3}, 3), (Floats{1, 8, 3}));
}

TEST_F(PluginTest, RunsOneOfItsTactics) {
  Behaviour behaviour;
  behaviour.tactics = {4, 5};
  behaviour.enqueue = [](float, int32_t tactic, auto*, auto*, auto*, auto* outputs, void*) {
    static_cast<float*>(outputs[0])[0] = static_cast<float>(tactic);
  };
  TestCreator creator("TestTactics", behaviour);
  TestPlugin plugin("TestTactics", behaviour, 1);
  load(add(creator, plugin, {&input("x", {1})}));
  float tactic = infer({1}, {1}, 1)[0];
  EXPECT_TRUE(tactic == 4 || tactic == 5) << tactic;
}

TEST_F(PluginTest, OfVersionTwoKeepItsLifeCycle) {
  {
    OldCreator creator;
    OldPlugin plugin(4);
    plugin.setPluginNamespace("old");
    ITensor* x = &input("x", {-1});
    load(network->addPluginV2(&x, 1, plugin), {8});
    EXPECT_EQ(infer({1, 2, 3}, {3}, 3), (Floats{4, 8, 12}));
    EXPECT_EQ(infer({5}, {1}, 1), (Floats{20}));
    EXPECT_EQ(OldPlugin::initialized, 1);
    context.reset();
    engine.reset();
    network.reset();
  }
  EXPECT_EQ(OldPlugin::alive, 0);
  EXPECT_EQ(OldPlugin::initialized, 0);
  EXPECT_EQ(logger.take(), "");
}

TEST_F(PluginTest, MissingCreatorsAndFailuresAreNamed) {
  Behaviour behaviour = scaling(), failing;
  failing.result = 3;
  {
    TestCreator creator("TestScale", behaviour);
    TestPlugin plugin("TestScale", behaviour, 3);
    load(add(creator, plugin, {&input("x", {2})}));
  }
  deserialize();
  EXPECT_EQ(engine, nullptr);
  std::string error = logger.take();
  EXPECT_NE(error.find("plugin 'TestScale' version '1' in namespace ''"), std::string::npos) << error;
  EXPECT_NE(error.find("no creator"), std::string::npos) << error;

  network.reset(builder->createNetworkV2(0));
  TestCreator creator("TestFailing", failing);
  TestPlugin plugin("TestFailing", failing, 3);
  load(add(creator, plugin, {&input("x", {2})}));
  Floats x(2);
  context->setTensorAddress("x", x.data());
  context->setTensorAddress("y", x.data());
  EXPECT_FALSE(context->enqueueV3(nullptr));
  error = logger.take();
  EXPECT_NE(error.find("TestFailing"), std::string::npos) << error;
  EXPECT_NE(error.find("failed with 3"), std::string::npos) << error;
}

TEST_F(PluginTest, RefusedFormatsAreNamed) {
  Behaviour behaviour = scaling();
  behaviour.type = DataType::kINT4;  // refuses every float
  TestCreator creator("TestRefusing", behaviour);
  TestPlugin plugin("TestRefusing", behaviour, 3);
  network->markOutput(*add(creator, plugin, {&input("x", {2})})->getOutput(0));
  std::unique_ptr<nv::IBuilderConfig> config(builder->createBuilderConfig());
  EXPECT_EQ(builder->buildSerializedNetwork(*network, *config), nullptr);
  std::string error = logger.take();
  EXPECT_NE(error.find("supportsFormatCombination"), std::string::npos) << error;
}

TEST_F(PluginTest, StandsBehindUnknownOperatorsOfOnnx) {
  Behaviour behaviour = scaling();
  TestCreator creator("TestStrange", behaviour);
  ModelBuilder m;
  m.input("x", {"n", 2}).output("y");
  m.node("Relu", {"x"}, {"a"});
  auto& node = m.node("TestStrange", {"a"}, {"b"});
  node.set_domain("some.domain");
  attr(node).real("factor", 1.5F).ints("times", {2, 2}).text("sign", "minus").text("plugin_version", "1");
  m.node("Neg", {"b"}, {"y"});
  auto& import = *m.model.add_opset_import();
  import.set_domain("some.domain");
  import.set_version(1);
  std::string bytes = m.bytes();
  std::unique_ptr<nvonnxparser::IParser> parser(static_cast<nvonnxparser::IParser*>(
      tenfold_createOnnxParser(network.get(), &logger, NV_ONNX_PARSER_VERSION)));
  ASSERT_NE(parser, nullptr);
  ASSERT_TRUE(parser->parse(bytes.data(), bytes.size(), nullptr)) << logger.take();
  ASSERT_EQ(network->getNbLayers(), 3);
  EXPECT_EQ(network->getLayer(1)->getType(), nv::LayerType::kPLUGIN_V3);
  loadNetwork({4, 2});
  EXPECT_EQ(infer({1, -2, 3, 4}, {2, 2}, 4), (Floats{6, 0, 18, 24}));

  parser.reset();
  network.reset(builder->createNetworkV2(0));
  parser.reset(static_cast<nvonnxparser::IParser*>(
      tenfold_createOnnxParser(network.get(), &logger, NV_ONNX_PARSER_VERSION)));
  m.model.mutable_graph()->mutable_node(1)->set_op_type("TestStranger");
  bytes = m.bytes();
  EXPECT_FALSE(parser->parse(bytes.data(), bytes.size(), nullptr));
  EXPECT_NE(logger.take().find("register a plugin"), std::string::npos);
}

}  // namespace
}  // namespace tenfold::testing
