// Types and precisions that a program asks for, down to the graph that is built; error budgets.
#include "optimize/precision/precision.h"
#include "api/builder/builder_config.h"
#include "api/network_fixture.h"
#include "graph/ir/text.h"
#include "tenfold/error_budget.h"

TENFOLD_BEGIN_DEPRECATED

namespace tenfold::testing {
namespace {

using nvinfer1::BuilderFlag;

class AskedPrecision : public NetworkTest {
 protected:
  AskedPrecision() : config(builder->createBuilderConfig()) {
    ITensor& x = input("x", {2, 3});
    first = network->addActivation(x, nvinfer1::ActivationType::kRELU);
    second = network->addActivation(*first->getOutput(0), nvinfer1::ActivationType::kTANH);
    first->setName("first");
    second->getOutput(0)->setName("y");
    network->markOutput(*second->getOutput(0));
  }
  ~AskedPrecision() override { config.reset(); }
  Network& ours() { return dynamic_cast<Network&>(*network); }
  // The statements of the graph that is built.
  std::string graph() {
    return printGraph(*completeGraph(ours(), &dynamic_cast<BuilderConfigFace&>(*config).state()));
  }
  std::unique_ptr<nvinfer1::IBuilderConfig> config;
  nvinfer1::IActivationLayer *first, *second;
};

TEST_F(AskedPrecision, BindingsChangeTypeAndLayersDoNot) {
  network->getInput(0)->setType(DataType::kHALF);
  network->getOutput(0)->setType(DataType::kBF16);
  EXPECT_EQ(network->getInput(0)->getType(), DataType::kHALF);
  EXPECT_EQ(network->getOutput(0)->getType(), DataType::kBF16);
  EXPECT_EQ(first->getOutput(0)->getType(), DataType::kFLOAT);
  std::unique_ptr<Graph> built = completeGraph(ours());
  EXPECT_EQ(built->inputs[0]->typeStr() + " " + built->inputs[0]->name, "f16[2,3] x");
  EXPECT_EQ(built->outputs[0]->typeStr() + " " + built->outputs[0]->name, "bf16[2,3] y");
  Tensor all(tenfold::DataType::kFloat16, {2, 3});
  for (int64_t i = 0; i < 6; ++i) all.setDouble(i, 0.5 * static_cast<double>(i));
  Tensor y = evalGraph(*built, {all})[0];
  for (int64_t i = 0; i < 6; ++i) EXPECT_NEAR(y.getDouble(i), std::tanh(0.5 * static_cast<double>(i)), 4e-3);
  network->getInput(0)->setType(DataType::kFLOAT);
  EXPECT_EQ(completeGraph(ours())->inputs[0]->typeStr(), "f32[2,3]");
}

TEST_F(AskedPrecision, OutputTypesOfLayersCountUnderConstraints) {
  first->setOutputType(0, DataType::kHALF);
  EXPECT_EQ(graph().find("Cast"), std::string::npos);
  config->setFlag(BuilderFlag::kPREFER_PRECISION_CONSTRAINTS);
  EXPECT_NE(graph().find("Cast"), std::string::npos) << graph();
  Tensor y = evalGraph(*completeGraph(ours(), &dynamic_cast<BuilderConfigFace&>(*config).state()),
                       {values({2, 3}, {0.1F, 1.0001F, 0, 0, 0, 0})})[0];
  EXPECT_EQ(y.dtype(), tenfold::DataType::kFloat32);
  EXPECT_EQ(y.as<float>()[1], std::tanh(1.0F));  // 1.0001 is no half
}

TEST_F(AskedPrecision, LayersAskUnderConstraints) {
  first->setPrecision(DataType::kFLOAT);
  second->setPrecision(DataType::kHALF);
  EXPECT_EQ(graph().find(kWantedPrecision), std::string::npos);
  config->setFlag(BuilderFlag::kPREFER_PRECISION_CONSTRAINTS);
  EXPECT_NE(graph().find("precision.wanted=1"), std::string::npos) << graph();
  EXPECT_EQ(graph().find("precision.wanted=3"), std::string::npos);  // fp16 is not allowed
  config->setFlag(BuilderFlag::kOBEY_PRECISION_CONSTRAINTS);
  EXPECT_EQ(builder->buildSerializedNetwork(*network, *config), nullptr);
  EXPECT_NE(logger.take().find("kFP16"), std::string::npos);
  config->setFlag(BuilderFlag::kFP16);
  EXPECT_NE(graph().find("precision.wanted=3"), std::string::npos) << graph();
}

TEST_F(AskedPrecision, AnErrorBudgetIsMeasuredAndReported) {
  config->setFlag(BuilderFlag::kFP16);
  config->setProfilingVerbosity(nvinfer1::ProfilingVerbosity::kDETAILED);
  float x[6] = {0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F};
  EXPECT_FALSE(tenfoldSetErrorBudget(config.get(), -1));
  logger.take();
  EXPECT_TRUE(tenfoldSetErrorBudget(config.get(), 1e-2));
  EXPECT_TRUE(tenfoldSetErrorBudgetInput(config.get(), "x", x, sizeof x));
  std::unique_ptr<nvinfer1::ICudaEngine> engine(builder->buildEngineWithConfig(*network, *config));
  ASSERT_NE(engine, nullptr) << logger.take();
  std::unique_ptr<nvinfer1::IEngineInspector> inspector(engine->createEngineInspector());
  std::string text = inspector->getEngineInformation(nvinfer1::LayerInformationFormat::kJSON);
  EXPECT_NE(text.find("\"ErrorBudget\": {\"ErrorBefore\""), std::string::npos) << text;
  EXPECT_NE(text.find("\"Precision\""), std::string::npos) << text;
  EXPECT_TRUE(tenfoldSetErrorBudgetInput(config.get(), "x", x, 4));
  EXPECT_EQ(builder->buildEngineWithConfig(*network, *config), nullptr);
  EXPECT_NE(logger.take().find("takes 24 bytes; the sample for it has 4"), std::string::npos);
}

}  // namespace
}  // namespace tenfold::testing

TENFOLD_END_DEPRECATED
