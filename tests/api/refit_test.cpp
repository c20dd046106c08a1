// Other weights for an engine that is built already.
#include <set>

#include "NvOnnxParser.h"
#include "api/network_fixture.h"
#include "api/onnx_entry.h"
#include "onnx/model_builder.h"

namespace tenfold::testing {
namespace {

namespace nv = nvinfer1;
using Floats = std::vector<float>;

class RefitTest : public NetworkTest {
 protected:
  void load(std::initializer_list<nv::BuilderFlag> flags) {
    std::unique_ptr<nv::IBuilderConfig> config(builder->createBuilderConfig());
    for (nv::BuilderFlag flag : flags) config->setFlag(flag);
    plan.reset(builder->buildSerializedNetwork(*network, *config));
    ASSERT_NE(plan, nullptr) << logger.take();
    engine = read(*plan);
  }
  std::unique_ptr<nv::ICudaEngine> read(nv::IHostMemory& bytes) {
    std::unique_ptr<nv::ICudaEngine> read(runtime->deserializeCudaEngine(bytes.data(), bytes.size()));
    EXPECT_NE(read, nullptr) << logger.take();
    return read;
  }
  Floats run(nv::IExecutionContext& context, Floats x, size_t results) {
    Floats y(results, -99);
    context.setTensorAddress("x", x.data());
    context.setTensorAddress("y", y.data());
    EXPECT_TRUE(context.enqueueV3(nullptr)) << logger.take();
    return y;
  }
  Floats run(nv::ICudaEngine& other, Floats x, size_t results) {
    std::unique_ptr<nv::IExecutionContext> context(other.createExecutionContext());
    return run(*context, std::move(x), results);
  }
  // y = relu(w x + b) as a 1x1 convolution of one channel, weights named, and a bias that is nothing at
  // first.
  void convolution() {
    Weights w = floats({2}), b = floats({0});
    auto* conv = network->addConvolutionNd(input("x", {1, 1, 1, 3}), 1, dims({1, 1}), w, b);
    conv->setName("conv");
    network->setWeightsName(w, "w");
    network->setWeightsName(b, "b");
    auto* relu = network->addActivation(*conv->getOutput(0), nv::ActivationType::kRELU);
    relu->getOutput(0)->setName("y");
    network->markOutput(*relu->getOutput(0));
  }
  std::unique_ptr<nv::IRuntime> runtime{nvinfer1::createInferRuntime(logger)};
  std::unique_ptr<nv::IHostMemory> plan;
  std::unique_ptr<nv::ICudaEngine> engine;
};

TEST_F(RefitTest, NamedWeightsReachContextsThatAreThere) {
  convolution();
  load({nv::BuilderFlag::kREFIT});
  EXPECT_TRUE(engine->isRefittable());
  std::unique_ptr<nv::IExecutionContext> context(engine->createExecutionContext());
  const char* input = engine->getIOTensorName(0);
  EXPECT_EQ(run(*context, {1, -1, 3}, 3), (Floats{2, 0, 6}));

  std::unique_ptr<nv::IRefitter> refitter(nvinfer1::createInferRefitter(*engine, logger));
  ASSERT_NE(refitter, nullptr) << logger.take();
  const char* names[4] = {};
  ASSERT_EQ(refitter->getAllWeights(4, names), 2);
  EXPECT_EQ((std::set<std::string>{names[0], names[1]}), (std::set<std::string>{"b", "w"}));
  EXPECT_EQ(refitter->getWeightsPrototype("w").count, 1);
  EXPECT_EQ(refitter->getWeightsPrototype("w").type, DataType::kFLOAT);
  EXPECT_EQ(refitter->getMissingWeights(0, nullptr), 0);
  EXPECT_TRUE(refitter->setNamedWeights("w", floats({-3})));
  EXPECT_TRUE(refitter->setNamedWeights("b", floats({10})));
  EXPECT_NE(refitter->getNamedWeights("b").values, nullptr);
  ASSERT_TRUE(refitter->refitCudaEngine()) << logger.take();
  EXPECT_EQ(run(*context, {1, -1, 4}, 3), (Floats{7, 13, 0}));
  EXPECT_EQ(run(*engine, {1, -1, 4}, 3), (Floats{7, 13, 0}));
  EXPECT_STREQ(input, "x");

  // What was not set again stays, and what is saved is what runs.
  refitter->setNamedWeights("w", floats({1}));
  ASSERT_TRUE(refitter->refitCudaEngine());
  std::unique_ptr<nv::IHostMemory> saved(engine->serialize());
  auto again = read(*saved);
  EXPECT_EQ(run(*again, {1, -1, 4}, 3), (Floats{11, 9, 14}));
  EXPECT_TRUE(again->isRefittable());
  EXPECT_EQ(logger.take(), "");
}

TEST_F(RefitTest, WeightsByLayerAndRole) {
  ITensor& x = input("x", {3});
  auto* constant = network->addConstant(dims({3}), floats({1, 2, 3}));
  constant->setName("offset");
  auto* sum = network->addElementWise(x, *constant->getOutput(0), nv::ElementWiseOperation::kSUM);
  sum->getOutput(0)->setName("y");
  network->markOutput(*sum->getOutput(0));
  load({nv::BuilderFlag::kREFIT_IDENTICAL});
  std::unique_ptr<nv::IRefitter> refitter(nvinfer1::createInferRefitter(*engine, logger));
  const char* layer = nullptr;
  nv::WeightsRole role{};
  ASSERT_EQ(refitter->getAll(1, &layer, &role), 1);
  EXPECT_STREQ(layer, "offset");
  EXPECT_EQ(role, nv::WeightsRole::kCONSTANT);
  EXPECT_TRUE(refitter->setWeights("offset", role, floats({10, 20, 30})));
  ASSERT_TRUE(refitter->refitCudaEngine()) << logger.take();
  EXPECT_EQ(run(*engine, {1, 1, 1}, 3), (Floats{11, 21, 31}));
}

TEST_F(RefitTest, OnlyMarkedWeightsOfAnIndividualRefit) {
  convolution();
  ASSERT_TRUE(network->markWeightsRefittable("w"));
  load({nv::BuilderFlag::kREFIT_INDIVIDUAL});
  std::unique_ptr<nv::IRefitter> refitter(nvinfer1::createInferRefitter(*engine, logger));
  EXPECT_EQ(refitter->getAllWeights(0, nullptr), 1);
  EXPECT_TRUE(refitter->setNamedWeights("w", floats({5})));
  EXPECT_FALSE(refitter->setNamedWeights("b", floats({5})));
  EXPECT_NE(logger.take().find("no weights named 'b'"), std::string::npos);
}

TEST_F(RefitTest, WhatDoesNotFitIsRefused) {
  convolution();
  load({nv::BuilderFlag::kREFIT});
  std::unique_ptr<nv::IRefitter> refitter(nvinfer1::createInferRefitter(*engine, logger));
  EXPECT_FALSE(refitter->setNamedWeights("w", floats({1, 2})));
  EXPECT_NE(logger.take().find("'w' has 1 elements of type f32"), std::string::npos);
  EXPECT_FALSE(refitter->setNamedWeights("w", ints({1})));
  EXPECT_FALSE(refitter->setNamedWeights(nullptr, floats({1})));
  EXPECT_FALSE(refitter->setNamedWeights("w", {DataType::kFLOAT, nullptr, 1}));
  EXPECT_FALSE(refitter->setWeights("conv", nv::WeightsRole::kSHIFT, floats({1})));
  logger.take();
  refitter->setNamedWeights("w", floats({NAN}));
  EXPECT_FALSE(refitter->refitCudaEngine());
  EXPECT_NE(logger.take().find("setWeightsValidation"), std::string::npos);
  EXPECT_EQ(run(*engine, {1, 1, 1}, 3), (Floats{2, 2, 2}));
  refitter.reset();

  load({});
  EXPECT_FALSE(engine->isRefittable());
  EXPECT_EQ(nvinfer1::createInferRefitter(*engine, logger), nullptr);
  EXPECT_NE(logger.take().find("kREFIT"), std::string::npos);
}

TEST_F(RefitTest, FromAnOnnxModel) {
  ModelBuilder m;
  m.input("x", {1, 2}).output("y");
  m.initializer(floatTensor("weight", {2, 2}, {1, 2, 3, 4}));
  m.node("MatMul", {"x", "weight"}, {"y"});
  std::string bytes = m.bytes();
  std::unique_ptr<nvonnxparser::IParser> parser(static_cast<nvonnxparser::IParser*>(
      tenfold_createOnnxParser(network.get(), &logger, NV_ONNX_PARSER_VERSION)));
  ASSERT_TRUE(parser->parse(bytes.data(), bytes.size(), nullptr)) << logger.take();
  load({nv::BuilderFlag::kREFIT});
  EXPECT_EQ(run(*engine, {1, 1}, 2), (Floats{4, 6}));

  m.model.mutable_graph()->clear_initializer();
  m.initializer(floatTensor("weight", {2, 2}, {0, 1, 0, 10}));
  bytes = m.bytes();
  std::unique_ptr<nv::IRefitter> refitter(nvinfer1::createInferRefitter(*engine, logger));
  std::unique_ptr<nvonnxparser::IParserRefitter> reader(static_cast<nvonnxparser::IParserRefitter*>(
      tenfold_createOnnxRefitter(refitter.get(), &logger, NV_ONNX_PARSER_VERSION)));
  ASSERT_TRUE(reader->refitFromBytes(bytes.data(), bytes.size(), nullptr)) << logger.take();
  ASSERT_TRUE(refitter->refitCudaEngine()) << logger.take();
  EXPECT_EQ(run(*engine, {1, 1}, 2), (Floats{0, 11}));
}

}  // namespace
}  // namespace tenfold::testing
